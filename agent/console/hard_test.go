package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

const bankRules = `name: bank
rules:
  - {id: read, on: call, tools: [read_*], then: allow}
  - id: a-rule-whose-name-is-as-long-as-a-sentence-that-nobody-broke-into-lines
    on: call
    tools: [transfer_money_between_accounts_of_the_customer, close_account]
    then: require_approval
    reason: Money that leaves an account needs a person who has read what it is for.
`

type transfer struct {
	From    string   `json:"from"`
	To      string   `json:"to_the_account_of_the_person_who_is_paid"`
	Amount  float64  `json:"amount"`
	Purpose string   `json:"purpose"`
	Tags    []string `json:"tags"`
}

const rtl = "العميل يطلب استرداد المبلغ 1042 اليوم"

// bank is an agent whose runs are hard to show: long names, many calls, long arguments, a
// language written from the right, a call of which nobody knows whether it ran.
func bank(t *testing.T, j journal.Journal) *shop {
	s := &shop{}
	read := tools.New("read_statement_of_the_customer_for_the_month", "Reads a statement. "+strings.Repeat("It says what came in and what went out. ", 8), func(_ context.Context, in orderIn) (map[string]any, error) {
		if in.Number == 5 {
			return map[string]any{"pages": strings.Repeat("0123456789abcdef", 5<<20/16)}, nil
		}
		return map[string]any{"order_number": in.Number, "note": rtl, "reference": strings.Repeat("DE89370400440532013000", 12)}, nil
	}, tools.Options{Effect: tools.Read, Labels: map[string]string{"sensitivity": "secret", "integrity": "tool"}})
	move := tools.New("transfer_money_between_accounts_of_the_customer", "Transfers money", func(context.Context, transfer) (string, error) {
		s.paid.Add(1)
		return "moved", nil
	}, tools.Options{Effect: tools.Once})
	shut := tools.New("close_account", "Closes an account", func(context.Context, orderIn) (string, error) {
		s.paid.Add(1)
		return "", tools.Unsure("the line broke")
	}, tools.Options{Effect: tools.Once})
	next := func(_ int, req *llm.Request) llm.Turn {
		asked := ""
		for _, m := range req.Messages {
			if m.Role == llm.RoleUser {
				asked = m.Content
			}
		}
		call := func(name string, in any) llm.ToolCall {
			text, _ := json.Marshal(in)
			return llm.ToolCall{Name: name, Arguments: text, Confidence: 0.42}
		}
		done := answered(req) > 0
		switch {
		case done:
			return llm.Turn{Text: "That is all of it. " + rtl}
		case strings.HasPrefix(asked, "Read"):
			t := llm.Turn{Text: "I read."}
			for i := range 30 {
				t.Calls = append(t.Calls, call("read_statement_of_the_customer_for_the_month", map[string]any{"order_number": i}))
			}
			return t
		case strings.HasPrefix(asked, "Move"):
			return llm.Turn{Calls: []llm.ToolCall{call("transfer_money_between_accounts_of_the_customer", transfer{From: strings.Repeat("DE89370400440532013000", 6), To: "GB29NWBK60161331926819", Amount: 12500.5,
				Purpose: strings.Repeat("For the roof of the house in the lane behind the mill, as agreed. ", 30), Tags: []string{"roof", strings.Repeat("x", 120), rtl}})}}
		case strings.HasPrefix(asked, "Close"):
			return llm.Turn{Calls: []llm.ToolCall{call("close_account", map[string]any{"order_number": 7})}}
		case strings.HasPrefix(asked, "Fail"):
			return llm.Turn{Err: fmt.Errorf("the endpoint https://%s.example/v1 answered 400: %s", strings.Repeat("inference", 9), strings.Repeat("no ", 60))}
		}
		return llm.Turn{Text: rtl + "\n\n" + strings.Repeat("word ", 400) + strings.Repeat("W", 300)}
	}
	s.serve(t, "customer-accounts-and-transfers-of-the-second-floor", bankRules, &llm.Scripted{Next: next}, j, read, move, shut)
	return s
}

