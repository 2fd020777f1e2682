package main

import (
	"slices"
	"strings"
	"testing"
)

// TestBlankVariables: a variable that is blank, which would be a folder named of blanks, and
// kernels that there are none of, are refused by name; an empty one is as if it were not set.
func TestBlankVariables(t *testing.T) {
	t.Parallel()
	var c cli
	parser, err := newParser(&c, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	names := append(variables(parser.Model.Node), otherVariables...)
	slices.Sort(names)
	dir := t.TempDir()
	try := func(name, value string) (string, int) {
		cmd := program("version")
		var out strings.Builder
		cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &out, dir
		cmd.Env = append(cmd.Env, name+"="+value)
		_ = cmd.Run()
		return out.String(), cmd.ProcessState.ExitCode()
	}
	for _, name := range slices.Compact(names) {
		if out, code := try(name, " \t"); code != 2 || !strings.Contains(out, name+" is blank") {
			t.Errorf("%s: exit %d, %s", name, code, out)
		}
	}
	for _, name := range []string{"CHASKI_DATA", "CHASKI_KERNELS"} {
		if out, code := try(name, ""); code != 0 {
			t.Errorf("%s: exit %d, %s", name, code, out)
		}
	}
	if out, code := try("CHASKI_KERNELS", "avx3"); code != 2 || !strings.Contains(out, "want one of generic") {
		t.Errorf("exit %d, %s", code, out)
	}
}
