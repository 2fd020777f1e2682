package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/agent/console"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// hostile is a text that a page must show as it is: markup, escapes of terminals, and a
// character that turns the line.
const hostile = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\x1b[31mred \u202egnp.exe"

// shop is an agent that looks orders up and pays them back after a person's yes.
type shop struct {
	url   string // of the server
	link  string // to the console
	http  *http.Client
	agent *agent.Agent
	paid  atomic.Int32
	note  string // in what lookup_order returns
	keys  *api.Keys
}

const rules = `name: shop
prices: {prompt: 1000, generated: 10000, calls: {refund_order: 0.5}}
rules:
  - id: look
    on: call
    tools: [lookup_order]
    then: allow
  - id: pay
    on: call
    tools: [refund_order]
    then: require_approval
    reason: Money needs a person.
`

const cases = `cases:
  - name: money asks
    user: Refund order 1042.
    steps: [{call: {name: refund_order, arguments: {order_number: 1042}}}]
    want: [{verdict: require_approval, rule: shop/pay}]
  - name: money is given away
    user: Refund order 1042.
    steps: [{call: {name: refund_order, arguments: {order_number: 1042}}}]
    want: [{verdict: allow}]
`

// answered counts the results since the last word of the user.
func answered(req *llm.Request) (n int) {
	for i := len(req.Messages) - 1; i >= 0 && req.Messages[i].Role != llm.RoleUser; i-- {
		if req.Messages[i].Role == llm.RoleTool {
			n++
		}
	}
	return n
}

func looksAndPays(_ int, req *llm.Request) llm.Turn {
	last := *req
	last.Messages = req.Messages[:len(req.Messages)-1] // what was read before stays cached
	prompt, cached := len(promptTokens(req)), len(promptTokens(&last))
	usage := llm.Usage{PromptTokens: prompt, CachedTokens: cached, FirstDivergent: cached, GeneratedTokens: 10, ForwardPasses: 4, DraftedTokens: 8, AcceptedTokens: 6, ForcedTokens: 7, MaskedTokens: 13}
	if strings.Contains(req.Messages[len(req.Messages)-1].Content, "hello") {
		return llm.Turn{Text: "Good day.", Usage: usage}
	}
	switch answered(req) {
	case 0:
		return llm.Turn{Text: "Let me look.", Calls: []llm.ToolCall{{Name: "lookup_order", Arguments: json.RawMessage(`{"order_number":1042}`), Confidence: 0.93}}, Usage: usage}
	case 1:
		return llm.Turn{Calls: []llm.ToolCall{{Name: "refund_order", Arguments: json.RawMessage(`{"order_number":1042}`)}}, Usage: usage}
	}
	return llm.Turn{Text: "I refunded it.", Usage: usage}
}

// promptTokens are those of a model that reads word by word: what the pages show of a
// prompt, and what the scripted model says that it read.
func promptTokens(req *llm.Request) (tokens [][]byte) {
	for _, m := range req.Messages {
		tokens = append(tokens, []byte("<"+string(m.Role)+">\n"))
		for _, c := range m.Calls {
			tokens = append(tokens, []byte(c.Name+" "), []byte(string(c.Arguments)+"\n"))
		}
		for _, word := range strings.SplitAfter(m.Content+string(m.Value)+"\n", " ") {
			tokens = append(tokens, []byte(word))
		}
	}
	return tokens
}

type orderIn struct {
	Number int `json:"order_number"`
}

func newShop(t testing.TB, j journal.Journal) *shop {
	t.Helper()
	s := &shop{note: "late"}
	look := tools.New("lookup_order", "Look up an order", func(_ context.Context, in orderIn) (map[string]any, error) {
		return map[string]any{"order_number": in.Number, "note": s.note}, nil
	}, tools.Options{Effect: tools.Read})
	pay := tools.New("refund_order", "Pay an order back", func(_ context.Context, in orderIn) (string, error) {
		s.paid.Add(1)
		return fmt.Sprint("RF-", in.Number), nil
	}, tools.Options{Effect: tools.Once})
	s.serve(t, "shop", rules, &llm.Scripted{Next: looksAndPays}, j, look, pay)
	return s
}

// serve serves an agent and its console.
func (s *shop) serve(t testing.TB, name, rules string, model llm.Model, j journal.Journal, own ...*tools.Tool) {
	t.Helper()
	layer, err := policies.ParseSource("shop", []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := runtime.NewGuard(runtime.GuardOptions{Layers: []*policies.Source{layer}})
	if err != nil {
		t.Fatal(err)
	}
	if s.agent, err = agent.New(model, agent.Options{Tools: own, Gate: guard, Journal: j}); err != nil {
		t.Fatal(err)
	}
	if s.keys, err = api.OpenKeys(filepath.Join(t.TempDir(), "keys")); err != nil {
		t.Fatal(err)
	}
	log := zerolog.Nop()
	if os.Getenv("CHASKI_TEST_LOG") != "" {
		log = zerolog.New(os.Stderr)
	}
	server, err := api.New(api.Options{Log: log, Agents: []api.Agent{{Name: name, Agent: s.agent}}, Keys: s.keys})
	if err != nil {
		t.Fatal(err)
	}
	token := server.NewSession(api.Principal{Name: "ana", Approve: true, Operate: true, All: true}, time.Hour)
	passes := 0
	c, err := console.New(console.Options{API: server.Handler(), Token: token, Lasts: 30 * 24 * time.Hour, Agents: []console.Agent{{Name: name, Agent: s.agent, Layers: []*policies.Source{layer},
		Cases: func() (map[string][]byte, error) { return map[string][]byte{"cases.yaml": []byte(cases)}, nil }}},
		Sessions: server,
		Engine: func() engine.Stats {
			passes += 3 + passes%5
			return engine.Stats{Live: 2 + passes%4, Waiting: passes % 2, Pages: 64, Free: 40 - passes%7, Passes: passes, Rows: 40 * passes, Written: 9 * passes}
		},
		Prompt: func(req *llm.Request) ([][]byte, error) { return promptTokens(req), nil },
		Tools: func(context.Context) ([]bus.Figures, error) {
			return []bus.Figures{{Tool: "lookup_order", Worker: "XFDVT0DY2CS4NDYHVCR6WU", Started: time.Now().Add(-2 * time.Minute), LastError: hostile,
				Stats: bus.Stats{Requests: 240, Errors: 12, Running: 1, AverageNs: 3_500_000}}}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	server.Handle("/console/", api.Open, c)
	hs := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		hs.CloseClientConnections()
		hs.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.url, s.link, s.http = hs.URL, hs.URL+"/console/?token="+token, &http.Client{Jar: jar}
}

// get reads a page; the status must be want.
func (s *shop) get(t testing.TB, path string, want int) string {
	t.Helper()
	res, err := s.http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, res, want)
}

func (s *shop) post(t testing.TB, path string, form url.Values, want int, headers ...string) string {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", s.url) // as every browser does
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, res, want)
}

func body(t testing.TB, res *http.Response, want int) string {
	t.Helper()
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		t.Fatalf("%s %s: %s, want %d: %v\n%s", res.Request.Method, res.Request.URL, res.Status, want, err, text)
	}
	return string(text)
}

// wait reads a page until it holds a text.
func (s *shop) wait(t testing.TB, path, text string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		start := time.Now()
		page := s.get(t, path, http.StatusOK)
		if strings.Contains(page, text) {
			return page
		}
		if time.Now().After(end) {
			t.Fatalf("%s never has %q:\n%s", path, text, page)
		}
		time.Sleep(20*time.Millisecond + time.Since(start)) // looking leaves half of the machine to the run
	}
}

// ask starts a conversation and returns its run.
func (s *shop) ask(t testing.TB, text string, follows string) string {
	t.Helper()
	page := s.post(t, "/console/chat/shop", url.Values{"text": {text}, "follows": {follows}}, http.StatusOK)
	m := regexp.MustCompile(`<a href="/console/runs/([\w-]+)">Steps`).FindAllStringSubmatch(page, -1)
	if len(m) == 0 {
		t.Fatal(page)
	}
	return m[len(m)-1][1] // the turns before it come first
}

var hidden = regexp.MustCompile(`name="(call_id|hash)" value="([^"]*)"`)

// TestAside: a run that another process began waits and is approved here: the page says how
// it goes on, since it doesn't by itself; one that was begun here is not said to be elsewhere.
func TestAside(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file   string // of the agent; "" is a program with tools of its own
		ticked bool
	}{{"", false}, {"", true}, {"shop/agent.yaml", false}, {"shop/agent.yaml", true}} {
		ticked := c.ticked
		run, err := s.agent.Start(t.Context(), agent.Start{Prompt: "Refund order 1042.", Meta: map[string]string{"agent": c.file}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range s.agent.Resume(t.Context(), run) {
			if err != nil {
				t.Fatal(err)
			}
		}
		path, command := "/console/runs/"+run, "in the program that began it"
		if c.file != "" {
			command = "chaski runs resume " + run
		}
		page := s.get(t, path, http.StatusOK)
		if !strings.Contains(page, command) || !strings.Contains(page, "not of an agent that is served here") || strings.Contains(page, "Go on with it") || c.file == "" && strings.Contains(page, "runs resume") {
			t.Error(page)
		}
		form := url.Values{"to": {"/console/approvals"}}
		for _, m := range hidden.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], m[2])
		}
		to := path + "/approve"
		if ticked {
			to, form = "/console/approvals", url.Values{"action": {"approve"}, "call": {run + " " + form.Get("call_id") + " " + form.Get("hash")}}
		}
		if page := s.post(t, to, form, http.StatusOK, "Sec-Fetch-Site", "same-origin"); !strings.Contains(page, "Approved") || !strings.Contains(page, command) {
			t.Errorf("%s: %s", to, page)
		}
	}
	run := s.ask(t, "Refund order 1042.", "")
	if page := s.wait(t, "/console/runs/"+run, "Waits for a person"); strings.Contains(page, "chaski runs resume") {
		t.Error(page)
	}
}

