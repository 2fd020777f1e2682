package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// Info names a run.
type Info struct {
	Run     string    `json:"run"`
	Tenant  string    `json:"tenant,omitempty"`
	Started time.Time `json:"started"`

	// ApprovalTTL is how long a request for approval stays open; 0 is DefaultApprovalTTL.
	ApprovalTTL time.Duration `json:"approval_ttl_ns,omitempty"`
}

// Run is the state of one run that rules look at: a fold over facts. The hooks only
// read it. A Run is not safe for concurrent use.
type Run struct {
	bundle *Bundle
	info   Info
	budget Budgets
	prices Prices

	context  label.Context
	hosts    map[string]bool // that the user or a trusted tool wrote
	vault    detect.Vault
	handles  map[string]handle
	messages int

	signal        *GuardSignal // the last
	steps, tokens int
	money         float64
	acted         bool
	dispatched    map[string]bool // call ids that were let through
	attempts      map[string]int  // identical calls let through, by tool and arguments
	history       []done
	failures      map[string]int // in a row, by tool
	allowed       map[string]Decision
	requests      map[string]*request
	asks          int                 // how often a person was asked
	approvals     map[string]Approval // by call hash
	results       map[string]Decision // decisions on results, until the result is folded
	said          *ask.Said
	today         string // the day that the system's words or a tool say it is
	spokenOn      string // the day from which the user's last message counts
	offer, agreed string // what the assistant said last, and before the user did
	phrases       map[string]*label.Phrase
	used          map[int][]use   // calls that clauses of the user's have let through
	dated         map[string]bool // which texts say which moments
	tied          map[string]bool // results of calls that were bound, by source
	planned       []planned
}

// done is a call that was allowed and completed.
type done struct {
	tool string
	at   time.Time
	args any
}

// handle is a value that the planner never reads.
type handle struct {
	origin label.Origin
	text   string
}

// NewRun returns the state of a run that has not begun, with the bundle pinned.
func NewRun(b *Bundle, info Info) *Run {
	if info.ApprovalTTL == 0 {
		info.ApprovalTTL = DefaultApprovalTTL
	}
	r := &Run{
		bundle: b, info: info, hosts: map[string]bool{}, handles: map[string]handle{}, dispatched: map[string]bool{}, attempts: map[string]int{},
		failures: map[string]int{}, allowed: map[string]Decision{}, requests: map[string]*request{},
		approvals: map[string]Approval{}, results: map[string]Decision{},
		said: ask.Read(), phrases: map[string]*label.Phrase{}, used: map[int][]use{}, tied: map[string]bool{},
	}
	for _, t := range b.tools {
		r.said.Knows(t.acts)
	}
	r.context.Alike = ask.Alike
	r.budget, r.prices = b.budgets()
	return r
}

// Bundle returns the pinned bundle.
func (r *Run) Bundle() *Bundle { return r.bundle }

// WithSignal returns the state as it will be once a signal is observed: its hooks may
// be asked, and nothing else may be done with it.
func (r *Run) WithSignal(s GuardSignal) *Run {
	with := *r
	with.signal = &s
	return &with
}

// Label returns the joined label of everything that the planner has read.
func (r *Run) Label() label.Label { return r.context.Label() }

// Observe folds a fact that has been journalled.
func (r *Run) Observe(f Fact) error {
	switch f.Kind {
	case FactMessage:
		if f.Message == nil {
			return fmt.Errorf("policies: a message fact has no message")
		}
		r.message(f)
	case FactDecision:
		if f.Decision == nil {
			return fmt.Errorf("policies: a decision fact has no decision")
		}
		r.decided(*f.Decision)
	case FactResult:
		if f.Call == nil || f.Result == nil {
			return fmt.Errorf("policies: a result fact needs the call and the result")
		}
		r.result(f)
	case FactApproval:
		if f.Approval == nil {
			return fmt.Errorf("policies: an approval fact has no approval")
		}
		if err := r.CheckApproval(*f.Approval); err != nil {
			return err
		}
		r.requests[f.Approval.CallID].answered = true
		r.approvals[f.Approval.CallHash] = *f.Approval
	case FactStep:
		r.steps++
		if u := f.Usage; u != nil {
			r.tokens += u.PromptTokens + u.GeneratedTokens
			r.money += r.prices.Tokens(u.PromptTokens, u.GeneratedTokens)
		}
	case FactSignal:
		if f.Signal == nil {
			return fmt.Errorf("policies: a signal fact has no signal")
		}
		r.signal = f.Signal
	case FactPlan:
		r.plan(f.Plan)
	case FactTurn:
		r.info.Started, r.steps, r.tokens, r.money, r.asks = f.At, 0, 0, 0, 0
		clear(r.dispatched)
		clear(r.attempts)
	case FactSaid:
		r.messages++
		r.heard(fmt.Sprintf("user message %d", r.messages), f.Said, f.At)
	case FactDone:
		for _, c := range f.Done {
			r.spend(Decision{Tool: c.Tool, CallID: c.ID, Arguments: c.Arguments})
		}
	case FactCompaction: // texts leave the prompt; what they were labelled stays
	default:
		return fmt.Errorf("policies: unknown kind of fact %q", f.Kind)
	}
	return nil
}