// TestBrowserHard: pages of runs that are hard to show fit their window and have no finding
// of axe: names and values without a place to break, 30 calls, a result of 5 MB, text from
// the right, a call with long arguments that waits on a phone, a call of unknown outcome, a
// run that failed, a journal that is damaged, a run of another tenant, pages that are not
// there. A person refuses, settles, stops, and tries a run under other rules, all on the page.
// CHASKI_HARD_SHOTS names a folder for pictures.
func TestBrowserHard(t *testing.T) {
	ctx := browser(t)
	dir := t.TempDir()
	files, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := bank(t, files)
	chat := s.url + "/console/chat/customer-accounts-and-transfers-of-the-second-floor"
	look := func(name, path string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		do(t, ctx, name, append([]chromedp.Action[chromedp.Void]{chromedp.Navigate(path), chromedp.WaitVisible(chromedp.CSS("main"))}, actions...)...)
		inspect(t, ctx, "CHASKI_HARD_SHOTS", name)
	}
	say := func(text, sight string) (run string) {
		t.Helper()
		do(t, ctx, text, chromedp.Navigate(chat), chromedp.SendKeys(chromedp.CSS("#text"), text+"\r"), sees(sight))
		_, run, _ = strings.Cut(value(t, ctx, "see", chromedp.Location()), "run=")
		return run
	}
	do(t, ctx, "open", chromedp.Navigate(s.link), sees("Say what the agent is to do"))
	for _, name := range []string{"runs", "approvals", "tools"} {
		look("none-"+name, s.url+"/console/"+name)
	}
	words := say("Say something long.", "WWWW")
	look("words", chat+"?run="+words)
	many := say("Read all.", "That is all of it.")
	look("many-chat", chat+"?run="+many)
	look("many-run", s.url+"/console/runs/"+many)
	failed := say("Fail.", "failed")
	look("failed", s.url+"/console/runs/"+failed)

	moved := say("Move "+strings.Repeat("money", 60), "waits for you")
	look("long-approval", s.url+"/console/approvals", sees("12500.5"))
	look("long-chat", chat+"?run="+moved)
	do(t, ctx, "refuse", chromedp.Navigate(s.url+"/console/approvals"), chromedp.SendKeys(chromedp.CSS(`input[name=reason]`), "too much"), click(".answer .no"), sees("Refused."), sees("Nothing waits for a person."))
	do(t, ctx, "refused", chromedp.Navigate(s.url+"/console/runs/"+moved), sees("Refused by ana"), sees("too much"), sees("Ended: finished"))
	if n := s.paid.Load(); n != 0 {
		t.Fatalf("what was refused ran %d times", n)
	}

	do(t, ctx, "try other rules", click(`a[href*="#try"]`), chromedp.WaitVisible(chromedp.CSS("#draft")),
		chromedp.SetValue(chromedp.CSS("#draft"), strings.Replace(bankRules, "then: require_approval", "then: allow", 1)), click(".try button"), sees("1 decision of 1 run would change"))
	inspect(t, ctx, "CHASKI_HARD_SHOTS", "tried")

	closed := say("Close it.", "waits for you")
	do(t, ctx, "approve", click(".answer .yes"), sees("outcome unknown"))
	look("unknown", s.url+"/console/approvals", sees("Nobody knows"))
	do(t, ctx, "short", chromedp.Navigate(s.url+"/console/runs/"+closed), sees("nobody knows whether call"))
	if value(t, ctx, "short", chromedp.Evaluate[bool]("/[0-9a-f]{64}/.test(document.querySelector('.problem').innerText)")) {
		t.Error("the reason has the whole id of a call")
	}
	do(t, ctx, "settle", chromedp.Navigate(s.url+"/console/runs/"+closed), click(`input[value=ran]`), chromedp.SendKeys(chromedp.CSS(`.settle input[name=value]`), "closed at nine\r"), sees("Recorded what came of the call."), sees("Settled by ana"), sees("closed at nine"), sees("Ended: finished"))
	if n := s.paid.Load(); n != 1 {
		t.Errorf("the account was closed %d times", n)
	}

	stopped := say("Move a little.", "waits for you")
	do(t, ctx, "stop", click("#stop"), sees("Cancelled."), sees("ended as cancelled"))
	do(t, ctx, "stopped", chromedp.Navigate(s.url+"/console/runs/"+stopped), sees("Cancelled by ana"))

	waits, err := s.agent.Start(t.Context(), agent.Start{Prompt: "Move it for the other tenant.", Tenant: "the-tenant-of-the-northern-branch-office", Meta: map[string]string{"agent": "/srv/agents/bank/agent.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.agent.Resume(t.Context(), waits) {
		if err != nil {
			t.Fatal(err)
		}
	}
	look("aside", s.url+"/console/runs/"+waits, sees("chaski runs resume "+waits))
	path := filepath.Join(dir, failed+".jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), `"seq":2`, `"seq":3`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	look("damaged", s.url+"/console/runs/"+failed, sees("is damaged"))
	look("runs", s.url+"/console/runs")
	look("none-like-it", s.url+"/console/runs?q=nowhere")
	look("gone", s.url+"/console/runs/20261128-000000-NOWHERE")
	look("no-page", s.url+"/console/nonsense", sees("there is no such page"))
	look("tools", s.url+"/console/tools")
	look("policies", s.url+"/console/policies", click("summary"))
	time.Sleep(2 * time.Second)

	key, err := s.keys.Add(api.Key{Name: "a-clerk-of-the-southern-branch-office", Tenant: "the-tenant-of-the-southern-branch-office"})
	if err != nil {
		t.Fatal(err)
	}
	forget(t, ctx)
	do(t, ctx, "sign in", chromedp.Navigate(s.url+"/console/runs/"+waits), chromedp.SendKeys(chromedp.CSS("input[type=password]"), "nonsense\r"), sees("is not known here"))
	inspect(t, ctx, "CHASKI_HARD_SHOTS", "wrong-key")
	do(t, ctx, "sign in", chromedp.SendKeys(chromedp.CSS("input[type=password]"), key+"\r"), sees("there is no run"))
	inspect(t, ctx, "CHASKI_HARD_SHOTS", "other-tenant")
	look("not-for-all", s.url+"/console/engine", sees("for operators"))
}
