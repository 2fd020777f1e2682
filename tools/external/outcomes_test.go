//go:build unix

package external_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/external"
)

// outcomes makes each outcome of the table in docs/tools.md happen: ways by its first
// column, each the part of a declaration that follows the name and the effect.
func outcomes(t *testing.T) map[string][]string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hijack := func(text string) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			fmt.Fprint(conn, text)
			conn.Close()
		}
		switch r.URL.Path {
		case "/drop":
			hijack("")
		case "/garbage":
			hijack("no HTTP\r\n\r\n")
		case "/cut":
			hijack("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"paid\":")
		case "/slow":
			time.Sleep(2 * time.Second)
		case "/ok":
			fmt.Fprint(w, `{"paid":true}`)
		case "/text":
			fmt.Fprint(w, `paid`)
		case "/nothing":
			w.WriteHeader(http.StatusNoContent)
		default:
			code, err := strconv.Atoi(r.URL.Path[1:])
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("Location", "/ok")
			w.WriteHeader(code)
			fmt.Fprint(w, `{"error":"so"}`)
		}
	}))
	t.Cleanup(server.Close)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	http := func(paths ...string) (out []string) {
		for _, p := range paths {
			out = append(out, "http: "+server.URL+"/"+p)
		}
		return out
	}
	return map[string][]string{
		"the program cannot be started":                      {`command: [/no/such/program]`, `command: [cat], dir: /no/such/dir`},
		"exit 0, JSON":                                       {`shell: 'echo "{}"'`},
		"exit 0, JSON, a child holds the output":             {`shell: 'echo "{}"; sleep 3 &'`, `shell: 'echo "{}"; (sleep 3; echo late) & exit 0'`},
		"exit 0, not JSON":                                   {`shell: 'echo paid'`, `shell: 'printf "\"\377\""'`, `shell: 'printf "{\"a\":1,\"a\":2}"'`},
		"exit 0, nothing":                                    {`command: ["true"]`},
		"exit 0, JSON that breaks `output`":                  {`output: {type: object}, shell: 'echo 7'`},
		"exit 0, more than 16 MiB":                           {`shell: 'head -c 17000000 /dev/zero | tr "\0" 1'`},
		"exit 75":                                            {`shell: 'exit 75'`},
		"exit 1 to 255 but 75":                               {`shell: 'exit 1'`, `shell: 'exit 127'`, `command: [sh, -c, 'exit 137']`},
		"ended by a signal; in a shell also exit 129 to 255": {`shell: 'kill -9 $$'`, `shell: 'sh -c "kill -9 \$\$"; exit $?'`, `command: [sh, -c, 'kill -SEGV $$']`},
		"time over, command":                                 {`timeout: 500ms, shell: 'sleep 9'`},
		"no connection":                                      {"http: http://" + closed.Addr().String() + "/ok", "http: http://no-such-host.invalid/"},
		"2xx, JSON":                                          http("ok", "202"),
		"2xx, not JSON":                                      http("text"),
		"2xx, nothing":                                       http("nothing"),
		"2xx, the answer breaks off":                         http("cut"),
		"connection lost after the request":                  http("drop", "garbage"),
		"301, 302, 303":                                      http("301", "302", "303"),
		"307, 308":                                           http("307", "308"),
		"400, 401, 403, 404 and other 4xx":                   http("400", "401", "403", "404", "418", "425"),
		"409, 422, 429":                                      http("409", "422", "429"),
		"408, 499":                                           http("408", "499"),
		"500 and other 5xx":                                  http("500", "507", "599"),
		"501, 505":                                           http("501", "505"),
		"502, 503, 504":                                      http("502", "503", "504"),
		"time over, endpoint":                                {`timeout: 500ms, ` + http("slow")[0]},
	}
}

// TestOutcomes makes every cell of the table in docs/tools.md happen.
func TestOutcomes(t *testing.T) {
	text, err := os.ReadFile("../../docs/tools.md")
	if err != nil {
		t.Fatal(err)
	}
	ways := outcomes(t)
	effects := []string{"read", "idempotent", "once"}
	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \| (\w+) \| (\w+) \| (\w+) \|$`).FindAllStringSubmatch(string(text), -1)
	for _, row := range rows {
		if row[1] == "outcome" {
			continue
		}
		if len(ways[row[1]]) == 0 {
			t.Errorf("the test has no way to make %q happen", row[1])
		}
		for _, way := range ways[row[1]] {
			for i, effect := range effects {
				t.Run(fmt.Sprintf("%s/%s/%s", row[1], way, effect), func(t *testing.T) {
					t.Parallel()
					check(t, way, effect, row[2+i])
				})
			}
		}
		delete(ways, row[1])
	}
	for outcome := range ways {
		t.Errorf("docs/tools.md has no row %q", outcome)
	}
}

func check(t *testing.T, way, effect, want string) {
	all, err := external.Parse(fmt.Appendf(nil, "tools: [{name: pay, effect: %s, %s}]", effect, way), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := tools.NewRegistry(all...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Call(context.Background(), tools.Call{ID: "k1", Attempt: 1, Tool: "pay", Arguments: json.RawMessage("{}")})
	if err != nil {
		t.Fatal(err)
	}
	status := string(got.Status)
	if got.Status == tools.StatusOK && tools.IsOdd(got.Value) {
		status = "odd"
	}
	if status != want {
		t.Errorf("%s, want %s: %.200s %.200s", status, want, got.Value, got.Reason)
	}
}

// TestDocs reads the declarations of docs/tools.md, which names every key.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/tools.md")
	if err != nil {
		t.Fatal(err)
	}
	snippets := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(snippets) == 0 {
		t.Fatal("no snippets")
	}
	for _, m := range snippets {
		if _, err := external.Parse([]byte(m[1]), t.TempDir()); err != nil {
			t.Errorf("%v:\n%s", err, m[1])
		}
	}
	for _, key := range external.Keys() {
		if !strings.Contains(string(text), key+":") {
			t.Errorf("docs/tools.md does not name the key %s", key)
		}
	}
}
