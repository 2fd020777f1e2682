// Command run is the workflow example as a program of its own.
package main

import (
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/examples/workflow"
)

func main() { host.Main(&workflow.Example) }
