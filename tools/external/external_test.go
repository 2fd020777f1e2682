//go:build unix

package external_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/external"
)

func TestTools(t *testing.T) {
	dir := t.TempDir()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/echo":
			fmt.Fprintf(w, `{"key":%q,"token":%q}`, r.Header.Get("Idempotency-Key"), r.Header.Get("Authorization"))
		case "/conflict":
			http.Error(w, "taken", http.StatusConflict)
		case "/away":
			http.Redirect(w, r, "/echo", http.StatusFound)
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}
	}))
	defer server.Close()
	t.Setenv("CHASKI_TEST_TOKEN", "secret")
	text := strings.ReplaceAll(`
tools:
  - {name: echo, effect: read, parameters: {type: object}, command: [cat]}
  - {name: id, effect: read, shell: 'echo "\"$CHASKI_CALL_ID/$CHASKI_ATTEMPT/$X\""', env: {X: y}}
  - {name: fail, effect: read, shell: 'echo broken >&2; exit 1'}
  - {name: again, effect: read, shell: 'echo later >&2; exit 75'}
  - {name: missing, effect: read, command: [/no/such/program]}
  - {name: nan, effect: read, shell: 'echo NaN'}
  - {name: utf8, effect: read, shell: 'printf "\"\377\""'}
  - {name: endless, effect: read, timeout: 20s, command: [yes]}
  - {name: hang, effect: read, timeout: 300ms, shell: '(sleep 1; touch left) & sleep 60'}
  - {name: http, effect: read, http: URL/echo, headers: {Authorization: '${CHASKI_TEST_TOKEN}'}}
  - {name: conflict, effect: read, http: URL/conflict}
  - {name: away, effect: read, http: URL/away}
  - {name: flood, effect: read, timeout: 20s, http: URL/endless}
`, "URL", server.URL)
	all, err := external.Parse([]byte(text), dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tools.NewRegistry(all...)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ tool, arguments, status, text string }{
		{"echo", `{"a":"$(touch x)"}`, "ok", `{"a":"$(touch x)"}`},
		{"id", `{}`, "ok", `"k1/2/y"`},
		{"id", `{"a":1}`, "invalid", `unknown property "a"`},
		{"fail", `{}`, "fail", "broken"},
		{"again", `{}`, "retry", "later"},
		{"missing", `{}`, "fail", "/no/such/program"},
		{"nan", `{}`, "fail", "NaN"},
		{"utf8", `{}`, "fail", "invalid UTF-8"},
		{"endless", `{}`, "fail", "more than"},
		{"hang", `{}`, "timeout", "no answer in time"},
		{"http", `{}`, "ok", `{"key":"k1","token":"secret"}`},
		{"conflict", `{}`, "retry", "409"},
		{"away", `{}`, "fail", "302"},
		{"flood", `{}`, "fail", "more than"},
	} {
		got, err := r.Call(context.Background(), tools.Call{ID: "k1", Attempt: 2, Tool: test.tool, Arguments: json.RawMessage(test.arguments)})
		if err != nil || string(got.Status) != test.status || !strings.Contains(string(got.Value)+got.Reason, test.text) {
			t.Errorf("%s: %s %.200s %.200s %v", test.tool, got.Status, got.Value, got.Reason, err)
		}
	}
	time.Sleep(1200 * time.Millisecond)
	if _, err := os.Stat(filepath.Join(dir, "left")); err == nil {
		t.Error("a child of a command outlived its timeout")
	}
}

func TestBadFiles(t *testing.T) {
	for text, problem := range map[string]string{
		``:                                    "declares no tools",
		`tools: [{name: a}]`:                  "exactly one of",
		`tools: [{name: a, comand: [x]}]`:     "comand",
		`tools: [{name: a b, command: [x]}]`:  "a name has",
		`tools: [{name: a, http: "ftp://x"}]`: "no http or https URL",
		`tools: [{name: a, command: [x], effect: maybe}]`:                             "maybe",
		`tools: [{name: a, command: [x], timeout: soon}]`:                             "soon",
		`tools: [{name: a, command: [x], parameters: {type: object, properties: 7}}]`: "parameters",
		`tools: [{name: a, command: [x], shell: y}]`:                                  "exactly one of",
		`tools: {`: "line 1: did not find",
	} {
		if _, err := external.Parse([]byte(text), "."); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v, want %s", text, err, problem)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`tools: [{name: a, command: [cat], parameters: {type: object}}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := external.Parse(text, ".")
		if err == nil && len(all) == 0 {
			t.Fatal("neither tools nor an error")
		}
	})
}

func ExampleParse() {
	all, err := external.Parse([]byte(`
tools:
  - name: today
    description: The date
    effect: read
    timeout: 2s
    command: [date, '+"%F"']
`), ".")
	fmt.Println(len(all), all[0].Spec().Name, err)
	// Output: 1 today <nil>
}
