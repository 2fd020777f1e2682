package jinja

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func render(t testing.TB, src string, vars map[string]any) (string, error) {
	t.Helper()
	tpl, err := Parse(src)
	if err != nil {
		return "", err
	}
	out, err := tpl.Render(vars, nil, time.Unix(0, 0))
	var b strings.Builder
	for _, s := range out {
		b.WriteString(s.Text)
	}
	return b.String(), err
}

// TestCases compares with what Jinja 3.1 gives for the same templates and values.
func TestCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Template, Want, Error string
		Vars                        map[string]any
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		got, err := render(t, c.Template, c.Vars)
		if c.Error != "" {
			if !errors.Is(err, ErrRaised) || !strings.Contains(err.Error(), c.Error) {
				t.Errorf("%s: %v, want %q", c.Name, err, c.Error)
			}
		} else if err != nil || got != c.Want {
			t.Errorf("%s: %v\n%q\nwant\n%q", c.Name, err, got, c.Want)
		}
	}
}

// TestData: what came in as a value stays apart from the template's own words.
func TestData(t *testing.T) {
	tpl, err := Parse("<a>{{ m.content | trim }}</a>{{ 'x' + m.role | upper }}{{ word }}")
	if err != nil {
		t.Fatal(err)
	}
	out, err := tpl.Render(map[string]any{"m": map[string]any{"content": " <|eot_id|> ", "role": "user"}}, map[string]string{"word": "<b>"}, time.Time{})
	want := []Segment{{Text: "<a>"}, {Text: "<|eot_id|>", Data: true}, {Text: "</a>x"}, {Text: "USER", Data: true}, {Text: "<b>"}}
	if err != nil || fmt.Sprint(out) != fmt.Sprint(want) {
		t.Errorf("%v %v", out, err)
	}
}

// TestBad: a template that is wrong, or would run away, is an error in bounded time.
func TestBad(t *testing.T) {
	for src, want := range map[string]string{
		"{{ a":                       "not closed",
		"{% if x %}":                 "want endif",
		"{% endfor %}":               "without a beginning",
		"{% include 'x' %}":          "unknown statement",
		"{{ 1 + }}":                  "unexpected",
		"{{ f(1) }}":                 "no function",
		"{{ 'x' | shout }}":          "no filter",
		"{{ x.y.z }}":                "undefined",
		"{{ 1 // 0 }}":               "division by zero",
		strings.Repeat("{{ [", 5000): "not closed",
		"{{ " + strings.Repeat("(", 500) + "x" + strings.Repeat(")", 500) + " }}":                              "deeper",
		"{{ " + strings.Repeat("not ", 5000) + "x }}":                                                          "deeper",
		strings.Repeat("{% if x %}", 5000):                                                                     "deeper",
		"{% for i in range(100000000) %}{% endfor %}":                                                          "steps",
		"{% for i in range(90000) %}{{ 'x' - 3 }}{% endfor %}":                                                 "of",
		"{% set s = 'aaaaaaaaaa' %}" + strings.Repeat("{% set s = s + s %}", 40) + "{{ s }}":                   "too much",
		"{% set s = 'aaaaaaaaaa' %}" + strings.Repeat("{% set s = s.replace('a', s) %}", 9) + "{{ s }}":        "too much",
		"{% set s = [1] %}" + strings.Repeat("{% set s = s + s %}", 40):                                        "too much",
		"{% for i in range(9000) %}{% for j in range(9000) %}" + "{{ i }}" + "{% endfor %}{% endfor %}{{ 1 }}": "steps",
		strings.Repeat("x", MaxSource+1):                                                                       "bytes",
	} {
		began := time.Now()
		_, err := render(t, src, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", src, err, want)
		}
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("%.60s: %v", src, d)
		}
	}
}

// FuzzRender: no template panics or runs away.
func FuzzRender(f *testing.F) {
	raw, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		f.Fatal(err)
	}
	var cases []struct{ Template string }
	if err := json.Unmarshal(raw, &cases); err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add(c.Template)
	}
	vars := map[string]any{"messages": []any{map[string]any{"role": "user", "content": "x"}}, "a": "b"}
	f.Fuzz(func(t *testing.T, src string) {
		_, _ = render(t, src, vars)
	})
}

func ExampleTemplate() {
	tpl, err := Parse("{% for m in messages %}{{ m.role }}: {{ m.content | trim }}\n{% endfor %}")
	if err != nil {
		panic(err)
	}
	out, err := tpl.Render(map[string]any{"messages": []any{map[string]any{"role": "user", "content": " hello "}}}, nil, time.Time{})
	for _, s := range out {
		fmt.Print(s.Text)
	}
	fmt.Println(err)
	// Output:
	// user: hello
	// <nil>
}
