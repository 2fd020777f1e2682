package main

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/llama"
)

// TestPipeline goes from nothing to an evaluated model file, with random weights in
// place of trained ones.
func TestPipeline(t *testing.T) {
	dir := t.TempDir()
	o := options{dir: dir, seed: 1, n: 150, size: 1024, row: 2048, model: filepath.Join(dir, "model.gguf"), mix: "Q8_0", skill: "one", data: "data.bin", examples: 0.45, exchanges: 3}
	if err := vocab(o); err != nil {
		t.Fatal(err)
	}
	o.n = 20
	if err := pack(o); err != nil {
		t.Fatal(err)
	}
	checkRows(t, filepath.Join(dir, "data.bin"), o)
	randomWeights(t, dir, o.size)
	if err := export(o); err != nil {
		t.Fatal(err)
	}
	m, err := llama.Open(o.model, llama.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Vocab != o.size || !m.TiedHead() {
		t.Errorf("%d tokens, tied head %v", m.Vocab, m.TiedHead())
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	o.n = 1
	for _, o.free = range []bool{false, true} {
		if err := evaluate(o); err != nil {
			t.Fatal(err)
		}
	}
}

func checkRows(t *testing.T, path string, o options) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := o.n * 1000 / o.row * o.row * 2; len(b) != want {
		t.Fatalf("%d bytes of rows, want %d", len(b), want)
	}
	learned := 0
	for i := 0; i < len(b); i += 2 {
		v := binary.LittleEndian.Uint16(b[i:])
		if int(v&^learn) >= o.size {
			t.Fatalf("token %d at %d is beyond the vocabulary", v&^learn, i/2)
		}
		if v&learn != 0 {
			learned++
		}
	}
	if learned < len(b)/2/50 {
		t.Errorf("only %d of %d tokens are to be learned", learned, len(b)/2)
	}
}

// randomWeights writes what the trainer would, for a model of one layer.
func randomWeights(t *testing.T, dir string, vocab int) {
	t.Helper()
	w := weights{Layers: 1, Width: 64, Heads: 2, KVHeads: 1, FFN: 64, Context: 4096, RopeBase: 500000, Epsilon: 1e-5}
	var raw []byte
	add := func(name string, shape ...int) {
		n := 1
		for _, d := range shape {
			n *= d
		}
		w.Tensors = append(w.Tensors, struct {
			Name  string `json:"name"`
			Shape []int  `json:"shape"`
		}{name, shape})
		r := rand.New(rand.NewPCG(1, uint64(len(raw))))
		for range n {
			var err error
			if raw, err = binary.Append(raw, binary.LittleEndian, float32(r.NormFloat64()/8)); err != nil {
				t.Fatal(err)
			}
		}
	}
	add("token_embd.weight", 64, vocab)
	add("output_norm.weight", 64)
	for name, rows := range map[string]int{"attn_q": 64, "attn_k": 32, "attn_v": 32, "attn_output": 64, "ffn_gate": 64, "ffn_up": 64, "ffn_down": 64} {
		add("blk.0."+name+".weight", 64, rows)
	}
	add("blk.0.attn_norm.weight", 64)
	add("blk.0.ffn_norm.weight", 64)
	b, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"weights.json": b, "weights.bin": raw} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSame(t *testing.T) {
	calls := llm.Message{Calls: []llm.ToolCall{{Name: "a", Arguments: json.RawMessage(`{"x": 1, "y": "}; {"}`)}}}
	two := llm.Message{Calls: []llm.ToolCall{{Name: "a", Arguments: json.RawMessage(`{"x": 1}`)}, {Name: "b", Arguments: json.RawMessage(`{}`)}}}
	for _, c := range []struct {
		got  string
		want llm.Message
		same bool
	}{
		{`{"name": "a", "parameters": {"x": 1}}; {"name": "b", "parameters": {}}`, two, true},
		{`{"name": "a", "parameters": {"x": 1}}`, two, false},
		{`{"name": "a", "parameters": {"x": 2}}; {"name": "b", "parameters": {}}`, two, false},
		{`{"name": "a", "parameters": {"y": "}; {", "x": 1}}`, calls, true},
		{`{"name": "a", "parameters": {"y": "}; {", "x": 1}} and more`, calls, false},
		{`{"name": "a", "parameters": {"x": "1", "y": "}; {"}}`, calls, false},
		{`{"name": "a", "parameters": {"x": 1, "y": "}; {"}, "more": 1}`, calls, false},
		{"Yes. ", llm.Message{Content: "Yes."}, true},
		{"No.", llm.Message{Content: "Yes."}, false},
	} {
		if got := same(read(c.got), c.want); got != c.same {
			t.Errorf("%s against %+v: %v", c.got, c.want, got)
		}
	}
}

func TestFaithful(t *testing.T) {
	before := []llm.Message{{Content: "Where is order 17?"}, {Value: json.RawMessage(`{"order": 17, "to": "Ann Lee", "total": 9.5}`)}}
	for text, want := range map[string]bool{
		"The order 17 goes to Ann Lee.": true, "It costs 9.5. Good.": true, "It costs 9.6.": false, "It goes to Bob.": false, "I have no tool for that.": true,
	} {
		if got := faithful(llm.Message{Content: text}, before); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{{}, {"nothing"}, {"pack", "-dir", dir}, {"export", "-dir", dir}, {"export", "-mix", "Q9"}, {"eval", "-m", filepath.Join(dir, "none.gguf")}} {
		if err := run(args); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// TestWritten makes conversations of the written texts, as the trainer's command does, and
// packs and measures them.
func TestWritten(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3, which makes the conversations of the written texts")
	}
	dir := t.TempDir()
	script := func(stdin string, args ...string) string {
		cmd := exec.Command(python, args...)
		cmd.Dir, cmd.Stdin, cmd.Stderr = "written", strings.NewReader(stdin), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return string(out)
	}
	script("", "check.py", "records.jsonl.gz")
	var files []string
	seen := map[llm.Role]int{}
	failed := 0
	for _, name := range []string{"tools", "examples"} {
		raw, path := filepath.Join(dir, name+".raw"), filepath.Join(dir, name+".jsonl")
		script("", name+".py", "3", "40", raw, "records.jsonl.gz")
		b, err := os.ReadFile(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(script(string(b), "vary.py", "3")), 0o600); err != nil {
			t.Fatal(err)
		}
		err = records(path, func(r record) error {
			c := r.conversation()
			for _, m := range c.Messages {
				seen[m.Role]++
				if m.IsError {
					failed++
				}
			}
			_, err := c.Samples()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, path+"*0.5")
	}
	if seen[llm.RoleUser] < 80 || seen[llm.RoleTool] < 80 || failed == 0 {
		t.Errorf("messages %v, %d failed calls", seen, failed)
	}
	text := filepath.Join(dir, "text.jsonl")
	if err := os.WriteFile(text, []byte("{\"text\": \""+strings.Repeat("A kettle stands on the table. ", 90)+"\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options{dir: dir, seed: 1, n: 100, size: 1024, row: 512, data: "data.bin", from: strings.Join(append(files, text+"*2"), ",")}
	if err := vocab(o); err != nil {
		t.Fatal(err)
	}
	if err := pack(o); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "data.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) == 0 || len(b)%(2*o.row) != 0 {
		t.Errorf("%d bytes are no rows of %d tokens", len(b), o.row)
	}
	o.from = text + "*much"
	if err := pack(o); err == nil {
		t.Error("a weight that is no number passed")
	}
}
