package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// errKey is what the endpoint says to a key that it does not know: no waiting helps.
var errKey = errors.New("the key was refused (status 401)")

// endpoint is where all processes of a history find their model.
type endpoint struct {
	away    time.Time // until then nobody answers
	refused bool      // the key, until a person mends it
}

// fails draws what goes wrong with a generation, before its first piece or after it.
func (m model) fails(begun bool) error {
	w := m.p.w
	passing := func(after time.Duration) error {
		if w.mutant == FaultsAreFinal {
			return errors.New("too many requests")
		}
		return &llm.PassingError{Err: errors.New("too many requests"), After: after}
	}
	switch {
	case w.endpoint.refused:
		return errKey
	case w.now().Before(w.endpoint.away):
		return fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	case begun && w.chance("model: cut stream", 0.01):
		return io.ErrUnexpectedEOF
	case begun:
	case w.chance("model: away", 0.03):
		w.endpoint.away = w.now().Add(time.Duration(1+w.rng.IntN(1800)) * time.Second)
		return fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	case w.chance("model: Retry-After", 0.03):
		return passing(time.Duration(1+w.rng.IntN(600)) * time.Second)
	case w.chance("model: busy", 0.03):
		return passing(0)
	case w.chance("model: key refused", 0.01):
		w.endpoint.refused = true
		return errKey
	}
	return nil
}

// number finds which turn a call is of.
var number = regexp.MustCompile(`\\?"n\\?":(\d+)`)

// turnOf says which turn the model is at: one after the last that it sees of itself.
func (w *world) turnOf(req *llm.Request) int {
	turn := 0
	for _, m := range req.Messages {
		if w.seen.character.strict && m.Role == llm.RoleAssistant { // whose calls are all the same
			turn++
		}
		for _, c := range m.Calls {
			turn = max(turn, place(c)+1)
		}
		if m.Role == llm.RoleTool { // arguments that were refused are told there
			for _, found := range number.FindAllStringSubmatch(m.Content, -1) {
				n, _ := strconv.Atoi(found[1])
				turn = max(turn, n+1)
			}
		}
	}
	return turn
}

func place(c llm.ToolCall) int {
	if found := number.FindSubmatch(c.Arguments); found != nil {
		n, _ := strconv.Atoi(string(found[1]))
		return n
	}
	return -1
}

// says is the model's turn of that number, the same in whatever process it is asked for.
func (w *world) says(turn int) llm.Turn {
	c := w.seen.character
	rng := rand.New(rand.NewPCG(w.seed, uint64(turn)))
	if turn >= c.turns && !c.endless || turn == 0 && rng.IntN(20) == 0 {
		return llm.Turn{Text: "That is all."}
	}
	text := "Let me see."
	if c.context > 0 {
		text += strings.Repeat(" I think.", rng.IntN(60))
	}
	var calls []llm.ToolCall
	for i := range 1 + rng.IntN(c.calls) {
		name := []string{"look", "look", "put", "pay"}[rng.IntN(4)]
		args := fmt.Sprintf(`{"i":%d,"n":%d}`, i, turn)
		switch r := rng.IntN(40); {
		case r == 0:
			name = "nothing"
		case r == 1:
			args = fmt.Sprintf(`["not an object", {"n":%d}`, turn)
		case r < 6 && c.nuke:
			name = "nuke"
		}
		if c.strict && rng.IntN(4) > 0 { // once more, in this turn or in a later one
			name, args = "pay", `{"i":7}`
		}
		calls = append(calls, llm.ToolCall{Name: name, Arguments: json.RawMessage(args)})
	}
	return llm.Turn{Text: text, Calls: calls}
}

// shown checks what the model is shown: what it wrote, as it wrote it, and results as they
// were, or with the word that and how much of them is left out.
func (w *world) shown(run string, req *llm.Request) {
	for i, m := range req.Messages {
		switch m.Role {
		case llm.RoleAssistant:
			if len(m.Calls) == 0 {
				w.violated("%s: the model is shown %.60q as its own turn", run, m.Content)
				continue
			}
			w.own(run, req, i)
		case llm.RoleTool:
			w.shownResult(run, m)
		}
	}
}

// own compares an assistant's message with what the model wrote at that place.
func (w *world) own(run string, req *llm.Request, at int) {
	m := req.Messages[at]
	turn := -1
	for _, c := range m.Calls {
		turn = max(turn, place(c))
	}
	if turn < 0 { // only such as could not be read
		turn = w.turnOf(&llm.Request{Messages: req.Messages[at : at+1+len(m.Calls)]}) - 1
	}
	if w.seen.character.strict {
		turn = w.turnOf(&llm.Request{Messages: req.Messages[:at]})
	}
	for k, c := range m.Calls {
		if c.Name == planner.ReadResultName {
			continue
		}
		gone := at+1+k < len(req.Messages) && dropped.MatchString(req.Messages[at+1+k].Content) // and what was wrong with it, too
		if turn < 0 && gone {
			continue
		}
		wrote := w.says(turn)
		if k >= len(wrote.Calls) || c.Name != wrote.Calls[k].Name || m.Content != wrote.Text {
			w.violated("%s: the model is shown a call of %s with %.40q that it did not write in turn %d", run, c.Name, m.Content, turn)
			return
		}
		raw := string(wrote.Calls[k].Arguments)
		if string(c.Arguments) == raw {
			continue
		}
		told := at+1+k < len(req.Messages) && strings.Contains(req.Messages[at+1+k].Content, raw)
		if json.Valid([]byte(raw)) || !told && !gone {
			w.violated("%s: the model wrote %s, and is shown %s", run, raw, c.Arguments)
		}
	}
}

