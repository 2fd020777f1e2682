package jinja

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// TestTemplates compares with what Jinja2 makes of published chat templates, which are not
// in the repository: testdata/templates.py says how to make the file.
func TestTemplates(t *testing.T) {
	file := os.Getenv("CHASKI_TEMPLATES")
	if file == "" {
		t.Skip("CHASKI_TEMPLATES names no file: testdata/templates.py makes one of chat templates that others publish")
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	equal, refused, all := 0, 0, 0
	for lines.Scan() {
		var c struct {
			Name, Template string
			Cases          []struct {
				Vars  map[string]json.RawMessage
				Want  *string
				Error string
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		all++
		tpl, err := Parse(c.Template)
		if err != nil {
			refused++
			t.Logf("%s: refused: %v", c.Name, err)
			continue
		}
		same := true
		for i, one := range c.Cases {
			vars := map[string]any{}
			for k, v := range one.Vars {
				vars[k] = v
			}
			out, err := tpl.Render(vars, map[string]string{"bos_token": "<s>", "eos_token": "</s>"}, time.Date(2026, 11, 28, 9, 5, 7, 0, time.UTC))
			var b strings.Builder
			for _, s := range out {
				b.WriteString(s.Text)
			}
			switch {
			case one.Want == nil && err == nil:
				same = false
				t.Errorf("%s %d: rendered, where Jinja2 says %s", c.Name, i, one.Error)
			case one.Want == nil:
			case err != nil && !errors.Is(err, ErrRaised):
				same = false
				t.Logf("%s %d: refused: %v", c.Name, i, err)
			case err != nil:
				same = false
				t.Errorf("%s %d: %v", c.Name, i, err)
			case b.String() != *one.Want:
				same = false
				at := 0
				for got := b.String(); at < len(got) && at < len(*one.Want) && got[at] == (*one.Want)[at]; at++ {
					continue
				}
				t.Errorf("%s %d: from byte %d\n%q\nwant\n%q", c.Name, i, at, clip(b.String(), at), clip(*one.Want, at))
			}
		}
		if same {
			equal++
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d templates: %d equal in all conversations, %d not parsed", all, equal, refused)
	if equal < 60 {
		t.Errorf("%d of %d templates are equal, want 60", equal, all)
	}
}

func clip(s string, at int) string { return s[max(0, min(at, len(s))-30):min(len(s), at+80)] }
