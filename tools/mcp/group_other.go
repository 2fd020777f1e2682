//go:build !unix

package mcp

import "os/exec"

// ownGroup does nothing here: only the command itself is ended.
func ownGroup(*exec.Cmd) {}

func terminate(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // it may be gone

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // it may be gone
