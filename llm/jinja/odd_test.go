package jinja

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestOdd compares constructs that chat templates use with what Jinja2 makes of them
// (testdata/odd.py): each is equal, or refused with words that name it.
func TestOdd(t *testing.T) {
	raw, err := os.ReadFile("testdata/odd.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Vars  map[string]json.RawMessage
		Cases []struct {
			Template string
			Want     *string
			Error    string
		}
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{}
	for k, v := range f.Vars {
		vars[k] = v
	}
	equal, refused := 0, 0
	for _, c := range f.Cases {
		got, err := render(t, c.Template, vars)
		switch {
		case c.Want == nil && err == nil:
			t.Errorf("%q: %q, where Jinja2 says %s", c.Template, got, c.Error)
		case err != nil:
			if c.Want != nil {
				t.Logf("%q: refused: %v", c.Template, err)
			}
			if !strings.HasPrefix(err.Error(), "jinja: ") {
				t.Errorf("%q: %v", c.Template, err)
			}
			refused++
		case got != *c.Want:
			t.Errorf("%q: %q, want %q", c.Template, got, *c.Want)
		default:
			equal++
		}
	}
	t.Logf("%d equal, %d refused", equal, refused)
	if equal < 240 || refused > 40 {
		t.Errorf("%d equal, %d refused", equal, refused)
	}
}
