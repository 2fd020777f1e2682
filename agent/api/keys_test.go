package api_test

import (
	"context"
	"encoding/json"
	"iter"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// keysIn opens a folder of keys and makes some.
func keysIn(t testing.TB, dir string, keys ...api.Key) (*api.Keys, map[string]string) {
	t.Helper()
	k, err := api.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, key := range keys {
		if texts[key.Name], err = k.Add(key); err != nil {
			t.Fatal(err)
		}
	}
	return k, texts
}

func bearer(key string) []string { return []string{"Authorization", "Bearer " + key} }

// TestKeysNeeded: who has no key, one that is unknown, has expired or was removed is not let
// in, and learns nothing but that the server lives.
func TestKeysNeeded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	o := apiOf(&llm.Scripted{Next: says(llm.Turn{Text: "Hi"})})
	k, texts := keysIn(t, dir, api.Key{Name: "a"}, api.Key{Name: "old", Expires: time.Now().Add(-time.Second)})
	o.Keys = k
	url := serve(t, o)
	body := object{"model": "scripted", "messages": []object{user("Hi")}}
	for _, c := range []struct {
		headers []string
		code    int
	}{
		{nil, 401}, {bearer("wrong"), 401}, {bearer(""), 401}, {bearer(texts["old"]), 401}, {[]string{"Authorization", "Basic " + texts["a"]}, 401},
		{[]string{"Cookie", api.SessionCookie + "=" + texts["a"]}, 401}, // a key is no session
		{bearer(texts["a"]), 200}, {[]string{"X-Api-Key", texts["a"]}, 200}, {append(bearer(texts["a"]), "Host", "api.example"), 200},
	} {
		code, out := post(t, url+"/v1/chat/completions", body, c.headers...)
		if code != c.code || code == 401 && dig(out, "error", "code") != "invalid_api_key" {
			t.Error(c.headers, code, out)
		}
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/v1/models": 401, "/v1/runs": 401, "/nowhere": 404} {
		if code, out := get(t, url+path); code != want {
			t.Error(path, code, out)
		}
	}
	// Another process removes and adds.
	other, err := api.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Remove("a"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the key is gone", func() bool {
		code, _ := post(t, url+"/v1/chat/completions", body, bearer(texts["a"])...)
		return code == 401
	})
	if code, _ := post(t, url+"/v1/chat/completions", body); code != 401 {
		t.Error("with its last key gone, the server lets anybody in:", code)
	}
	b, err := other.Add(api.Key{Name: "b"})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new key works", func() bool { code, _ := post(t, url+"/v1/chat/completions", body, bearer(b)...); return code == 200 })
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nobody is let in without the folder", func() bool { code, _ := post(t, url+"/v1/chat/completions", body, bearer(b)...); return code == 401 })
}

// TestKeysOpenTheAddress: a server with keys may be reached from other machines.
func TestKeysOpenTheAddress(t *testing.T) {
	o := apiOf(&llm.Scripted{Next: says(llm.Turn{Text: "Hi"})})
	o.Keys, _ = keysIn(t, filepath.Join(t.TempDir(), "keys"))
	for _, with := range []bool{false, true} {
		if with {
			if _, err := o.Keys.Add(api.Key{Name: "a"}); err != nil {
				t.Fatal(err)
			}
		}
		s, err := api.New(o)
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "0.0.0.0:0")
		if err != nil {
			t.Skipf("no listener beyond this machine: %v", err)
		}
		ended := make(chan error, 1)
		serving, stop := context.WithCancel(ctx)
		go func() { ended <- s.Serve(serving, l, api.ServeOptions{}) }()
		if with {
			eventually(t, "it serves", func() bool {
				res, err := http.Get("http://127.0.0.1:" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port) + "/healthz")
				if err != nil {
					return false
				}
				res.Body.Close()
				return res.StatusCode == 200
			})
		}
		stop()
		if err := <-ended; (err == nil) != with {
			t.Error(with, err)
		}
	}
}