// TestLeft: a run whose process died is left, in the list, on its page and in its
// conversation, which say so and offer to go on; one that somebody drives is running.
func TestLeft(t *testing.T) {
	j := &journal.Memory{}
	s := newShop(t, j)
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	begin := func(meta map[string]string) string {
		run, err := s.agent.Start(t.Context(), agent.Start{Prompt: "Refund order 1042.", Meta: meta})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	run := begin(map[string]string{"api.agent": "shop"})
	page, chat, goes := "/console/runs/"+run, "/console/chat/shop?run="+run, "Go on with it"
	release, err := j.Lease(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{page, chat, "/console/runs", "/console/runs?status=running"} {
		if text := s.get(t, path, http.StatusOK); strings.Contains(text, goes) || strings.Contains(text, "s-left") || !strings.Contains(text, "Refund order") {
			t.Errorf("%s of a run that another process drives: %s", path, text)
		}
	}
	release()
	for path, wants := range map[string][]string{page: {goes, "Nobody is at work here", "s-left"}, chat: {goes, "Nobody is at work here"}, "/console/runs": {"s-left"}, "/console/runs?status=left": {"s-left", "Refund order"}, "/console/runs?status=running": {"No run is like that"}} {
		text := s.get(t, path, http.StatusOK)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in %s: %s", want, path, text)
			}
		}
		if strings.Contains(text, "at work.") && !strings.Contains(text, "Nobody is") {
			t.Error(path, text)
		}
	}
	elsewhere := begin(map[string]string{"agent": ""})
	if text := s.get(t, "/console/runs/"+elsewhere, http.StatusOK); strings.Contains(text, goes) || !strings.Contains(text, "in the program that began it") {
		t.Error(text)
	}
	if text := s.post(t, page+"/resume", url.Values{"to": {chat}}, http.StatusOK); !strings.Contains(text, "Goes on.") {
		t.Error(text)
	}
	s.wait(t, chat, "waits for you")
}

