package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// numbered is an event of a journal with its number, from 1.
type numbered struct {
	Seq int `json:"seq"`
	planner.Event
}

// journal reads a run's events, which only operators may.
func (c *Console) journal(r *http.Request, id string) ([]numbered, error) {
	var list struct{ Data []numbered }
	err := c.ask(r, http.MethodGet, runPath(id, "journal"), nil, &list)
	return list.Data, err
}

// callFacts is what the journal says of a call, for its card.
type callFacts struct {
	verdict, rule, reason, took string
	confidence                  float64
	origin                      map[string]label.Origin
}

// factsOf adds what a journal says of its calls.
func factsOf(events []numbered, facts map[string]*callFacts) {
	begun := map[string]time.Time{}
	of := func(id string) *callFacts {
		if facts[id] == nil {
			facts[id] = &callFacts{}
		}
		return facts[id]
	}
	var s planner.State
	for _, ev := range events {
		s = planner.Fold(s, ev.Event)
		for i := range s.Calls {
			of(s.Calls[i].ID).confidence = s.Calls[i].Confidence
		}
		switch {
		case ev.Decided != nil:
			f := of(ev.Decided.Call)
			f.verdict, f.rule, f.reason = string(ev.Decided.Verdict), ev.Decided.Rule, ev.Decided.Reason
			if ev.Decided.Decision != nil {
				f.origin = ev.Decided.Decision.Labels
			}
		case ev.Intent != nil:
			begun[ev.Intent.Call] = ev.At
		case ev.Result != nil:
			if at, ok := begun[ev.Result.CallID]; ok {
				of(ev.Result.CallID).took = took(ev.At.Sub(at))
			}
		}
	}
}

// branches are, for each turn of the model that counted, the event after which another run
// can make that turn anew; 0 where a call is open.
func branches(events []numbered) (out []int) {
	var s planner.State
	for i, ev := range events {
		if g := ev.Generated; g != nil && g.Error == "" {
			at := 0
			if i > 0 && mayFork(&s) {
				at = events[i-1].Seq
			}
			out = append(out, at)
		}
		s = planner.Fold(s, ev.Event)
	}
	return out
}

// mayFork says whether a run can begin with the events up to here.
func mayFork(s *planner.State) bool {
	return len(s.Calls) == 0 && !s.Status.Done() && s.Outcome == "" && s.Start != nil
}

// step is an event as people read it.
type step struct {
	Seq    int
	At     time.Time
	After  string // since the run began
	Kind   string // start, model, decision, text, person, call, result, note, end
	Title  string
	Text   string
	Usage  *llm.Usage
	Took   string
	Calls  []llm.ToolCall
	Call   *planner.CallState // that the event is about
	Rule   *policies.Rule
	Source string // the rule's name, with that of its layer
	Place  string // where it is written
	Origin map[string]label.Origin
	Ask    *policies.Summary
	Detail any
	Fork   bool // a new run may begin after this event
	Prompt bool // the model was asked
}

