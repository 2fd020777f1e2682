package policies

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

const ordersOutput = `{"type":"object","properties":{"orders":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"Note":{"type":"string"},"host.name":{"type":"string"}}}}}}`

func labelled(labels map[string]string) []tools.Spec {
	return []tools.Spec{{Name: "pay", Effect: tools.Once, Parameters: json.RawMessage(`{"type":"object","properties":{"to":{"type":"string"},"Memo":{"type":"string"}}}`), Output: json.RawMessage(ordersOutput), Labels: labels}}
}

// TestLabelsThatCannotBeMeant: what would silently count as nothing is an error that names it.
func TestLabelsThatCannotBeMeant(t *testing.T) {
	for _, c := range []struct{ key, text, want string }{
		{"egress", "flase", `"flase": want true or false`},
		{"egress", "No", ""},
		{"irreversible", "never", `want true or false`},
		{"agent", "1", `want true or false`},
		{"strangers", "orders.note", `"orders.note" is a path: want the name of a member, which counts at any depth, in lists too: note`},
		{"strangers", "orders[].note", `: note`},
		{"strangers", "host.name, NOTE", ""}, // a member is called so
		{"strangers", ".", "is a path"},
		{"strangers", "note; id", `"note; id": want names of members with commas between`},
		{"strangers", "note unless id=o1", `want NAME unless OTHER is VALUE`},
		{"strangers", "note unless id is o1, id", ""},
		{"names", "., note", ""},
		{"names", "orders/note", "is a path"},
	} {
		_, err := Compile(strict(t), labelled(map[string]string{c.key: c.text}))
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), "tool pay: label "+c.key+": ") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q: %v, want %s", c.key, c.text, err, c.want)
		}
	}
}

// TestLintOfLabels finds what labels name and the tool does not have.
func TestLintOfLabels(t *testing.T) {
	for _, c := range []struct{ key, text, want string }{
		{"recipients", "too", `tool pay: label recipients: there is no argument "too": want some of Memo, to`},
		{"data", "memo, title", `tool pay: label data: there is no argument "title"`},
		{"content", "MEMO", ""},
		{"stranger", "note", `tool pay: label stranger is not read: did you mean strangers?`},
		{"owner", "finance", ""},
		{"strangers", "notes", `tool pay: labels strangers and names: output has no member "notes": did you mean note?`},
		{"strangers", "note, orders", ""},
		{"names", ".", ""},
	} {
		b, err := Compile(strict(t), labelled(map[string]string{c.key: c.text}))
		if err != nil {
			t.Fatal(err)
		}
		found := b.Lint()
		if (c.want == "") != (len(found) == 0) || !slices.ContainsFunc(append(found, ""), func(f string) bool { return strings.HasPrefix(f, c.want) }) {
			t.Errorf("%s: %q: %q, want %s", c.key, c.text, found, c.want)
		}
	}
}
