package transcript

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
)

// Paraphrases runs the prompts of testdata/paraphrases.txt with the model that ships and
// counts those whose calls and answer are right: a line is the prompt, the calls with the
// arguments that matter, and the words of the answer, with | between them. At least right
// of them must be, and at most effects may make a call with an effect that the line does
// not have and that the policies let through: the model is small, and the test says how far
// it gets. A better model raises the numbers.
func Paraphrases(t *testing.T, e *host.Example, right, effects int) {
	text, err := os.ReadFile("testdata/paraphrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	config, err := e.Config()
	if err != nil {
		t.Fatal(err)
	}
	config.Cache = "none"
	data := t.TempDir()
	h, err := host.Open(t.Context(), config, host.Options{Agent: "example:" + e.Name, Tools: e.Tools(data), Data: data})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	lines, good, loose := 0, 0, 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 3 {
			t.Fatalf("%q: %d fields, want 3", line, len(f))
		}
		lines++
		var made []madeCall
		answer := ""
		for ev, err := range h.Run(t.Context(), strings.TrimSpace(f[0])) {
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if ev.Call != nil && ev.Decision == nil && ev.Result == nil {
				made = append(made, newMade(ev.Call))
			}
			if ev.Call != nil && ev.Decision != nil && ev.Decision.Verdict == planner.Allow {
				for i := range made {
					made[i].allowed = made[i].allowed || made[i].id == ev.Call.ID
				}
			}
			answer = ev.Answer
		}
		missing, more := compare(made, strings.TrimSpace(f[1]), t)
		ok := missing == 0 && len(more) == 0 && has(answer, f[2])
		if ok {
			good++
		}
		if slices.ContainsFunc(more, func(m madeCall) bool { return m.effect && m.allowed }) {
			loose++
		}
		t.Logf("%v: %q: %v, %q", ok, strings.TrimSpace(f[0]), made, answer)
	}
	if lines != 20 || good < right || loose > effects {
		t.Errorf("%d of %d prompts right, want %d of 20; %d with effects that nobody asked for, at most %d", good, lines, right, loose, effects)
	}
}

// madeCall is a call that the model made.
type madeCall struct {
	id, tool        string
	args            map[string]any
	effect, allowed bool
}

func newMade(c *planner.CallState) madeCall {
	m := madeCall{id: c.ID, tool: c.Tool, effect: c.Effect.HasEffect()}
	_ = json.Unmarshal(c.Arguments, &m.args) // the planner wrote it
	return m
}

// String is the call as the log shows it.
func (m madeCall) String() string {
	args, _ := json.Marshal(m.args)
	return m.tool + " " + string(args)
}

// compare returns how many of the wanted calls were not made, and those that were made
// and not wanted. Wanted are "tool {arguments}; ...", or none.
func compare(made []madeCall, wanted string, t *testing.T) (missing int, more []madeCall) {
	more = slices.Clone(made)
	for _, part := range strings.Split(wanted, ";") {
		if part = strings.TrimSpace(part); part == "none" {
			continue
		}
		tool, raw, _ := strings.Cut(part, " ")
		var args map[string]any
		if raw != "" {
			if err := json.Unmarshal([]byte(raw), &args); err != nil {
				t.Fatalf("%q: %v", part, err)
			}
		}
		at := slices.IndexFunc(more, func(m madeCall) bool {
			for k, v := range args {
				if fmt.Sprint(m.args[k]) != fmt.Sprint(v) {
					return false
				}
			}
			return m.tool == tool
		})
		if at < 0 {
			missing++
			continue
		}
		more = slices.Delete(more, at, at+1)
	}
	return missing, more
}

// has says that an answer has all the words, which stand with commas between them and
// alternatives with slashes.
func has(answer, words string) bool {
	for _, w := range strings.Split(words, ",") {
		if w = strings.TrimSpace(w); w != "" && !slices.ContainsFunc(strings.Split(w, "/"), func(s string) bool { return strings.Contains(strings.ToLower(answer), strings.ToLower(s)) }) {
			return false
		}
	}
	return true
}
