package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"golang.org/x/term"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// screen shows a run as it happens: the model's text on out, everything else on notes.
type screen struct {
	out, notes io.Writer
	dim        bool  // notes are for a terminal
	shared     bool  // both go to the same terminal
	open       bool  // the last line of text has no end yet
	said       bool  // text of this turn was shown
	err        error // of the first write to out that failed
}

func newScreen(out *output, notes *os.File) *screen {
	a, b := term.IsTerminal(int(out.Fd())), term.IsTerminal(int(notes.Fd()))
	return &screen{out: out, notes: notes, dim: b && os.Getenv("NO_COLOR") == "", shared: a && b}
}

// note prints one line, under what the model has said.
func (s *screen) note(kind, format string, args ...any) {
	if s.open && s.shared {
		fmt.Fprintln(s.out)
		s.open = false
	}
	text := fmt.Sprintf("  %-8s %s", kind, printable(fmt.Sprintf(format, args...), false))
	if s.dim {
		text = "\x1b[2m" + text + "\x1b[0m"
	}
	fmt.Fprintln(s.notes, text)
}

// text prints a piece of the model's text.
func (s *screen) text(text string) {
	text = printable(text, true)
	if text == "" {
		return
	}
	if _, err := fmt.Fprint(s.out, text); err != nil && s.err == nil {
		s.err = err
	}
	s.open, s.said = !strings.HasSuffix(text, "\n"), true
}

// end ends the model's text.
func (s *screen) end() {
	if s.open {
		fmt.Fprintln(s.out)
		s.open = false
	}
}

// event shows one event of the stream.
func (s *screen) event(ev *agent.Event) {
	switch {
	case ev.Text != "":
		s.text(ev.Text)
	case ev.Retry != nil:
		s.end()
		s.said = false
		s.note("model", "%s; attempt %d in %v", ev.Retry.Error, ev.Retry.Attempt, ev.Retry.After.Round(time.Millisecond))
	case ev.Decision != nil:
		s.decision(ev.Call, ev.Decision)
	case ev.Result != nil:
		if ev.Journal == nil {
			s.call(ev.Call)
		}
		s.result(ev.Result)
	case ev.Call != nil:
		s.call(ev.Call)
	case ev.Status == planner.Finished:
		if !s.said && ev.Answer != "" { // a policy held it back until it had seen it
			s.text(ev.Answer)
		}
		s.end()
	case ev.Journal != nil:
		s.journal(ev.Journal)
	}
}

func (s *screen) call(c *planner.CallState) {
	s.note("call", "%s %s", c.Tool, short(string(c.Arguments)))
}

func (s *screen) decision(c *planner.CallState, d *planner.Decided) {
	text := string(d.Verdict)
	if d.Rule != "" {
		text += " by " + d.Rule
	}
	if d.Reason != "" {
		text += ": " + d.Reason
	}
	s.note("policy", "%s", text)
	if d.Hint != "" {
		s.note("", "%s", d.Hint)
	}
	if len(d.Arguments) > 0 {
		s.note("", "as %s %s", c.Tool, short(string(d.Arguments)))
	}
}

func (s *screen) result(r *tools.Result) {
	text := string(r.Status)
	if len(r.Value) > 0 {
		text += " " + short(string(r.Value))
	}
	if r.Reason != "" {
		text += ": " + short(r.Reason)
	}
	if r.Replayed {
		text += " (kept from an earlier attempt)"
	}
	if r.Duration > 0 {
		text += fmt.Sprintf(" in %v", r.Duration.Round(100*time.Microsecond))
	}
	s.note("result", "%s", text)
}

