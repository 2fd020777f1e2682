//go:build unix

package mcp

import (
	"os/exec"
	"syscall"
)

// ownGroup puts the command into a process group of its own. So Ctrl-C at a terminal is
// this program's to pass on.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) } // it may be gone

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // all of it may be gone
