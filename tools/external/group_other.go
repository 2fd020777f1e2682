//go:build !unix

package external

import "os/exec"

// ownGroup does nothing here: only the command itself is killed when its context ends.
func ownGroup(*exec.Cmd) {}