// steps tells the journal. The layers are those that the agent has now: where a rule of
// theirs is the one that decided, its place can be told.
func steps(events []numbered, layers []*policies.Source) []step {
	var s planner.State
	rules := map[string]*policies.Rule{}
	var out []step
	for _, ev := range events {
		before := s
		s = planner.Fold(s, ev.Event)
		one := step{Seq: ev.Seq, At: ev.At, After: took(ev.At.Sub(events[0].At)), Kind: "note"}
		find := func(id string) *planner.CallState {
			for _, st := range []*planner.State{&s, &before} {
				for i := range st.Calls {
					if st.Calls[i].ID == id {
						c := st.Calls[i]
						return &c
					}
				}
			}
			return nil
		}
		switch {
		case ev.Started != nil:
			one.Kind, one.Title = "start", "Started"
			if m := ev.Started.Messages; len(m) > 0 {
				one.Text = m[len(m)-1].Content
			}
			one.Detail = map[string]any{"budget": ev.Started.Budget, "strategy": ev.Started.Strategy, "system": ev.Started.System, "sampling": ev.Started.Sampling}
		case ev.Pinned != nil:
			one.Title = fmt.Sprintf("Policy pinned: %v", ev.Pinned.Names)
			var layers []*policies.Source
			if json.Unmarshal(ev.Pinned.Layers, &layers) == nil {
				for _, l := range layers {
					for i := range l.Rules {
						rules[l.Name+"/"+l.Rules[i].ID] = &l.Rules[i]
					}
				}
			}
			one.Detail = map[string]any{"hash": ev.Pinned.Policy, "hooks": ev.Pinned.Hooks, "handles": ev.Pinned.Handles}
		case ev.Generated != nil:
			g := ev.Generated
			one.Kind, one.Title, one.Prompt = "model", "The model answered", true
			if len(g.Message.Calls) > 0 {
				one.Title = "The model called"
			}
			one.Text, one.Calls, one.Usage = g.Message.Content, g.Message.Calls, &g.Usage
			one.Took = took(g.Usage.Queue + g.Usage.Prefill + g.Usage.Decode)
			if g.Error != "" {
				one.Title, one.Text = "The model's turn failed", g.Error
			}
		case ev.Decided != nil:
			d := ev.Decided
			one.Kind, one.Title, one.Text, one.Call = "decision", string(d.Verdict), d.Reason, find(d.Call)
			one.Rule, one.Source = rules[d.Rule], d.Rule
			if d.Decision != nil {
				one.Origin, one.Ask = d.Decision.Labels, d.Decision.Approval
				one.Detail = map[string]any{"bound": d.Decision.Bound, "shadow": d.Decision.Shadow, "arguments": d.Arguments}
			}
		case ev.Screened != nil:
			one.Kind, one.Title, one.Text = "text", fmt.Sprintf("%s: %s", ev.Screened.Hook, ev.Screened.Verdict), ev.Screened.Reason
			if ev.Screened.Verdict == planner.Allow && ev.Screened.Text != nil {
				one.Title = string(ev.Screened.Hook) + ": changed"
			}
			one.Source, one.Rule = ev.Screened.Rule, rules[ev.Screened.Rule]
		case ev.Answered != nil:
			one.Kind, one.Title, one.Text, one.Call = "person", "Refused by "+ev.Answered.By, ev.Answered.Reason, find(ev.Answered.Call)
			if ev.Answered.Approve {
				one.Title = "Approved by " + ev.Answered.By
			}
		case ev.Intent != nil:
			one.Kind, one.Title, one.Call = "call", fmt.Sprintf("Call sent, attempt %d", ev.Intent.Attempt), find(ev.Intent.Call)
		case ev.Result != nil:
			r := ev.Result
			one.Kind, one.Title, one.Call = "result", "Result: "+string(r.Status), find(r.CallID)
			one.Text = r.Reason
			if len(r.Value) > 0 {
				one.Text = pretty(r.Value)
			}
			if r.By != "" {
				one.Title = "Settled by " + r.By
			}
		case ev.Ended != nil:
			one.Kind, one.Title, one.Text = "end", "Ended: "+word(string(ev.Ended.Status)), ev.Ended.Reason
		case ev.Cancelled != nil:
			one.Kind, one.Title, one.Text = "person", "Cancelled by "+ev.Cancelled.By, ev.Cancelled.Reason
		case ev.Compacted != nil:
			one.Title, one.Text = "Context compacted", ev.Compacted.String()
		case ev.Faulted != nil:
			one.Title, one.Detail = "The model does not answer", ev.Faulted
		case ev.Reopened != nil:
			one.Kind, one.Title, one.Detail = "person", "Opened again", ev.Reopened
		case ev.Leased != nil:
			one.Title = "Driven by " + ev.Leased.Owner
		case ev.Forked != nil:
			one.Title = "Forked from " + ev.Forked.From
		case ev.Ticked != nil:
			one.Title = "Time passed"
		}
		if one.Rule != nil {
			one.Place = placeOf(one.Source, one.Rule, layers)
		}
		one.Fork = mayFork(&s)
		out = append(out, one)
	}
	return out
}

// placeOf is where a rule is written, if it is still written so.
func placeOf(name string, r *policies.Rule, layers []*policies.Source) string {
	for _, src := range layers {
		for i := range src.Rules {
			if now := &src.Rules[i]; src.Name+"/"+now.ID == name && now.When == r.When && now.Then == r.Then {
				return place(src, now)
			}
		}
	}
	return ""
}

