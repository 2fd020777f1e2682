package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/audit"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// seen is what the checks remember of a history. The numbers of the invariants are
// those of the design: 6, on logits, is checked where the cache is.
type seen struct {
	w         *world
	character character
	acks      map[string][]string // hashes of the acknowledged records, by run
	forks     map[string]bool     // finished ones
	there     map[string]bool     // begun by a process that died before it was told
	commands  map[string]string   // by hash of the state: what the planner asked for in it
}

func newSeen(w *world, c character) *seen {
	return &seen{w: w, character: c, acks: map[string][]string{}, forks: map[string]bool{}, there: map[string]bool{}, commands: map[string]string{}}
}

func (s *seen) started(run string) bool {
	return (len(s.acks[run]) > 0 || s.there[run]) && (s.forks[run] || !strings.Contains(run, "-f"))
}

func (s *seen) forked(run string) { s.forks[run] = true }

// watch notes what the planner asks for after each event.
func (s *seen) watch(string) func(runtime.Update) {
	return func(u runtime.Update) {
		if u.Event != nil {
			s.commands[u.State.Hash()] = commands(*u.State)
		}
	}
}

func commands(s planner.State) string {
	b, _ := json.Marshal(planner.Commands(s)) // plain data
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (s *seen) acknowledged(run string, r journal.Record) {
	switch have := s.acks[run]; {
	case r.Seq <= len(have):
		s.w.violated("invariant 2: record %d of %s was acknowledged twice", r.Seq, run)
	case r.Seq > len(have)+1:
		for len(s.acks[run]) < r.Seq-1 { // written by a process that died before it was told
			s.acks[run] = append(s.acks[run], "")
		}
		fallthrough
	default:
		s.acks[run] = append(s.acks[run], r.Hash)
	}
}

// survived checks invariant 2 on what a power failure left.
func (s *seen) survived(w *world) {
	clear(s.there)
	for run, acks := range s.acks {
		var have []string
		if in := w.disk.saved[filepath.Join(folder, run+".jsonl")]; in != nil {
			for line := range bytes.Lines(in.disk) {
				var r journal.Record
				if json.Unmarshal(line, &r) == nil {
					have = append(have, r.Hash)
				}
			}
		}
		for i, hash := range acks {
			if i >= len(have) || hash != "" && have[i] != hash {
				w.violated("invariant 2: a power failure took the acknowledged record %d of %s", i+1, run)
				return
			}
		}
	}
}

// dispatched checks invariants 1 and 4 when the runtime sends a call: what allows it
// must be where no power failure can take it.
func (w *world) dispatched(call tools.Call) {
	if w.bus.sent[call.ID]++; w.bus.sent[call.ID] > 1 && call.Tool == "pay" {
		w.violated("invariant 1: once call %s was dispatched %d times", call.ID, w.bus.sent[call.ID])
	}
	pinned, allowed, approved, intended := "", false, false, false
	for _, ev := range w.disk.durable(call.Run) {
		switch d := ev.Decided; {
		case ev.Pinned != nil:
			pinned = ev.Pinned.Policy
		case d != nil && d.Call == call.ID:
			allowed = pinned != "" && d.Policy == pinned && (d.Verdict == planner.Allow || d.Verdict == planner.RequireApproval && approved)
		case ev.Answered != nil && ev.Answered.Call == call.ID && ev.Answered.Approve:
			allowed, approved = false, true // decided again after it
		case ev.Intent != nil && ev.Intent.Call == call.ID && ev.Intent.Attempt == call.Attempt:
			intended = allowed // another owner may be at a later attempt by now
		}
	}
	if !intended {
		w.violated("invariant 4: call %s of %s was dispatched with no allow and intent on disk", call.ID, call.Tool)
	}
}

// left checks invariant 7 on a run that its driver has left.
func (w *world) left(r *run, s planner.State) {
	switch {
	case s.Status == planner.Running, s.Status == "":
		w.violated("invariant 7: a driver left %s, and it is %s", r.id, s.Status)
	case s.Status == planner.Failed && w.mutant != FaultsAreFinal && s.Reopenable() && strings.Contains(s.Reason, errKey.Error()):
	case s.Status == planner.Suspended && (s.Fault == nil || s.Fault.Until.IsZero()):
		w.violated("%s is suspended, and nobody knows until when", r.id)
	case s.Status == planner.Failed:
		w.violated("invariant 7: %s failed: %s", r.id, s.Reason)
	case s.Used.Steps > budget.Steps, s.Used.Calls > budget.Calls && s.Status != planner.BudgetExceeded && s.Status != planner.CancelledRun:
		w.violated("invariant 7: %s is %s after %d steps and %d calls", r.id, s.Status, s.Used.Steps, s.Used.Calls)
	}
}

// bundle is the policy of the history.
func (w *world) bundle() (*policies.Bundle, error) {
	layers, err := w.policy()
	if err != nil {
		return nil, err
	}
	return policies.Compile(layers, specs)
}

// finish checks what a whole history left.
func (w *world) finish() {
	w.faulty = false
	p := &process{w: w, name: "reader", still: true}
	dir, err := journal.OpenOn(files{p}, folder)
	if err != nil {
		w.violated("%w", err)
		return
	}
	rt, err := runtime.New(runtime.Options{Journal: dir}) // no model, no caller
	if err != nil {
		w.violated("%w", err)
		return
	}
	audited := w.audited()
	for _, r := range w.runs {
		if !w.seen.started(r.id) {
			continue
		}
		events, s, err := rt.Events(context.Background(), r.id)
		switch {
		case err != nil:
			w.violated("invariant 2: %s: %w", r.id, err)
		case len(events) < len(w.seen.acks[r.id]):
			w.violated("invariant 2: %s has %d events, %d were acknowledged", r.id, len(events), len(w.seen.acks[r.id]))
		case s.Hash() != r.hash:
			w.violated("invariant 3: %s replays to %s, its driver left it %s", r.id, s.Status, r.status)
		}
		if w.broken != nil {
			return
		}
		w.replayed(r, events)
		w.conversation(r, s)
		w.settled(r, events, s)
		w.approvals(r, events)
		for id, why := range attempted(events) {
			if !audited[id] {
				w.violated("invariant 8: call %s of %s is not in the audit log: %s", id, r.id, why)
			}
		}
	}
}

// replayed folds a run again: what was asked for is the same (3), labels only rise and
// decisions are those of a policy that was never stopped (5), and what the journal
// says of effects is true (1).
func (w *world) replayed(r *run, events []planner.Event) {
	b, err := w.bundle()
	if err != nil {
		w.violated("%w", err)
		return
	}
	var s planner.State
	var pol *policies.Run
	matched := 0 // states that a driver had too; it does not watch what others wrote before it came
	for i, ev := range events {
		before := s
		if ev.Started != nil {
			pol = policies.NewRun(b, policies.Info{Run: ev.Started.Run, Tenant: ev.Started.Tenant, Started: ev.At, ApprovalTTL: time.Hour})
		}
		if d := ev.Decided; d != nil {
			call := tools.Call{ID: d.Call, Run: s.Run, Tenant: s.Start.Tenant}
			c, _ := s.Call(d.Call)
			call.Tool, call.Arguments, call.Attempt = c.Tool, c.Arguments, c.Attempt+1
			now, _ := json.Marshal(pol.Call(call, ev.At))
			if then, _ := json.Marshal(d.Decision); !bytes.Equal(now, then) {
				w.violated("invariant 5: event %d of %s decided\n%s\nand replay decides\n%s", i+1, r.id, then, now)
				return
			}
		}
		s, _ = planner.Step(s, ev)
		switch {
		case ev.Compacted != nil && ev.Compacted.Steps > 0:
			w.faults["context full: steps dropped"]++
		case ev.Compacted != nil:
			w.faults["context full: compacted"]++
		case ev.Faulted != nil && !ev.Faulted.Permanent:
			w.faults["run suspended"]++
		case ev.Answered != nil:
			w.faults["approval answered by another process"]++
		case ev.Ended != nil:
			w.faults["run ended: "+string(s.Status)]++
		}
		was := pol.Label()
		for _, f := range planner.Facts(before, ev, s) {
			if err := pol.Observe(f); err != nil {
				w.violated("invariant 5: event %d of %s: %w", i+1, r.id, err)
				return
			}
		}
		if is := pol.Label(); is.Integrity < was.Integrity || is.Confidentiality < was.Confidentiality {
			w.violated("invariant 5: event %d of %s lowers the label from %v to %v", i+1, r.id, was, is)
		}
		if asked, ok := w.seen.commands[s.Hash()]; ok && asked != commands(s) {
			w.violated("invariant 3: after event %d of %s replay asks for other commands", i+1, r.id)
		} else if ok {
			matched++
		}
		if res := ev.Result; res != nil && r.origin == "" {
			c, _ := before.Call(res.CallID)
			n := w.bus.effects[res.CallID]
			switch {
			case c.Tool != "look" && res.Status == tools.StatusOK && n != 1:
				w.violated("invariant 1: call %s of %s is done, and had %d effects", c.ID, c.Tool, n)
			case res.Reason == "did not run" && n != 0:
				w.violated("invariant 1: call %s of %s is said not to have run, and did", c.ID, c.Tool)
			}
		}
	}
	if matched == 0 {
		w.violated("invariant 3: replay of %s has no state that its drivers had", r.id)
	}
}

// conversation checks that results stand where their calls do, and that nothing of
// another run is among them (9).
func (w *world) conversation(r *run, s planner.State) {
	own := []string{r.id}
	for o := r.origin; o != ""; o = w.find(o).origin {
		own = append(own, o)
	}
	for i, m := range s.Messages {
		for k, c := range m.Calls {
			if at := i + 1 + k; at < len(s.Messages) && s.Messages[at].CallID != c.ID {
				w.violated("%s: the result of call %d of message %d is not in its place", r.id, k, i)
			}
		}
		if m.Role == llm.RoleTool && len(m.Value) > 0 {
			var text string
			if json.Unmarshal(m.Value, &text) != nil { // a part of a result that was read on
				continue
			}
			of, _, _ := strings.Cut(text, " ")
			if !slices.Contains(own, of) && !strings.HasSuffix(text, "she saw it") {
				w.violated("invariant 9: %s reads %.40q", r.id, text)
			}
		}
	}
}

// audited checks invariant 8 and returns the ids of the calls in the log.
func (w *world) audited() map[string]bool {
	log := w.logged.Bytes()
	if _, err := audit.Verify(bytes.NewReader(log), nil); err != nil {
		w.violated("invariant 8: %w", err)
	}
	ids := map[string]bool{}
	for line := range bytes.Lines(log) {
		var e audit.Entry
		if json.Unmarshal(line, &e) == nil && e.Kind == "call" {
			ids[e.CallID] = true
		}
	}
	return ids
}

// attempted lists the calls of a run that were decided on, sent or answered, but for
// those of the run that it was forked from.
func attempted(events []planner.Event) map[string]string {
	ids := map[string]string{}
	for _, ev := range events {
		switch {
		case ev.Forked != nil:
			clear(ids)
		case ev.Decided != nil:
			ids[ev.Decided.Call] = "decided"
		case ev.Intent != nil:
			ids[ev.Intent.Call] = "sent"
		case ev.Result != nil:
			ids[ev.Result.CallID] = "answered"
		}
	}
	return ids
}