// TestTenants: nothing of a tenant's runs shows to another: not in lists, not by id, not by
// an idempotency key, not as a conversation to go on with.
func TestTenants(t *testing.T) {
	sh := newShop(t, looksAndPays)
	o := sh.options()
	k, texts := keysIn(t, filepath.Join(t.TempDir(), "keys"),
		api.Key{Name: "ana", Tenant: "a", Approve: true}, api.Key{Name: "bot", Tenant: "a"}, api.Key{Name: "ben", Tenant: "b", Approve: true, Operate: true},
		api.Key{Name: "boss", Approve: true, Operate: true, All: true})
	o.Keys = k
	url := serveAgents(t, o)
	body := object{"agent": "shop", "input": "Refund order 1042."}
	ana, bot, ben, boss := bearer(texts["ana"]), bearer(texts["bot"]), bearer(texts["ben"]), bearer(texts["boss"])
	_, out := post(t, url+"/v1/runs", body, append(ana, "Idempotency-Key", "k")...)
	run, _ := out["id"].(string)
	seen := status(t, url, run, planner.Waiting, bot...)
	if seen["tenant"] != "a" || seen["by"] != "ana" {
		t.Error(seen)
	}
	for _, c := range []struct {
		method, path string
	}{{"GET", ""}, {"GET", "/events"}, {"GET", "/journal"}, {"POST", "/approve"}, {"POST", "/deny"}, {"POST", "/settle"}, {"POST", "/cancel"}, {"POST", "/resume"}} {
		var b any
		if c.method == "POST" {
			b = object{"ok": 1}
		}
		code, text, _ := send(t, c.method, url+"/v1/runs/"+run+c.path, b, ben...)
		other, otherText, _ := send(t, c.method, url+"/v1/runs/"+"nothing-"+run+c.path, b, ben...)
		if code != http.StatusNotFound || other != code || len(otherText)-len(text) != len("nothing-") {
			t.Errorf("%s %s: %d %s, of no run %d %s", c.method, c.path, code, text, other, otherText)
		}
	}
	if _, list := get(t, url+"/v1/runs", ben...); len(list["data"].([]any)) != 0 {
		t.Error(list)
	}
	if code, out := get(t, url+"/v1/runs?after="+run, ben...); code != http.StatusNotFound {
		t.Error(code, out)
	}
	for _, who := range [][]string{ana, bot, boss} {
		if _, list := get(t, url+"/v1/runs", who...); len(list["data"].([]any)) != 1 {
			t.Error(list)
		}
	}
	if _, out := post(t, url+"/v1/runs", body, append(ben, "Idempotency-Key", "k")...); out["id"] == run || out["tenant"] != "b" {
		t.Error(out)
	}
	if code, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "x", "follows": run}, ben...); code != http.StatusBadRequest {
		t.Error(code, out)
	}
	// Within the tenant, a key does what it may.
	for path, want := range map[string]int{"/approve": 403, "/deny": 403, "/settle": 403} {
		if code, out := post(t, url+"/v1/runs/"+run+path, object{}, bot...); code != want || dig(out, "error", "code") != "forbidden" {
			t.Error(path, code, out)
		}
	}
	if code, _ := get(t, url+"/v1/runs/"+run+"/journal", ana...); code != 403 {
		t.Error(code)
	}
	if code, _ := get(t, url+"/v1/runs/"+run+"/journal", boss...); code != 200 {
		t.Error(code)
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/approve", object{}, ana...); code != 200 {
		t.Error(code, out)
	}
	status(t, url, run, planner.Finished, ana...)
	_, journal := get(t, url+"/v1/runs/"+run+"/journal", boss...)
	by := ""
	for _, ev := range journal["data"].([]any) {
		if s, ok := dig(ev, "answered", "by").(string); ok {
			by = s
		}
	}
	if by != "ana" {
		t.Error(by)
	}
}

// TestTenantsConversation: words that another tenant's agent said are no conversation of
// this one's.
func TestTenantsConversation(t *testing.T) {
	sh := newShop(t, says(llm.Turn{Text: "It is late."}))
	o := sh.options()
	k, texts := keysIn(t, filepath.Join(t.TempDir(), "keys"), api.Key{Name: "a"}, api.Key{Name: "b"})
	o.Keys = k
	url := serveAgents(t, o)
	said := []object{user("Where is it?")}
	_, first := post(t, url+"/v1/chat/completions", object{"model": "shop", "messages": said}, bearer(texts["a"])...)
	said = append(said, object{"role": "assistant", "content": dig(first, "choices", 0, "message", "content")}, user("Sure?"))
	for _, name := range []string{"a", "b"} {
		_, out := post(t, url+"/v1/chat/completions", object{"model": "shop", "messages": said}, bearer(texts[name])...)
		_, run := get(t, url+"/v1/runs/"+dig(out, "metadata", "run_id").(string), bearer(texts[name])...)
		if goesOn := run["thread_id"] == dig(first, "metadata", "run_id"); goesOn != (name == "a") {
			t.Error(name, run)
		}
	}
}

