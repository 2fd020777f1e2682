package main

import (
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/examples/rag"
	"github.com/chaski-dev/chaski/examples/support"
	"github.com/chaski-dev/chaski/examples/workflow"
)

// examples ship in the program: a package of examples exports its host.Example as
// Example, and is listed here.
var examples = []host.Example{support.Example, workflow.Example, rag.Example}
