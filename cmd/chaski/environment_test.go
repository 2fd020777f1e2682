package main

import (
	"os"
	"path/filepath"
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

// TestBlankCredentials: a variable that a file names for a credential is refused by its name if
// it holds nothing but white space: it would be sent as one.
func TestBlankCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"an endpoint's key":   "model: {openai: {base_url: 'http://127.0.0.1:1/v1', model: m, key_env: CHASKI_TEST_KEY}}",
		"a key of embeddings": "documents: {folders: ['.'], embeddings: {base_url: 'http://127.0.0.1:1/v1', model: m, key_env: CHASKI_TEST_KEY}}",
		"a tool's header":     "tools: [{name: a, description: A, effect: read, http: 'http://127.0.0.1:1/', headers: {Authorization: 'Bearer ${CHASKI_TEST_KEY}'}}]",
		"an MCP server's":     "mcp: {shop: {url: 'http://127.0.0.1:1/mcp', headers: {Authorization: 'Bearer ${CHASKI_TEST_KEY}'}}}",
	} {
		file := filepath.Join(dir, "agent.yaml")
		if err := os.WriteFile(file, []byte("name: x\n"+text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{{"run", "-f", file, "--data", t.TempDir(), "hi"}, {"doctor", "-f", file, "--data", t.TempDir()}} {
			for _, value := range []string{"", " ", "\t\n"} {
				cmd := program(command...)
				var out strings.Builder
				cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &out, dir
				cmd.Env = append(cmd.Env, "CHASKI_TEST_KEY="+value)
				_ = cmd.Run()
				if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(out.String(), "CHASKI_TEST_KEY is empty") {
					t.Errorf("%s, %s, %q: exit %d, %s", name, command[0], value, code, out.String())
				}
			}
		}
	}
}