// TestBounds: what is too much for a key is a 429 that says when to come again.
func TestBounds(t *testing.T) {
	m := newSlow()
	dir := filepath.Join(t.TempDir(), "keys")
	k, texts := keysIn(t, dir, api.Key{Name: "rate", Bounds: api.Bounds{Requests: 2}}, api.Key{Name: "tokens", Bounds: api.Bounds{Tokens: 100}},
		api.Key{Name: "day", Bounds: api.Bounds{Day: 100, Month: 1000}}, api.Key{Name: "one", Bounds: api.Bounds{Parallel: 1}}, api.Key{Name: "free"})
	used := llm.Usage{PromptTokens: 80, CachedTokens: 20, GeneratedTokens: 50}
	url := serve(t, api.Options{Keys: k, Models: []api.Model{{Name: "slow", LLM: m}, {Name: "scripted", LLM: &llm.Scripted{Next: says(llm.Turn{Text: "Hi", Usage: used})}}}})
	ask := func(name string, more object) (int, object, http.Header) {
		code, text, header := send(t, http.MethodPost, url+"/v1/chat/completions", with(object{"model": "scripted", "messages": []object{user("Hi")}}, more), bearer(texts[name])...)
		var out object
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatal(err)
		}
		return code, out, header
	}
	for name, let := range map[string]int{"rate": 2, "tokens": 1, "day": 1} {
		for i := range let + 2 {
			code, out, header := ask(name, nil)
			if i < let && code != 200 {
				t.Error(name, i, code, out)
			}
			after, _ := strconv.Atoi(header.Get("Retry-After"))
			if i >= let && (code != 429 || after < 1) {
				t.Error(name, i, code, out, header)
			}
			want := "rate_limit_exceeded"
			if name == "day" {
				want = "insufficient_quota"
			}
			if i >= let && dig(out, "error", "code") != want {
				t.Error(name, out)
			}
			if name == "rate" && i == 0 && (header.Get("X-Ratelimit-Limit-Requests") != "2" || header.Get("X-Ratelimit-Remaining-Requests") != "1") {
				t.Error(header)
			}
		}
	}
	for range 5 {
		if code, out, _ := ask("free", nil); code != 200 {
			t.Error(code, out)
		}
	}
	first := make(chan int)
	go func() {
		code, _, _ := ask("one", object{"model": "slow"})
		first <- code
	}()
	<-m.began
	if code, out, _ := ask("one", nil); code != 429 {
		t.Error(code, out)
	}
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	if code := <-first; code != 200 {
		t.Error(code)
	}
	if code, out, _ := ask("one", nil); code != 200 {
		t.Error(code, out)
	}
	if code, out, _ := ask("one", object{"n": 2}); code != 429 {
		t.Error(code, out)
	}
	// What was used is known to the next server.
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := api.OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	keys, uses, err := again.List()
	if err != nil || len(keys) != 5 || keys[0].Name != "day" || uses[0].DayTokens != 110 || uses[0].MonthTokens != 110 || uses[0].Requests != 1 {
		t.Error(keys, uses, err)
	}
	url = serve(t, api.Options{Keys: again, Models: []api.Model{{Name: "scripted", LLM: &llm.Scripted{Next: says(llm.Turn{Text: "Hi", Usage: used})}}}})
	if code, out, _ := ask("day", nil); code != 429 {
		t.Error(code, out)
	}
}

