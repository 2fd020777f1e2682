package main

import (
	"path/filepath"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
)

// proposal makes the commands that are proposed to a person: it knows where runs are kept,
// and how the person logs in there.
type proposal struct {
	runs  string // folder or URL of the journals
	login string // flags, each after a space
}

// propose makes commands for the runs of an agent that was opened with these flags.
func (f *agentFlags) propose(h *host.Host) proposal {
	return proposal{h.Runs(), f.login()}
}

func (f *runsFlags) proposed() proposal { return proposal{f.Runs, f.login()} }

// command is the one by which a person goes on with a run, as it is to be typed.
func (p proposal) command(verb, run string) string {
	s := "chaski runs " + verb + " " + run
	if std, err := filepath.Abs(filepath.Join(host.DefaultData, "runs")); err != nil || std != p.runs {
		runs := p.runs
		if bus.IsURL(runs) { // without a password, which is to be typed again
			runs = bus.Redact(runs)
		}
		s += " --runs " + shellWord(runs) + p.login
	}
	return s
}

// byHand says how a run goes on that nobody serves.
func (p proposal) byHand(s *planner.State) string {
	if onlyItsProgram(s) {
		return "`Agent.Resume` in the program that began it"
	}
	return "`" + p.command("resume", s.Run) + "`"
}

// shellWord writes a word so that a shell takes it as it is.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("%+,-./:=@_", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
