package policies

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// Summary is what a person sees before approving.
type Summary struct {
	Tool      string            `json:"tool"`
	What      string            `json:"what"` // what happens: the amount and the target first, then all else that decides
	Yes       string            `json:"yes,omitempty"`
	Hint      string            `json:"hint,omitempty"` // for who declares the tool, if the words of users cannot ask for it
	Arguments []SummaryArgument `json:"arguments"`      // in the order of their weight
	Rule      string            `json:"rule"`
	Why       string            `json:"why"`
	Expires   time.Time         `json:"expires"`
}

// SummaryArgument is one argument and where it came from.
type SummaryArgument struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
	From  string          `json:"from"`
	Note  string          `json:"note,omitempty"` // what a person would not see in the value
}

// String writes the summary as lines of text.
func (s *Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nasked by %s: %s\n", visible(s.What), s.Rule, s.Why)
	for _, a := range s.Arguments {
		fmt.Fprintf(&b, "  %s = %s (%s)\n", visible(a.Name), visible(string(a.Value)), a.From)
		if a.Note != "" {
			fmt.Fprintf(&b, "    %s\n", a.Note)
		}
	}
	if s.Yes != "" {
		fmt.Fprintf(&b, "if yes: %s\n", s.Yes)
	}
	if s.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", s.Hint)
	}
	return b.String()
}

// weight orders the arguments of a call as a person needs them: how much, to whom, which,
// then the rest, and prose last.
func (t *tool) weight(name string, v any) int {
	low := strings.ToLower(name)
	_, number := v.(json.Number)
	switch {
	case slices.Contains(t.content, low):
		return 4
	case (number || isText(v)) && slices.ContainsFunc(wordsIn(low), func(w string) bool { return slices.Contains(amountWords, w) }):
		return 0
	case slices.Contains(t.recipients, low):
		return 1
	case idName(name):
		return 2
	case slices.ContainsFunc(wordsIn(low), func(w string) bool { return slices.Contains(payeeWords, w) }):
		return 1
	}
	return 3
}

// amountWords are names of arguments that say how much.
var amountWords = strings.Fields("amount sum total price cost fee quantity qty value balance budget")

// payeeWords are names of arguments that say to whom, beside those that a text is sent to.
var payeeWords = strings.Fields("payee beneficiary receiver iban account customer client supplier vendor employee")

func wordsIn(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' })
}

func isText(v any) bool { _, ok := v.(string); return ok }

// summarise writes what a person will see of a call.
func (r *Run) summarise(d *Decision, t *tool, args map[string]any, f flow, expires time.Time) *Summary {
	s := &Summary{Tool: d.Tool, Rule: d.Rule, Why: d.Reason, Expires: expires}
	effect := t.spec.EffectOrOnce()
	s.What = d.Tool + " will run"
	if effect == tools.Once {
		s.What += " once and may not be undone"
	}
	names := sortedKeys(args)
	slices.SortStableFunc(names, func(a, b string) int { return t.weight(a, args[a]) - t.weight(b, args[b]) })
	var first []string // what it does and to whom: all that decides
	more := 0
	for _, name := range names {
		raw := canonical(map[string]any{"v": args[name]})
		raw = raw[5 : len(raw)-1]
		a := SummaryArgument{Name: name, Value: raw, From: from(f.labels[name])}
		leaves(args[name], func(v any) {
			if text, ok := v.(string); ok && a.Note == "" && len(text) <= maxNoted {
				a.Note = disguise(text)
			}
		})
		s.Arguments = append(s.Arguments, a)
		switch low := strings.ToLower(name); {
		case slices.Contains(t.content, low) || slices.Contains(t.data, low):
		case len(first) == maxHeadline:
			more++
		default:
			first = append(first, name+" "+short(string(raw), 80))
		}
	}
	if len(first) > 0 {
		s.What += ": " + strings.Join(first, ", ")
	}
	if more > 0 {
		s.What += fmt.Sprintf(" and %d more arguments, below", more)
	}
	s.What += "."
	others := slices.DeleteFunc(slices.Clone(f.recipients), func(name string) bool { // those that are not said yet
		return slices.ContainsFunc(first, func(s string) bool { return strings.HasSuffix(s, " "+strconv.Quote(name)) })
	})
	if len(others) > 0 {
		var to []string
		for _, name := range others[:min(len(others), 20)] {
			to = append(to, strconv.Quote(short(name, 80)))
		}
		s.What += " It reaches " + strings.Join(to, ", ") + "."
		if more := len(others) - len(to); more > 0 {
			s.What += fmt.Sprintf(" And %d more.", more)
		}
	}
	switch s.Yes = "this call runs with exactly these arguments, and nothing else is allowed by it"; {
	case !effect.HasEffect() && f.outward:
		s.Yes += "; the address is read, and its owner sees that"
	case effect == tools.Once && f.irreversible:
		s.Yes += "; it runs once and cannot be taken back"
	case effect == tools.Once:
		s.Yes += "; it runs once"
	}
	s.Yes += "."
	return s
}

// maxHeadline bounds the arguments that are said in one sentence.
const maxHeadline = 12

// maxNoted bounds the texts that are looked through for look-alikes, in bytes.
const maxNoted = 4096
