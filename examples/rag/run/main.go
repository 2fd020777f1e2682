// Command run is the rag example as a program of its own.
package main

import (
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/examples/rag"
)

func main() { host.Main(&rag.Example) }
