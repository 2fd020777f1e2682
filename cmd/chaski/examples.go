package main

import "github.com/chaski-dev/chaski/agent/host"

// examples ship in the program: a package of examples exports its host.Example as
// Example, and is listed here.
var examples = []host.Example{}
