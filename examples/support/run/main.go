// Command run is the support example as a program of its own.
package main

import (
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/examples/support"
)

func main() { host.Main(&support.Example) }