// dropped is what stands where a result was.
var dropped = regexp.MustCompile(`^\(result( r\d+)? dropped to make room`)

// leftOut is how a result says that it is not whole.
var leftOut = regexp.MustCompile(`(?s)^(.*)\n\(… bytes (\d+) to (\d+) of (\d+) are left out: .*? …\)\n(.*)$`)

func (w *world) shownResult(run string, m llm.Message) {
	said, known := w.bus.said[m.CallID]
	switch {
	case len(m.Value) > 0:
		if known && string(m.Value) != said && !strings.Contains(string(m.Value), "she saw it") {
			w.violated("%s: call %.8s answered %d bytes, the model is shown other %d", run, m.CallID, len(said), len(m.Value))
		}
	case m.IsError, dropped.MatchString(m.Content):
	default:
		part := leftOut.FindStringSubmatch(m.Content)
		if part == nil {
			if known && m.Content != said {
				w.violated("%s: of call %.8s the model is shown %.60q, and not that it is cut", run, m.CallID, m.Content)
			}
			return
		}
		w.faults["context full: a result was cut"]++
		from, _ := strconv.Atoi(part[2])
		to, _ := strconv.Atoi(part[3])
		of, _ := strconv.Atoi(part[4])
		if known && (of != len(said) || said[:from] != part[1] || said[to:] != part[5]) {
			w.violated("%s: call %.8s of %d bytes is cut wrongly: %d to %d of %d", run, m.CallID, len(said), from, to, of)
		}
	}
}

// settled checks what the journal says of a call against what it did: what failed has done
// nothing, what nobody knew was said to be unknown, and a finished run knows all its effects.
func (w *world) settled(r *run, events []planner.Event, s planner.State) {
	last := map[string]planner.Result{}
	for _, ev := range events {
		if ev.Result != nil {
			last[ev.Result.CallID] = *ev.Result
		}
	}
	for id, res := range last {
		if n := w.bus.effects[id]; res.Status == "fail" && n > 0 {
			w.violated("%s: call %.8s is said to have failed (%s), and took effect", r.id, id, res.Reason)
		}
	}
	for id, of := range w.bus.of {
		if of == r.id && s.Status == planner.Finished && w.bus.effects[id] > 0 && last[id].Status != "ok" {
			w.violated("%s finished, and call %.8s, which took effect, is %q in it", r.id, id, last[id].Status)
		}
	}
	w.unapproved(r, events)
}

// approvals checks that an approval is for a call that waits, in its time, and is spent once.
func (w *world) approvals(r *run, events []planner.Event) {
	var s planner.State
	answered := map[string]bool{}
	for i, ev := range events {
		if a := ev.Answered; a != nil {
			c, _ := s.Call(a.Call)
			switch {
			case answered[a.Call+a.Hash]:
				w.violated("event %d of %s: call %.8s is approved twice", i+1, r.id, a.Call)
			case c.Phase != planner.Awaiting:
				w.violated("event %d of %s: call %.8s is %s, and somebody's answer to it was taken", i+1, r.id, a.Call, c.Phase)
			case !c.Expires.IsZero() && !ev.At.Before(c.Expires):
				w.violated("event %d of %s: call %.8s is answered at %s, and had expired at %s", i+1, r.id, a.Call, ev.At, c.Expires)
			}
			answered[a.Call+a.Hash] = true
		}
		s, _ = planner.Step(s, ev)
	}
}

// unapproved checks, where the user asked for one payment, that no second one ran without a
// person, in whatever turns the model wrote it.
func (w *world) unapproved(r *run, events []planner.Event) {
	if !w.seen.character.strict {
		return
	}
	approved, unasked := map[string]bool{}, 0
	sent := map[string]bool{}
	var s planner.State
	for _, ev := range events {
		switch {
		case ev.Answered != nil && ev.Answered.Approve:
			approved[ev.Answered.Call] = true
		case ev.Intent != nil && !sent[ev.Intent.Call] && !approved[ev.Intent.Call]:
			sent[ev.Intent.Call] = true
			if c, _ := s.Call(ev.Intent.Call); c.Tool == "pay" {
				unasked++
			}
		}
		s, _ = planner.Step(s, ev)
	}
	if unasked > 1 {
		w.violated("%s: the user asked for one payment, %d were sent without a person", r.id, unasked)
	}
}

// spoilt is a request as a careless runtime would make it.
func spoilt(how Mutant, req *llm.Request) *llm.Request {
	out := *req
	out.Messages = slices.Clone(req.Messages)
	for i := range out.Messages {
		m := &out.Messages[i]
		switch {
		case how == CutInSilence && m.Role == llm.RoleTool && len(m.Value)+len(m.Content) > 1000:
			m.Value, m.Content = nil, (string(m.Value) + m.Content)[:500]
		case how == BlankedArguments && m.Role == llm.RoleTool && strings.Contains(m.Content, "you wrote: "):
			m.Content = "arguments are not a JSON object"
		}
	}
	return &out
}
