package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestModelMended: a refund is made, and then the endpoint refuses what no retry helps. The run
// has failed, and says why; once that is mended, runs resume ends it, and nothing is paid again.
func TestModelMended(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]struct {
		code int
		body string
		says string
	}{
		"a key that was withdrawn":   {401, `{"error":{"message":"Incorrect API key provided"}}`, "Incorrect API key"},
		"a key without a permission": {403, `{"error":{"message":"no access to this model"}}`, "no access"},
		"a model that is gone":       {404, `{"error":{"message":"The model scripted does not exist"}}`, "does not exist"},
		"an endpoint that has moved": {410, `gone`, "410"},
		"an account without credit":  {402, `{"error":{"message":"Insufficient balance"}}`, "Insufficient balance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			well, err := url.Parse(modelServer(t, looksUpAndRefunds))
			if err != nil {
				t.Fatal(err)
			}
			var asked atomic.Int32
			var mended atomic.Bool
			through := httputil.NewSingleHostReverseProxy(well)
			endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) > 2 && !mended.Load() {
					http.Error(w, refusal.body, refusal.code)
					return
				}
				through.ServeHTTP(w, r)
			}))
			t.Cleanup(endpoint.Close)
			file, data := shop(t, endpoint.URL)
			policy := filepath.Join(filepath.Dir(file), "policy.yaml")
			if err := os.WriteFile(policy, []byte("name: allow\ndefault: allow\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, errs, code := chaski(t, "", "run", "-f", file, "Refund order 1042.")
			if code != 1 || !strings.Contains(errs, "failed") || !strings.Contains(errs, refusal.says) || asked.Load() != 3 {
				t.Fatalf("exit %d, asked %d times: %s", code, asked.Load(), errs)
			}
			runs := filepath.Join(data, "runs")
			journals, _ := filepath.Glob(filepath.Join(runs, "*.jsonl"))
			run := strings.TrimSuffix(filepath.Base(journals[0]), ".jsonl")
			if _, errs, code := chaski(t, "", "runs", "resume", run, "--runs", runs); code != 1 || !strings.Contains(errs, refusal.says) {
				t.Errorf("resumed too early: exit %d: %s", code, errs)
			}
			mended.Store(true)
			out, errs, code := chaski(t, "", "runs", "resume", run, "--runs", runs)
			paid, _ := os.ReadFile(filepath.Join(data, "paid"))
			if code != 0 || strings.TrimSpace(out) == "" || string(paid) != "paid\n" {
				t.Errorf("exit %d, paid %q\n%s%s", code, paid, out, errs)
			}
			if out, _, _ := chaski(t, "", "runs", "show", run, "--runs", runs); strings.Count(out, "refund is sent") != 1 {
				t.Error(out)
			}
		})
	}
}
