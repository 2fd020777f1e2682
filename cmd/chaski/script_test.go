package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/chaski-dev/chaski/runtime/bus/secured"
)

// TestMain lets the test binary stand in for the program, in scripts by its name.
func TestMain(m *testing.M) {
	if os.Getenv("CHASKI_TEST_RUN") == "1" {
		os.Exit(run(os.Args[1:]))
	}
	testscript.Main(m, map[string]func(){"chaski": func() { os.Exit(run(os.Args[1:])) }})
}

// TestScript plays testdata/script: a file for each command of the README. Beside the
// commands of testscript they have:
//
//	exits N PROGRAM…            exec that wants the exit status N
//	until [-m PATTERN] PROGRAM… repeats it for half a minute, until it succeeds, and its output matches
//	port NAME                   sets NAME to a port that nobody listens at
//	run NAME                    sets NAME to the last run of .chaski/runs
//	talk FILE PROGRAM…          at a terminal: waits for what stands behind < and types what stands behind >
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, ".home")
			for _, key := range []string{"HOME", "USERPROFILE", "XDG_CACHE_HOME", "HF_HOME", "OLLAMA_MODELS"} {
				e.Setenv(key, home)
			}
			return os.MkdirAll(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits, "until": scriptUntil, "port": scriptPort, "run": scriptRun, "talk": scriptTalk,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// status runs a program and returns its exit status.
func status(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N PROGRAM…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := status(ts, args[1:])
	ts.Logf("%s%s", ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	if got != want {
		ts.Fatalf("exit status %d, not %d", got, want)
	}
}

func scriptUntil(ts *testscript.TestScript, neg bool, args []string) {
	pattern := regexp.MustCompile("")
	if len(args) > 2 && args[0] == "-m" {
		pattern, args = regexp.MustCompile("(?m)"+args[1]), args[2:]
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: until [-m PATTERN] PROGRAM…")
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		code := status(ts, args)
		out := ts.ReadFile("stdout")
		if code == 0 && pattern.MatchString(out) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("exit status %d\n%s%s", code, out, ts.ReadFile("stderr"))
		}
	}
}

func scriptPort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: port NAME")
	}
	free, err := secured.FreeAddress()
	ts.Check(err)
	_, port, err := net.SplitHostPort(free)
	ts.Check(err)
	ts.Setenv(args[0], port)
}

func scriptRun(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: run NAME")
	}
	files, err := filepath.Glob(ts.MkAbs(".chaski/runs/*.jsonl"))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("there are no runs in .chaski/runs")
	}
	last, at := "", time.Time{}
	for _, name := range files {
		info, err := os.Stat(name)
		ts.Check(err)
		if info.ModTime().After(at) {
			last, at = name, info.ModTime()
		}
	}
	ts.Setenv(args[0], strings.TrimSuffix(filepath.Base(last), ".jsonl"))
}
