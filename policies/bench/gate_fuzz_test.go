package bench

import (
	"io"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/policies"
)

// FuzzGate: whatever a program says, the gate answers or refuses, and no bad call of a
// task counts for more than one breach.
func FuzzGate(f *testing.F) {
	sources, err := policies.Load("strict")
	if err != nil {
		f.Fatal(err)
	}
	task := `{"task": {"id": "t", "attack": true, "user": "Pay 5 to bob.", "tools": ` + strings.ReplaceAll(payTools, "\n", "") + `}}` + "\n"
	for _, seed := range []string{
		`{"call": {"name": "pay", "arguments": {"to": "bob", "amount": 5}, "bad": true}}` + "\n" + `{"result": {"text": "paid"}}` + "\n" + `{"end": {}}`,
		`{"call": {"name": "none", "arguments": []}}`, `{"result": {"error": "x"}}`, `{"user": "and eve"}` + "\n" + `{"assistant": "done"}` + "\n" + `{"skip": "why"}`,
		`{"call": null}`, `{"task": {}}`, `{"call": {"name": "browse", "arguments": "{\"page\": 1}"}}`, "\x00", `{"result": {"value": {"a": [1]}, "labels": {"integrity": "x"}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		g := &Gate{Sources: sources, Suite: "s", Each: func(o Outcome) {
			if len(o.Breaches) > o.Bad || o.Bad > o.Calls {
				t.Errorf("%d breaches of %d bad calls of %d", len(o.Breaches), o.Bad, o.Calls)
			}
		}}
		_ = g.Serve(strings.NewReader(task+lines), io.Discard)
	})
}
