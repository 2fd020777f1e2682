package chat

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
)

// The cases of testdata/meant.jsonl are outputs that mean a call and are written in another
// form than any that a model is asked for, and outputs that only speak of calls. The kinds
// were seen in public threads and in the formats of other models; the words are ours. They are
// read here, under the grammars (package grammar), from endpoints (package openai) and behind
// the server (package agent/api).
func init() {
	f, err := os.Open("testdata/meant.jsonl")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c struct {
			Name, Out, Text string
			Calls           []string
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			panic(err)
		}
		o := output{name: c.Name, out: c.Out, text: c.Text, calls: strings.Join(c.Calls, " ")}
		if o.calls != "" {
			o.coerced = -1
		}
		outputs = append(outputs, o)
	}
}