// TestBoundsHoldTheAnswer: an answer may have no more tokens than the key has left, and those
// under way count.
func TestBoundsHoldTheAnswer(t *testing.T) {
	m := newSlow()
	k, texts := keysIn(t, filepath.Join(t.TempDir(), "keys"), api.Key{Name: "day", Bounds: api.Bounds{Day: 100}})
	asked := make(chan int, 10)
	url := serve(t, api.Options{Keys: k, Models: []api.Model{{Name: "slow", LLM: &noted{m, asked}}}})
	ask := func(more object) chan object {
		out := make(chan object, 1)
		go func() {
			_, o := post(t, url+"/v1/chat/completions", with(object{"model": "slow", "messages": []object{user("Hi")}}, more), bearer(texts["day"])...)
			out <- o
		}()
		return out
	}
	first := ask(object{"max_tokens": 60}) // the second is answered with what is left, the third is not
	if n := <-asked; n != 60 {
		t.Error(n)
	}
	second := ask(object{"max_tokens": 1000})
	if n := <-asked; n != 40 {
		t.Error(n)
	}
	if out := <-ask(nil); dig(out, "error", "code") != "insufficient_quota" {
		t.Error(out)
	}
	for range 2 {
		m.next <- llm.Stop{Reason: llm.StopEndOfTurn, Usage: llm.Usage{PromptTokens: 10, GeneratedTokens: 10}}
	}
	<-first
	<-second
	third := ask(nil)
	if n := <-asked; n != 60 {
		t.Error(n)
	}
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	<-third
}

// TestBoundsOfRuns: a run pays from its key, also while nobody listens, and spends no more
// than is left.
func TestBoundsOfRuns(t *testing.T) {
	sh := newShop(t, looksAndPays) // 50 tokens a turn that were not cached
	o := sh.options()
	k, texts := keysIn(t, filepath.Join(t.TempDir(), "keys"), api.Key{Name: "day", Approve: true, Bounds: api.Bounds{Day: 70}})
	o.Keys = k
	url := serveAgents(t, o)
	key := bearer(texts["day"])
	_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Refund order 1042."}, key...)
	end := status(t, url, out["id"].(string), planner.BudgetExceeded, key...)
	if end["reason"] != "100 tokens, the budget is 70" {
		t.Error(end)
	}
	eventually(t, "it is charged", func() bool { _, uses, _ := k.List(); return uses[0].DayTokens == 100 })
	if code, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Again."}, key...); code != 429 {
		t.Error(code, out)
	}
}

// TestSessions: a session lets its principal in, by header and by cookie, to its end; a page
// of another origin cannot use the cookie.
func TestSessions(t *testing.T) {
	sh := newShop(t, looksAndPays)
	o := sh.options()
	o.Keys, _ = keysIn(t, filepath.Join(t.TempDir(), "keys"), api.Key{Name: "a"})
	s, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	who := api.Principal{Tenant: "a", Name: "ana", Approve: true}
	var seen api.Principal
	s.Handle("POST /page", api.Approve, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = api.From(r.Context())
		w.WriteHeader(http.StatusNoContent)
	}))
	s.Handle("POST /secret", api.Operate, http.NotFoundHandler())
	url := serveIt(t, s)
	token := s.NewSession(who, time.Hour)
	short := s.NewSession(who, -time.Second)
	for _, c := range []struct {
		headers []string
		code    int
	}{
		{bearer(token), 204}, {[]string{"X-Api-Key", token}, 204}, {[]string{"Cookie", api.SessionCookie + "=" + token}, 403}, // nothing says which page sent it
		{[]string{"Cookie", api.SessionCookie + "=" + token, "Sec-Fetch-Site", "same-origin"}, 204},
		{[]string{"Cookie", api.SessionCookie + "=" + token, "Origin", url}, 204},
		{[]string{"Cookie", api.SessionCookie + "=" + token, "Origin", "https://evil.example"}, 403},
		{[]string{"Cookie", api.SessionCookie + "=" + token, "Sec-Fetch-Site", "cross-site"}, 403},
		{append(bearer(token), "Sec-Fetch-Site", "cross-site"), 204}, // no browser adds the header by itself
		{bearer(short), 401}, {[]string{"Cookie", api.SessionCookie + "=" + short}, 401}, {bearer("session_x"), 401},
	} {
		if code, text, _ := send(t, http.MethodPost, url+"/page", nil, c.headers...); code != c.code {
			t.Error(c.headers, code, string(text))
		}
	}
	if seen != who {
		t.Error(seen)
	}
	if code, _, _ := send(t, http.MethodPost, url+"/secret", nil, bearer(token)...); code != 403 {
		t.Error(code)
	}
	s.EndSession(token)
	if code, _, _ := send(t, http.MethodPost, url+"/page", nil, bearer(token)...); code != 401 {
		t.Error(code)
	}
}

// noted tells how long the answers may be that a model is asked for.
type noted struct {
	llm.Model
	most chan int
}

func (n *noted) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	n.most <- req.MaxTokens
	return n.Model.Generate(ctx, req)
}