// costOf is what a run cost by the prices of its own policy; "" if that has none.
func costOf(events []numbered) string {
	var prices policies.Prices
	total, names := 0.0, map[string]string{}
	var s planner.State
	for _, ev := range events {
		s = planner.Fold(s, ev.Event)
		for i := range s.Calls {
			names[s.Calls[i].ID] = s.Calls[i].Tool
		}
		switch {
		case ev.Pinned != nil:
			var layers []*policies.Source
			if json.Unmarshal(ev.Pinned.Layers, &layers) == nil {
				prices = policies.PricesOf(layers)
			}
		case ev.Generated != nil:
			u := ev.Generated.Usage
			total += prices.Tokens(u.PromptTokens, u.GeneratedTokens)
		case ev.Result != nil && ev.Result.Status == tools.StatusOK:
			total += prices.Calls[names[ev.Result.CallID]]
		}
	}
	if total == 0 {
		return ""
	}
	return fmt.Sprintf("%.4g", total)
}

// took writes a time as people read it.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 ms"
	case d < 10*time.Microsecond:
		return "under 0.01 ms"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2g ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

// bar is a stretch of time in the picture of a run, in thousandths of its width.
type bar struct {
	X, Y, W int
	Class   string // model, call, wait
	Title   string
}

// chart is the picture of a run: a row for the model and one for each call.
type chart struct {
	Rows   []chartRow
	Bars   []bar
	Height int
	Length string
}

type chartRow struct {
	Name string
	Y    int
}

const rowHeight = 26

// maxRows is how many calls have a row each; of more, those of one tool share one.
const maxRows = 24

func calls(events []numbered) (n int) {
	for _, ev := range events {
		if ev.Generated != nil {
			n += len(ev.Generated.Message.Calls)
		}
	}
	return n
}

// picture lays the journal out in time. now ends what is under way, if somebody is at it.
func picture(events []numbered, still bool, now time.Time) *chart {
	if len(events) < 2 {
		return nil
	}
	from, to := events[0].At, events[len(events)-1].At
	if !still && now.After(to) {
		to = now
	}
	length := max(to.Sub(from), time.Millisecond)
	c := &chart{Length: took(length)}
	rows := map[string]int{}
	row := func(key, name string) int {
		if _, ok := rows[key]; !ok {
			rows[key] = len(c.Rows)
			c.Rows = append(c.Rows, chartRow{name, 17 + rowHeight*len(c.Rows)})
		}
		return rows[key]
	}
	add := func(r int, class, title string, a, b time.Time) {
		x := int(1000 * max(a.Sub(from), 0) / length)
		w := max(int(1000*b.Sub(a)/length), 3)
		x = min(x, 997)
		c.Bars = append(c.Bars, bar{x, 4 + rowHeight*r, min(w, 1000-x), class, title})
	}
	lanes := calls(events) > maxRows
	names, sent, asked := map[string]string{}, map[string]numbered{}, map[string]numbered{}
	var s planner.State
	row("", "model")
	for _, ev := range events {
		s = planner.Fold(s, ev.Event)
		for _, call := range s.Calls {
			if names[call.ID] = call.Tool; lanes {
				rows[call.ID] = row("tool "+call.Tool, call.Tool)
			} else {
				row(call.ID, call.Tool)
			}
		}
		switch {
		case ev.Generated != nil:
			u := ev.Generated.Usage
			add(0, "model", "model: "+took(u.Queue+u.Prefill+u.Decode), ev.At.Add(-u.Queue-u.Prefill-u.Decode), ev.At)
		case ev.Decided != nil && ev.Decided.Verdict == planner.RequireApproval:
			asked[ev.Decided.Call] = ev
		case ev.Answered != nil:
			if a, ok := asked[ev.Answered.Call]; ok {
				delete(asked, ev.Answered.Call)
				add(row(ev.Answered.Call, names[ev.Answered.Call]), "wait", "waited for a person: "+took(ev.At.Sub(a.At)), a.At, ev.At)
			}
		case ev.Intent != nil:
			sent[ev.Intent.Call] = ev
		case ev.Result != nil:
			if a, ok := sent[ev.Result.CallID]; ok {
				delete(sent, ev.Result.CallID)
				add(row(ev.Result.CallID, names[ev.Result.CallID]), "call", names[ev.Result.CallID]+": "+took(ev.At.Sub(a.At)), a.At, ev.At)
			}
		}
	}
	for id, a := range asked {
		add(row(id, names[id]), "wait", "waits for a person", a.At, to)
	}
	for id, a := range sent {
		title := ": under way"
		if still {
			title = ": was under way: it may have run"
		}
		add(row(id, names[id]), "call", names[id]+title, a.At, to)
	}
	c.Height = rowHeight*len(c.Rows) + 4
	return c
}
