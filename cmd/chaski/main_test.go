package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// chaski runs the program and returns what it printed and its exit status.
func chaski(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), "CHASKI_TEST_RUN=1")
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// golden returns the path of a file of the reference data.
func golden(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	return path
}

func decode(t *testing.T, line string, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), to); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--help"}, 0, "Usage: chaski"},
		{[]string{"version"}, 0, "chaski "},
		{[]string{"nonsense"}, 2, "unexpected argument nonsense: see chaski help"},
		{[]string{"help"}, 0, "Usage: chaski <command>"},
		{[]string{"help", "runs", "ls"}, 0, "Usage: chaski runs ls"},
		{[]string{"runs", "sl"}, 2, `did you mean one of "ls"`},
		{[]string{"init"}, 2, "init support|rag|workflow|empty [DIR]"},
		{[]string{"completion"}, 2, "completion bash|zsh|fish"},
		{[]string{"runs", "fork", "R"}, 2, "runs fork RUN N"},
		{[]string{"model", "info"}, 2, "--model"},
		{[]string{"model", "info", "-m", "none.gguf"}, 1, "no such file"},
		{[]string{"model", "generate", "-m", "none.gguf", "-p", "a", "--ids", "[1]"}, 2, "can't be used together"},
	} {
		out, errs, code := chaski(t, "", c.args...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("%v: exit status %d, %q", c.args, code, out+errs)
		}
	}
}

func TestBadModelFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.gguf")
	if err := os.WriteFile(path, []byte("GGUF\x09\x00\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := chaski(t, "", "model", "generate", "-m", path, "--ids", "[1]")
	if code != 1 || errs != "chaski: "+path+": version 9, want 2 or 3\n" {
		t.Errorf("exit status %d, %q", code, errs)
	}
}

func TestPromptLines(t *testing.T) {
	in := `{"messages": [{"role": "user", "content": "Hi <b>"}], "options": {"date_string": "1 May 2026"}}` + "\n" +
		`{"messages": [], "options": {}}` + "\n" + `{"messages": 5}`
	out, errs, code := chaski(t, in, "model", "prompt")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 1 || errs != "chaski: 2 values were wrong\n" || len(lines) != 3 {
		t.Fatalf("exit status %d: %q %q", code, out, errs)
	}
	if !strings.Contains(lines[0], `Hi <b><|eot_id|>`) || !strings.Contains(lines[0], "Today Date: 1 May 2026") {
		t.Error(lines[0])
	}
	if !strings.Contains(lines[1], `{"error":"line 2 of standard input: chat: there are no messages"}`) || !strings.Contains(lines[2], `{"error":"line 3 of standard input: messages: a number is no array"}`) {
		t.Error(lines[1], lines[2])
	}
	if out, errs, code := chaski(t, "{", "model", "prompt"); code != 1 || errs != "chaski: 1 value was wrong\n" || !strings.Contains(out, `{"error":"`) {
		t.Errorf("exit status %d: %q %q", code, out, errs)
	}
}

// TestTemplateRefuses: that the template raises an error is what was asked for: no value was wrong.
func TestTemplateRefuses(t *testing.T) {
	call := `{"function": {"name": "pay", "arguments": {}}}`
	in := `{"messages": [{"role": "assistant", "tool_calls": [` + call + `, ` + call + `]}], "options": {}}` + "\n" +
		`{"messages": [{"role": "system", "content": "x"}], "options": {"tools": [{"name": "pay"}]}}` + "\n"
	out, errs, code := chaski(t, in, "model", "prompt")
	if code != 0 || errs != "" || !strings.Contains(out, "single tool-calls at once!") || !strings.Contains(out, "when there's no first user message!") {
		t.Errorf("exit %d %s\n%s", code, errs, out)
	}
}

func TestParseLines(t *testing.T) {
	tool := `{"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}}`
	in := `{"text": "<|python_tag|>{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Paris\", \"days\": \"3\"}}<|eom_id|>", "tools": [` + tool + `]}` + "\n" +
		`{"text": "Sunny.<|eot_id|>", "tools": [{"type": "function", "function": ` + tool + `}]}` + "\n" +
		`{"text": "{\"name\": \"rm\", \"parameters\": {}}", "tools": [` + tool + `]}`
	out, _, code := chaski(t, in, "model", "parse")
	want := `{"content":"","calls":[{"name":"get_weather","arguments":{"city":"Paris","days":3},"coercions":[{"path":"/days","from":"3","to":3}]}],"error":null}
{"content":"Sunny.","calls":[],"error":null}
{"content":"","calls":[{"name":"rm","arguments":{}}],"error":"call of rm: no tool of that name is declared"}
`
	if code != 0 || out != want {
		t.Errorf("exit status %d\ngot  %s\nwant %s", code, out, want)
	}
}

func TestTokenizeLines(t *testing.T) {
	out, errs, code := chaski(t, `{"text": "Hello<|eot_id|>", "special": true} {"text": "<|eot_id|>"} {"text": ""}`, "model", "tokenize", "-m", golden(t, "tokenizer/tokenizer.model"))
	want := "{\"ids\":[9906,128009]}\n{\"ids\":[27,91,68,354,851,91,29]}\n{\"ids\":[]}\n"
	if code != 0 || out != want {
		t.Errorf("exit status %d, %q, %q", code, out, errs)
	}
}

func TestLogitsLines(t *testing.T) {
	model := golden(t, "models/tiny-F32.gguf")
	out, errs, code := chaski(t, "[1024, 487, 267] [5000] []", "model", "logits", "-m", model, "--all", "--cache", "f32")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 1 || errs != "chaski: 2 values were wrong\n" || len(lines) != 3 {
		t.Fatalf("exit status %d: %q %q", code, out, errs)
	}
	var got struct {
		Last   []float32 `json:"last_logits"`
		Argmax []int     `json:"argmax"`
		NLL    float64   `json:"nll"`
	}
	decode(t, lines[0], &got)
	if len(got.Last) != 1280 || len(got.Argmax) != 3 || got.Argmax[0] != 724 || got.NLL <= 0 || math.IsNaN(got.NLL) {
		t.Errorf("%d logits, argmax %v, nll %g", len(got.Last), got.Argmax, got.NLL)
	}
	if !strings.Contains(lines[1], "5000, the vocabulary has 1280") || !strings.Contains(lines[2], "no ids") {
		t.Error(lines[1:])
	}
}

func TestGenerate(t *testing.T) {
	stories := golden(t, "models/stories260K.gguf")
	out, errs, code := chaski(t, "", "model", "generate", "-m", stories, "--ids", "[1]", "-n", "5")
	if code != 0 || out != " Once upon a time,\n" {
		t.Errorf("exit status %d, %q, %q", code, out, errs)
	}
	if out, errs, code := chaski(t, "", "model", "generate", "-m", stories, "-p", "Once upon a time", "-n", "12"); code != 0 || !strings.HasPrefix(out, ", there was a little girl") {
		t.Errorf("exit status %d, %q, %q", code, out, errs)
	}
	tiny := golden(t, "models/tiny-Q8_0.gguf")
	var a, b generateOut
	out, errs, code = chaski(t, "", "model", "generate", "-m", tiny, "-p", "hello", "-n", "12", "--json", "--logprobs", "2")
	if code != 0 {
		t.Fatal(errs)
	}
	decode(t, out, &a)
	if len(a.IDs) != 12 || a.Stop != "max_tokens" || len(a.LogProbs) != 12 || len(a.LogProbs[0].Top) != 2 || a.LogProbs[0].Top[0].ID != int(a.IDs[0]) {
		t.Errorf("%+v", a)
	}
	stop := []rune(a.Text)
	out, _, _ = chaski(t, "", "model", "generate", "-m", tiny, "-p", "hello", "-n", "12", "--json", "--stop", string(stop[3:5]))
	decode(t, out, &b)
	if b.Stop != "stop_string" || b.Text != string(stop[:strings.Index(a.Text, string(stop[3:5]))]) && !strings.HasPrefix(a.Text, b.Text) || strings.Contains(b.Text, string(stop[3:5])) {
		t.Errorf("stopped before %q: %+v", string(stop[3:5]), b)
	}
	if _, errs, code := chaski(t, "", "model", "generate", "-m", tiny, "--ids", "[1]", "-n", "131072"); code != 1 || !strings.Contains(errs, "the context of") {
		t.Errorf("exit status %d, %q", code, errs)
	}
}

func TestInfoAndQuantize(t *testing.T) {
	out, errs, code := chaski(t, "", "model", "info", "--json", "-m", golden(t, "models/tiny-Q4_K_M.gguf"))
	var info modelInfo
	decode(t, out, &info)
	if code != 0 || info.Layers != 3 || info.Formats["Q4_K"] != 18 || info.Vocab != 1280 || info.Tokenizer != "byte-level BPE of 1280 tokens" {
		t.Errorf("exit status %d, %+v, %q", code, info, errs)
	}
	small := filepath.Join(t.TempDir(), "small.gguf")
	if _, errs, code := chaski(t, "", "model", "quantize", golden(t, "models/tiny-F32.gguf"), small, "--type", "q8_0"); code != 0 || !strings.Contains(errs, "as Q8_0") {
		t.Errorf("exit status %d, %q", code, errs)
	}
	out, _, _ = chaski(t, "", "model", "info", "--json", "-m", small)
	decode(t, out, &info)
	if info.Formats["Q8_0"] != 23 {
		t.Errorf("%+v", info.Formats)
	}
	if _, errs, code := chaski(t, "", "model", "quantize", small, small, "--type", "q8_0"); code != 1 || !strings.Contains(errs, "over itself") {
		t.Errorf("exit status %d, %q", code, errs)
	}
}
