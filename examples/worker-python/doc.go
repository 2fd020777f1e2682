// Package worker holds a worker in plain Python, worker.py, and the test that runs it
// against an embedded server. It shows that docs/protocol.md is all that a tool in
// another language needs.
package worker