// TestTalk: a person asks, sees the call, approves it on the page and reads the answer; the
// conversation goes on, and branches.
func TestTalk(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	if page := s.get(t, "/console/", http.StatusForbidden); !strings.Contains(page, "API key") || strings.Contains(page, "shop") {
		t.Fatal(page)
	}
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	run := s.ask(t, "Refund order 1042.", "")
	chat := "/console/chat/shop?run=" + run
	page := s.wait(t, chat, "waits for you")
	for _, want := range []string{"Let me look.", "lookup_order", "Money needs a person.", "shop/pay", "Approve"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	if all := s.get(t, "/console/approvals", http.StatusOK); !strings.Contains(all, "refund_order") {
		t.Error(all)
	}
	form := url.Values{"to": {chat}, "reason": {"it is late"}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	s.post(t, "/console/runs/"+run+"/approve", form, http.StatusForbidden, "Sec-Fetch-Site", "cross-site")
	if s.paid.Load() != 0 {
		t.Fatal("another page's form paid")
	}
	s.post(t, "/console/runs/"+run+"/approve", form, http.StatusOK, "Sec-Fetch-Site", "same-origin")
	s.wait(t, chat, "I refunded it.")
	if n := s.paid.Load(); n != 1 {
		t.Fatalf("paid %d times", n)
	}
	if page := s.post(t, "/console/runs/"+run+"/approve", form, http.StatusConflict); !strings.Contains(page, "no call of the run waits for a person: ana approved refund_order at ") {
		t.Error(page)
	}
	next := s.ask(t, "hello", run)
	page = s.wait(t, "/console/chat/shop?run="+next, "Good day.")
	if !strings.Contains(page, "I refunded it.") || !strings.Contains(page, "/console/chat/shop?run="+run+`">Go on from here`) {
		t.Error(page)
	}
	for _, want := range []string{"/console/chat/shop?run=" + run + "&amp;again=" + next + `">Say it otherwise`, "/console/chat/shop?again=" + run + `">Say it otherwise`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	if anew := s.get(t, "/console/chat/shop?run="+run+"&again="+next, http.StatusOK); !strings.Contains(anew, ">hello</textarea>") || strings.Contains(anew, "Good day.") {
		t.Error(anew)
	}
	if !strings.Contains(page, "confidence 93%") {
		t.Errorf("no confidence in %s", page)
	}
	branch := regexp.MustCompile(`action="(/console/runs/`+run+`/fork)" class="branch"><input type="hidden" name="event" value="(\d+)">`).FindAllStringSubmatch(page, -1)
	if len(branch) != 3 { // before the first word, and after each result
		t.Fatalf("%d branches: %s", len(branch), page)
	}
	if forked := s.post(t, branch[2][1], url.Values{"event": {branch[2][2]}, "chat": {"yes"}}, http.StatusOK); !strings.Contains(forked, "Write to shop") && !strings.Contains(forked, "at work") || !strings.Contains(forked, "lookup_order") {
		t.Error(forked)
	}
	if n := s.paid.Load(); n != 1 {
		t.Fatalf("a branch after the payment paid again: %d", n)
	}
	steps := s.get(t, "/console/runs/"+run, http.StatusOK)
	for _, want := range []string{"Approved by ana", "<dd>0.834, by the prices", "it is late", "confidence 93%", "drafted 8, 6 taken", "by the grammar 7 forced, 13 chosen under its mask", "then: require_approval", `class="b-wait"`, "order_number"} {
		if !strings.Contains(steps, want) {
			t.Errorf("no %q in %s", want, steps)
		}
	}
}

// TestForkAndPrompt: a run goes its own way from a step, and the prompt of a turn is the
// one whose hash was journalled.
func TestForkAndPrompt(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	run := s.ask(t, "hello", "")
	s.wait(t, "/console/chat/shop?run="+run, "Good day.")
	page := s.get(t, "/console/runs/"+run, http.StatusOK)
	m := regexp.MustCompile(`/console/runs/[\w-]+/prompt/(\d+)`).FindString(page)
	if prompt := s.get(t, m, http.StatusOK); !strings.Contains(prompt, "so it is exact") || !strings.Contains(prompt, "lookup_order") ||
		!strings.Contains(prompt, ">2 tokens") || strings.Contains(prompt, "At the time it was") {
		t.Error(prompt)
	}
	s.get(t, "/console/runs/"+run+"/prompt/1", http.StatusNotFound)
	s.get(t, "/console/runs/none", http.StatusNotFound)
	for _, path := range []string{"/console/nonsense", "/console/runs/" + run + "/fork", "/console/sign-out"} {
		if page := s.get(t, path, http.StatusNotFound); !strings.Contains(page, "there is no such page") || !strings.Contains(page, `id="main"`) {
			t.Error(path, page)
		}
	}
	forked := s.post(t, "/console/runs/"+run+"/fork", url.Values{"event": {"1"}}, http.StatusOK)
	if !strings.Contains(forked, "Forked from "+run) {
		t.Fatal(forked)
	}
	s.post(t, "/console/runs/"+run+"/fork", url.Values{"event": {"99"}}, http.StatusConflict)
	s.post(t, "/console/runs/"+run+"/nonsense", nil, http.StatusNotFound)
	if list := s.get(t, "/console/runs?agent=shop&q=HELLO&status=finished", http.StatusOK); strings.Count(list, "<tr ") < 2 {
		t.Error(list)
	}
	if list := s.get(t, "/console/runs?tool=lookup_order", http.StatusOK); !strings.Contains(list, "No run is like that") {
		t.Error(list)
	}
}

// TestHostile: what models and tools write is text, on every page.
func TestHostile(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	size := 5 << 20
	if testing.Short() { // the race detector's run
		size = 100 << 10
	}
	s.note = hostile + strings.Repeat("x", size)
	res, err := s.http.Get(s.link)
	if err != nil {
		t.Fatal(err)
	}
	if p := res.Header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || strings.Contains(p, "unsafe") {
		t.Error(p)
	}
	run := s.ask(t, hostile, "")
	s.wait(t, "/console/chat/shop?run="+run, "waits for you")
	for _, path := range []string{"/console/chat/shop?run=" + run, "/console/runs/" + run, "/console/runs", "/console/approvals", "/console/runs?q=" + url.QueryEscape(hostile), "/console/runs?notice=" + url.QueryEscape(hostile)} {
		page := s.get(t, path, http.StatusOK)
		if strings.Contains(page, "<script>") || strings.Contains(page, "<img src=x") || strings.ContainsAny(page, "\x1b\u202e") {
			t.Errorf("%s has markup or escapes of a tool's", path)
		}
		if len(page) > 1<<20 {
			t.Errorf("%s has %d bytes", path, len(page))
		}
	}
}

// TestPolicies: a draft is tried on recorded runs, and a wrong one is told.
func TestPolicies(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	run := s.ask(t, "Refund order 1042.", "")
	s.wait(t, "/console/chat/shop?run="+run, "waits for you")
	if page := s.get(t, "/console/policies", http.StatusOK); !strings.Contains(page, "Money needs a person.") {
		t.Error(page)
	}
	draft := url.Values{"agent": {"shop"}, "draft": {strings.Replace(rules, "require_approval", "deny", 1)}}
	if page := s.post(t, "/console/policies", draft, http.StatusOK); !strings.Contains(page, "1 decision of 1 run would change") || !strings.Contains(page, "shop/pay") {
		t.Error(page)
	}
	draft.Set("draft", "name: x\nrules: [{id: a, on: call, when: 'nonsense(', then: allow}]")
	if page := s.post(t, "/console/policies", draft, http.StatusUnprocessableEntity); !strings.Contains(page, "nonsense") {
		t.Error(page)
	}
	draft.Set("draft", strings.Replace(rules, "require_approval", "deny", 1))
	for one, want := range map[string]string{run: "1 decision of 1 run would change", s.ask(t, "hello", ""): "0 decisions of 1 run would change"} {
		draft.Set("run", one)
		s.wait(t, "/console/runs/"+one, "Driven by")
		if page := s.post(t, "/console/policies", draft, http.StatusOK); !strings.Contains(page, want) {
			t.Errorf("%s: %s", want, page)
		}
	}
	draft.Set("run", "none")
	s.post(t, "/console/policies", draft, http.StatusNotFound)
	if page := s.get(t, "/console/policies?agent=shop&run="+run, http.StatusOK); !strings.Contains(page, "reason: Money needs a person.\n</textarea>") || !strings.Contains(page, "The calls of the run") {
		t.Error(page)
	}
	if page := s.get(t, "/console/runs/"+run, http.StatusOK); !strings.Contains(page, "shop/pay</code>, shop:8") {
		t.Error(page)
	}
	for path, want := range map[string]string{"/console/tools": "Pay an order back", "/console/engine": "64, ", "/console/policies": "1 of 2 failed"} {
		if page := s.get(t, path, http.StatusOK); !strings.Contains(page, want) {
			t.Errorf("%s has no %q: %s", path, want, page)
		}
		var as map[string]any
		if text := s.get(t, path+"?as=json", http.StatusOK); path != "/console/engine" && json.Unmarshal([]byte(text), &as) != nil {
			t.Errorf("%s as JSON: %s", path, text)
		}
	}
	page := s.get(t, "/console/tools", http.StatusOK)
	for _, want := range []string{"240", ">12<", "3.5 ms", "120", "&lt;script&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
}
