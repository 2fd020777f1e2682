package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestInterruptedInput: Ctrl-C ends a command that waits for a line that never comes.
func TestInterruptedInput(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a test can't send Ctrl-C to one process on Windows")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "model", "prompt")
	cmd.Env = append(os.Environ(), "CHASKI_TEST_RUN=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	if _, err := stdin.Write([]byte("5\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil { // it has answered: it waits for the next
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit status %d, want 130", code)
	}
}

// TestBadLines: a line that is wrong is answered with its number, the member and what is wrong
// with it, in JSON's terms; every other line is done, and the exit status tells that some were not.
func TestBadLines(t *testing.T) {
	t.Parallel()
	for command, lines := range map[string][][2]string{
		"parse": {
			{`{"text": "one"}`, `{"content":"one","calls":[],"error":null}`},
			{`{"text": 5}`, `text: a number is no string`},
			{`{"tools": []}`, `text is missing`},
			{`{"txt": "a"}`, `text is missing`},
			{`no JSON`, `no JSON at byte 2: invalid character 'o' in literal null (expecting 'u')`},
			{`[1]`, `an array is no object`},
			{`null`, `null is no value`},
			{`{"text": "b", "tools": 5}`, `tools: a number is no array`},
			{`{"text": "b", "tools": [{"name": "x"}, 5]}`, `tools[1]: a number is no object`},
			{`{"text": "b", "tools": [{"function": {"name": 5}}]}`, `tools[0]: function.name: a number is no string`},
			{`{"text": "b", "builtin_tools": [1]}`, `builtin_tools: a number is no string`},
			{`{"text": "cut", "tools": [`, `no JSON: the value that begins here does not end`},
			{`{"text": "two"}`, `{"content":"two","calls":[],"error":null}`},
			{`{"text": ""}`, `{"content":"","calls":[],"error":null}`},
		},
		"prompt": {
			{`{"messages": [{"role": 5}]}`, `messages.role: a number is no string`},
			{`{}`, `chat: there are no messages`},
		},
		"tokenize -m mini": {
			{`{"text": true}`, `text: a boolean is no string`},
			{`{}`, `text is missing`},
			{`{"text": "", "special": "x"}`, `special: a string is no boolean`},
			{`{"text": ""}`, `{"ids":[]}`},
		},
		"logits -m mini": {
			{`{"ids": [1]}`, `an object is no array`},
			{`[1.5]`, `the number 1.5 is no integer`},
			{`[]`, `no ids`},
			{`[-1]`, `llama: token id out of range: -1, the vocabulary has 6144 tokens`},
		},
	} {
		var in, want strings.Builder
		wrong := 0
		for i, l := range lines {
			fmt.Fprintln(&in, l[0])
			if strings.HasPrefix(l[1], "{") {
				fmt.Fprintln(&want, l[1])
			} else {
				wrong++
				fmt.Fprintf(&want, "{\"error\":\"line %d of standard input: %s\"}\n", i+1, l[1])
			}
		}
		out, errs, code := chaski(t, in.String(), append([]string{"model"}, strings.Fields(command)...)...)
		if code != 1 || errs != fmt.Sprintf("chaski: %d values were wrong\n", wrong) || out != want.String() {
			t.Errorf("%s: exit %d %s\n%s\nwant\n%s", command, code, errs, out, want.String())
		}
	}
}

// TestBadSchemas: what is no schema with instances is told in its place, and every other is compiled.
func TestBadSchemas(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "s.jsonl")
	lines := []string{`{"name": "a", "schema": {"type": "integer"}, "tests": [{"valid": true, "data": 1}]}`, `{"name": "b", "tests": []}`, `{"name": 5, "schema": {}}`,
		`no JSON`, `{"name": "c", "schema": true, "tests": {}}`, `{`, `  "name": "d",`, `  "schema": {"type": "boolean"}`, `}`}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errs, code := chaski(t, "", "model", "mask", "-m", "mini", file)
	want := []string{`{"name":"a","compiled":true,`, `{"error":"` + file + `:2: schema is missing"}`, `{"error":"` + file + `:3: name: a number is no string"}`,
		`{"error":"` + file + `:4: no JSON at byte 2: invalid character 'o' in literal null (expecting 'u')"}`, `{"error":"` + file + `:5: tests: an object is no array"}`, `{"name":"d","compiled":true,`}
	got := strings.Split(strings.TrimSpace(out), "\n")
	if code != 1 || !strings.Contains(errs, "schemas 2,") || !strings.Contains(errs, "chaski: 4 values were wrong\n") || len(got) != len(want) {
		t.Fatalf("exit %d %s\n%s", code, errs, out)
	}
	for i, w := range want {
		if !strings.HasPrefix(got[i], w) {
			t.Errorf("%s, want %s", got[i], w)
		}
	}
}

func TestQuantizeJSON(t *testing.T) {
	small := filepath.Join(t.TempDir(), "small.gguf")
	out, errs, code := chaski(t, "", "model", "quantize", golden(t, "models/tiny-F32.gguf"), small, "--type", "q4_0", "--json")
	if code != 0 || errs != "" {
		t.Fatalf("exit status %d: %q", code, errs)
	}
	var got quantizeOut
	decode(t, out, &got)
	info, err := os.Stat(small)
	if err != nil || got.Bytes != info.Size() || got.Path != small || got.Format != "Q4_0" || got.BytesRead <= got.Bytes {
		t.Errorf("%+v, %v", got, err)
	}
}
