package main

import "github.com/rogpeppe/go-internal/testscript"

func scriptTalk(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("there is no pseudo-terminal here: guard the line with [unix]")
}