func (r *Run) message(f Fact) {
	m := f.Message
	r.messages++
	id := f.ID
	if id == "" {
		id = fmt.Sprintf("%s message %d", m.Role, r.messages)
	}
	text := m.Content
	if d, ok := r.results["input"]; ok && m.Role == llm.RoleUser {
		text = r.redo(text, d)
		delete(r.results, "input")
	}
	switch m.Role {
	case llm.RoleSystem:
		r.context.Add(label.Source{ID: id, Kind: label.FromSystem, Text: text})
		if day := label.Today(text); day != "" {
			r.today = day
		}
		r.vouch(text)
	case llm.RoleUser:
		r.heard(id, text, f.At)
	case llm.RoleAssistant:
		if len(m.Calls) == 0 {
			r.said.Offer(text)
			r.offer = text
		} else {
			r.said.Offer("")
			r.offer = ""
		}
	case llm.RoleTool: // a result without a call: a passage, an imported conversation
		if len(m.Value) > 0 {
			text = string(m.Value)
		}
		r.context.Add(label.Source{ID: id, Kind: label.FromResult, Label: r.resultLabel(m.Name, nil, label.Label{}), Text: text})
	}
}

// heard takes up what a person said, in this run or in one above it: it names values, and it
// asks for acts.
func (r *Run) heard(id, text string, at time.Time) {
	today := r.today
	if today == "" && !at.IsZero() {
		today = at.UTC().Format(time.DateOnly)
	}
	r.spokenOn, r.dated = today, nil
	r.context.Add(label.Source{ID: id, Kind: label.FromUser, Label: label.Label{Integrity: label.User}, Text: text, Today: today})
	r.said.Add(text)
	r.agreed, r.offer = r.offer, ""
	r.vouch(text)
}

// redo repeats the redactions of a decision, so that placeholders mean the same.
func (r *Run) redo(text string, d Decision) string {
	var kinds []string
	for _, x := range d.Redactions {
		kinds = append(kinds, x.Kind)
	}
	if len(kinds) == 0 {
		return text
	}
	text, _ = r.vault.Redact(text, kinds...)
	return text
}

func (r *Run) decided(d Decision) {
	switch d.Hook {
	case OnInput:
		r.results["input"] = d
	case OnResult:
		r.results[d.CallID] = d
	case OnCall:
		if q := r.requests[d.CallID]; d.Verdict == RequireApproval && d.Approval != nil && (q == nil || q.hash != d.CallHash) {
			r.requests[d.CallID] = &request{hash: d.CallHash, expires: d.Approval.Expires}
			r.asks++
		}
		if d.Verdict.Passes() && !r.dispatched[d.CallID] {
			r.dispatched[d.CallID] = true
			r.allowed[d.CallID] = d
			r.attempts[d.Tool+" "+string(d.Arguments)]++
			r.spend(d)
			r.takeStep(d)
		}
	}
}

