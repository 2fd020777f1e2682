package api_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/planner"
)

// scrape reads /metrics, and holds it to the format: each family is described once, before
// its samples, and each sample is there once.
func scrape(t *testing.T, url string, headers ...string) map[string]float64 {
	t.Helper()
	code, text, header := send(t, http.MethodGet, url+"/metrics", nil, headers...)
	if code != http.StatusOK || header.Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
		t.Fatal(code, header, string(text))
	}
	sample := regexp.MustCompile(`^([a-z_]+)((?:\{(?:[a-z]+="(?:[^"\\]|\\.)*",?)+\})?) (\S+)$`)
	out, kinds := map[string]float64{}, map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if kinds[name] != "" {
				t.Error("described twice:", name)
			}
			kinds[name] = kind
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("no sample: %q", line)
			continue
		}
		family := m[1]
		for _, end := range []string{"_bucket", "_sum", "_count"} {
			if base := strings.TrimSuffix(family, end); kinds[base] == "histogram" {
				family = base
			}
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if _, twice := out[m[1]+m[2]]; twice || err != nil || kinds[family] == "" {
			t.Errorf("%q: twice %v, %v, of kind %q", line, twice, err, kinds[family])
		}
		out[m[1]+m[2]] = value
	}
	return out
}

// TestMetrics: what was done is counted, and what is under way; only the operator reads it.
func TestMetrics(t *testing.T) {
	sh := newShop(t, looksAndPays)
	o := sh.options()
	o.Models = []api.Model{{Name: "mini", LLM: theMini(t)}}
	k, texts := keysIn(t, filepath.Join(t.TempDir(), "keys"), api.Key{Name: "a"}, api.Key{Name: "boss", Operate: true, All: true})
	o.Keys = k
	url := serveAgents(t, o)
	a, boss := bearer(texts["a"]), bearer(texts["boss"])
	for _, c := range []struct {
		headers []string
		code    int
	}{{nil, 401}, {a, 403}} {
		if code, _, _ := send(t, http.MethodGet, url+"/metrics", nil, c.headers...); code != c.code {
			t.Error(c.headers, code)
		}
	}
	for range 3 {
		if code, out := post(t, url+"/v1/chat/completions", object{"model": "mini", "max_tokens": 5, "messages": []object{user("Hi")}}, a...); code != 200 {
			t.Error(code, out)
		}
	}
	_, _ = post(t, url+"/v1/chat/completions", object{"model": "nobody", "messages": []object{user("Hi")}}, a...)
	_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Refund order 1042."}, a...)
	status(t, url, out["id"].(string), planner.Waiting, a...)
	m := scrape(t, url, boss...)
	for name, want := range map[string]float64{
		`chaski_http_requests_total{route="POST /v1/chat/completions",status="200"}`: 3,
		`chaski_http_requests_total{route="POST /v1/chat/completions",status="404"}`: 1,
		`chaski_http_requests_total{route="GET /metrics",status="401"}`:              1,
		`chaski_http_refused_total{code="model_not_found"}`:                          1,
		`chaski_http_refused_total{code="invalid_api_key"}`:                          1,
		`chaski_http_request_seconds_count{route="POST /v1/chat/completions"}`:       4,
		`chaski_first_token_seconds_count{model="mini"}`:                             3,
		`chaski_first_token_seconds_bucket{model="mini",le="+Inf"}`:                  3,
		`chaski_tokens_total{model="shop",kind="prompt"}`:                            200,
		`chaski_tokens_total{model="shop",kind="cached"}`:                            120,
		`chaski_tokens_total{model="shop",kind="generated"}`:                         20,
		`chaski_runs{status="waiting"}`:                                              1,
		`chaski_approvals_waiting`:                                                   1,
		`chaski_http_in_flight`:                                                      1,
		`chaski_http_body_bytes`:                                                     0,
		`chaski_turns`:                                                               0,
		`chaski_engine_sequences{model="mini",state="waiting"}`:                      0,
	} {
		if got, ok := m[name]; !ok || got != want {
			t.Errorf("%s is %v (%v), want %v", name, got, ok, want)
		}
	}
	if m[`chaski_tokens_total{model="mini",kind="generated"}`] < 3 || m[`chaski_engine_pages{model="mini",state="all"}`] == 0 {
		t.Error(m)
	}
}