func (s *screen) journal(ev *planner.Event) {
	switch {
	case ev.Generated != nil:
		s.end()
		if ev.Generated.Error != "" {
			s.note("model", "failed: %s", ev.Generated.Error)
		}
		s.said = s.said && len(ev.Generated.Message.Calls) == 0
	case ev.Faulted != nil:
		s.end()
		s.said = false
		s.note("model", "failed: %s", ev.Faulted.Error)
	case ev.Reopened != nil:
		s.note("reopened", "by %s", ev.Reopened.By)
	case ev.Compacted != nil:
		s.note("context", "%s", ev.Compacted)
	case ev.Answered != nil:
		verb := "refused"
		if ev.Answered.Approve {
			verb = "approved"
		}
		s.note("approval", "%s by %s", verb, ev.Answered.By)
	case ev.Screened != nil && (ev.Screened.Verdict != planner.Allow || ev.Screened.Text != nil):
		sc := ev.Screened
		verb := string(sc.Verdict)
		if sc.Text != nil {
			verb = "changed"
		}
		text := fmt.Sprintf("%s: %s", sc.Hook, verb)
		if sc.Rule != "" {
			text += " by " + sc.Rule
		}
		if sc.Reason != "" {
			text += ": " + sc.Reason
		}
		s.note("policy", "%s", text)
	case ev.Cancelled != nil:
		s.note("cancel", "by %s %s", ev.Cancelled.By, ev.Cancelled.Reason)
	}
}

// printable is text that cannot steer a terminal: control characters and those that
// reorder a line are shown as escapes. Lines and tabs stay if whole is set.
func printable(s string, whole bool) string {
	clean := strings.IndexFunc(s, func(r rune) bool { return steers(r) }) < 0
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case whole && (r == '\n' || r == '\t'), !steers(r):
			b.WriteRune(r)
		default:
			q := fmt.Sprintf("%+q", string(r))
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

func steers(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f
}

// short cuts a long text in the middle of a line.
func short(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("… (%d bytes)", len(s))
}

// lines writes events as JSON lines.
type lines struct{ enc *json.Encoder }

func newLines(w io.Writer) lines {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return lines{enc}
}

// line is one event: Type says which of the fields are set.
type line struct {
	Run  string `json:"run"`
	Type string `json:"type"` // text, retry, call, decision, result, journal, waiting, end

	Text      string          `json:"text,omitempty"`
	Call      string          `json:"call,omitempty"`
	Tool      string          `json:"tool,omitempty"`
	Arguments json.RawMessage `json:"arguments,omitempty"`

	Verdict string          `json:"verdict,omitempty"`
	Rule    string          `json:"rule,omitempty"`
	Status  string          `json:"status,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Expires *time.Time      `json:"expires,omitempty"`

	Event *planner.Event `json:"event,omitempty"` // with journal: an event that none of the others shows

	Attempt int    `json:"attempt,omitempty"` // with retry: the text of this turn that came before is void
	After   string `json:"after,omitempty"`

	Answer string        `json:"answer,omitempty"`
	Used   *planner.Used `json:"used,omitempty"`
}

func (l lines) event(ev *agent.Event) error {
	out := line{Run: ev.Run}
	if c := ev.Call; c != nil {
		out.Call, out.Tool, out.Arguments = c.ID, c.Tool, c.Arguments
	}
	switch {
	case ev.Text != "":
		out.Type, out.Text = "text", ev.Text
	case ev.Retry != nil:
		out.Type, out.Reason, out.Attempt, out.After = "retry", ev.Retry.Error, ev.Retry.Attempt, ev.Retry.After.String()
	case ev.Decision != nil:
		d := ev.Decision
		out.Type, out.Verdict, out.Rule, out.Reason = "decision", string(d.Verdict), d.Rule, d.Reason
		if len(d.Arguments) > 0 {
			out.Arguments = d.Arguments
		}
		if !d.Expires.IsZero() {
			out.Expires = &d.Expires
		}
	case ev.Result != nil:
		out.Type, out.Status, out.Value, out.Reason = "result", string(ev.Result.Status), ev.Result.Value, ev.Result.Reason
	case ev.Call != nil:
		out.Type = "call"
	case ev.Status != "":
		for _, c := range ev.Waiting() {
			expires := c.Expires
			if err := l.enc.Encode(line{Run: ev.Run, Type: "waiting", Call: c.ID, Tool: c.Tool, Arguments: c.Arguments, Expires: &expires}); err != nil {
				return err
			}
		}
		out.Type, out.Status, out.Reason, out.Answer, out.Used = "end", string(ev.Status), ev.Reason, ev.Answer, &ev.Used
	default:
		out.Type, out.Event = "journal", ev.Journal
	}
	return l.enc.Encode(out)
}