func (r *Run) result(f Fact) {
	d, ok := r.allowed[f.Call.ID]
	if ok && (f.Result.Status == tools.StatusOK || f.Result.Status == "") {
		args, _ := decode(f.Call.Arguments)
		r.history = append(r.history, done{tool: f.Call.Tool, at: f.At, args: floats(args)})
		r.failures[f.Call.Tool] = 0
		r.money += r.prices.Calls[f.Call.Tool]
		if t := r.bundle.tools[f.Call.Tool]; t == nil || t.spec.EffectOrOnce().HasEffect() {
			r.acted = true
		}
	} else if ok {
		r.failures[f.Call.Tool]++
		if f.Result.Status != tools.StatusUnknown { // which may have been done
			r.release(f.Call.ID)
			r.releaseStep(f.Call.ID)
		}
	}
	given := r.given(*f.Call)
	if s := f.Result.Status; s == tools.StatusFail || s == tools.StatusRetry { // an error may quote anybody
		given.label = given.label.Join(label.Label{Integrity: label.Untrusted})
	}
	l := r.resultLabel(f.Call.Tool, f.Result.Labels, given.label)
	delete(r.allowed, f.Call.ID)
	text := ResultText(f.Result)
	id := f.Call.Tool
	if f.Call.ID != "" {
		id += " " + f.Call.ID
	}
	if d.Bound {
		r.tied[id] = true
	}
	rd, had := r.results[f.Call.ID]
	delete(r.results, f.Call.ID)
	if had && rd.Handle != "" {
		r.handles[rd.Handle] = handle{origin: label.Origin{Label: l, How: label.HowHandle, Sources: []string{id}}, text: text}
		return
	}
	if had && rd.Verdict >= Deny {
		return // the model never reads it
	}
	for _, k := range rd.KeptTexts(text) {
		low := l.Join(label.Label{Integrity: label.Untrusted})
		r.handles[k.Name] = handle{origin: label.Origin{Label: low, How: label.HowHandle, Sources: []string{id}}, text: k.Text}
	}
	if had {
		text = r.redo(text, rd)
	}
	t := r.bundle.tools[f.Call.Tool]
	effect := t != nil && t.spec.EffectOrOnce().HasEffect()
	if effect {
		text = given.quiet(text)
	}
	src := label.Source{ID: id, Kind: label.FromResult, Echo: given.echo, Made: given.made, Picked: given.picked, PickedBy: given.pickedBy, Tool: f.Call.Tool, Args: given.all}
	add := func(l label.Label, text string) {
		if text != "" {
			src.Label, src.Text = l, text
			r.context.Add(src)
			if l.Integrity <= label.Tool {
				r.vouch(text)
			}
		}
	}
	if t != nil && len(t.strangers) > 0 {
		var theirs string
		text, theirs = strangers(text, t.strangers)
		if len(rd.Kept) == 0 { // else the model never reads them
			add(l.Join(label.Label{Integrity: label.Untrusted}), theirs)
		}
	}
	if t != nil && len(t.names) > 0 {
		names := text
		if t.names[0].name != "." {
			text, names = strangers(text, t.names)
		} else {
			text = ""
		}
		src.Keys = l.Integrity <= label.Tool
		add(l.Join(label.Label{Integrity: label.Untrusted}), names)
		src.Keys = false
	}
	if own := r.resultLabel(f.Call.Tool, f.Result.Labels, label.Label{}); effect && own.Integrity < l.Integrity {
		// What was done with untrusted values is named by the tool: the new id is its own.
		own.Confidentiality, own.Limited, own.Readers = l.Confidentiality, l.Limited, l.Readers
		var ids string
		text, ids = given.ids(text)
		add(own, ids)
	}
	if text == "" {
		text = " "
	}
	add(l, text)
	if day := label.OneDay(text); day != "" && t != nil && len(t.props) == 0 && l.Integrity <= label.Tool && slices.ContainsFunc(ask.NameWords(t.spec.Name), func(w string) bool { return w == "today" || w == "date" || w == "day" || w == "now" || w == "time" }) {
		r.today = day
		r.context.SetToday(day)
	}
}

// resultLabel is the label of a tool's result, whose arguments had the label in; a
// declared declassifier sets it.
func (r *Run) resultLabel(name string, added map[string]string, in label.Label) label.Label {
	var spec map[string]string
	if t := r.bundle.tools[name]; t != nil {
		spec = t.spec.Labels
	}
	l := label.Result(spec, added).Join(in)
	for _, layer := range r.bundle.layers {
		for _, d := range layer.src.Declassify {
			if !matches([]string{d.Tool}, name) {
				continue
			}
			if d.Integrity != "" {
				l.Integrity = label.Parse(map[string]string{"integrity": d.Integrity}).Integrity
			}
			if d.Confidentiality != "" {
				l.Confidentiality = label.Parse(map[string]string{"confidentiality": d.Confidentiality}).Confidentiality
			}
			if d.Readers != "" {
				m := label.Parse(map[string]string{"readers": d.Readers})
				l.Limited, l.Readers = m.Limited, m.Readers
			}
		}
	}
	return l
}

// decode reads an argument object, keeping numbers exact.
func decode(raw json.RawMessage) (map[string]any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return map[string]any{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("policies: the arguments are not a JSON object: %w", err)
	}
	if dec.More() {
		return nil, fmt.Errorf("policies: text after the arguments")
	}
	if m == nil {
		return nil, fmt.Errorf("policies: the arguments are not a JSON object")
	}
	return m, nil
}

// canonical writes arguments with sorted keys and no white space.
func canonical(args map[string]any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(args) // maps of decoded JSON always encode
	return bytes.TrimRight(b.Bytes(), "\n")
}

// floats turns json.Number into float64 throughout: what rules over history see.
func floats(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64()
		return f
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = floats(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = floats(e)
		}
		return out
	}
	return v
}

// leaves calls f for each scalar in v, in order; keys of objects are values too.
func leaves(v any, f func(any)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			leaves(e, f)
		}
	case map[string]any:
		for _, k := range sortedKeys(v) {
			leaves(v[k], f)
		}
	default:
		f(v)
	}
}

// handleNames returns the run's handles that occur in s, longest first.
func (r *Run) handleNames(s string) []string {
	if !strings.Contains(s, "$") {
		return nil
	}
	var out []string
	for _, name := range sortedKeys(r.handles) {
		if strings.Contains(s, name) {
			out = append(out, name)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}
