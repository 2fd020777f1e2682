package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/planner"
)

// page is what every template gets.
type page struct {
	Title   string
	Here    string // which entry of the menu it belongs to
	Agents  []Agent
	Events  string // address of events to follow
	Refresh int    // or milliseconds after which the page is made anew
	Export  string // address of the same as JSON
	Notice  string // what came of the form that led here
	Who     api.Principal
	Known   bool // somebody is let in
	Body    any
	Data    any // the page as JSON, by ?as=json; Export leads there
}

// problem is an error that a person reads.
type problem struct {
	status  int
	message string
	code    string // the API's
}

func (p *problem) Error() string { return p.message }

// title is what stands above it.
func (p *problem) title() string {
	switch {
	case p.code == "damaged_journal":
		return "A damaged run"
	case p.code == "refused_journal":
		return "A run that is not followed"
	case p.code == "disk_full":
		return "The disk is full"
	case p.status == http.StatusNotFound:
		return "Nothing is here"
	case p.status == http.StatusForbidden:
		return "Not for you"
	}
	return http.StatusText(p.status)
}

// show writes a page.
func (c *Console) show(w http.ResponseWriter, r *http.Request, name string, p page) error {
	return c.showAs(w, r, http.StatusOK, name, p)
}

func (c *Console) showAs(w http.ResponseWriter, r *http.Request, status int, name string, p page) error {
	if r.URL.Query().Get("as") == "json" && p.Data != nil {
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(p.Data)
	}
	if p.Data != nil && p.Export == "" {
		p.Export = r.URL.Path + "?as=json"
	}
	p.Who = who(r)
	if p.Known = p.Who.Name != ""; p.Known {
		p.Agents = c.o.Agents
		p.Notice = r.URL.Query().Get("notice")
	}
	var b bytes.Buffer
	if err := c.pages[name].Execute(&b, p); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// fail shows an error.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := &problem{status: http.StatusInternalServerError, message: "something went wrong here; the server's log says what"}
	if !errors.As(err, &p) {
		c.o.Log.Error().Err(err).Str("path", r.URL.Path).Msg("a page of the console failed")
	}
	if err := c.showAs(w, r, p.status, "error", page{Title: p.title(), Body: p.message}); err != nil {
		c.o.Log.Debug().Err(err).Msg("an error was not shown")
	}
}

// back leads to a page, which says what was done.
func back(w http.ResponseWriter, r *http.Request, to, notice string) error {
	if notice != "" {
		at := "?"
		if strings.Contains(to, "?") {
			at = "&"
		}
		to += at + "notice=" + url.QueryEscape(notice)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// shownText bounds what a page shows of one text.
const shownText = 20_000

var functions = template.FuncMap{
	"clip":  clip,
	"why":   func(s string) string { return clip(callID.ReplaceAllString(s, "$1")) },
	"json":  pretty,
	"when":  func(unix int64) string { return stamp(time.Unix(unix, 0)) },
	"stamp": stamp,
	"ago":   ago,
	"word":  word,
	"phase": phase,
	"percent": func(f float64) string {
		return fmt.Sprintf("%.0f%%", 100*f)
	},
	"brief":    brief,
	"dur":      took,
	"source":   source,
	"short":    func(s string) string { return shorten(s, 17) },
	"chatPath": chatPath,
	"answer": func(run string, a any, to string) map[string]any {
		if p, ok := a.(*approval); ok {
			a = *p
		}
		return map[string]any{"Run": run, "Call": a, "To": to}
	},
	"settle": func(run, id, tool, to string) map[string]any {
		return map[string]any{"Run": run, "Call": call{ID: id, Tool: tool}, "To": to}
	},
	"plural": func(n int, one string) string {
		if n == 1 {
			return "1 " + one
		}
		if strings.HasSuffix(one, "s") {
			one += "e"
		}
		return fmt.Sprintf("%d %ss", n, one)
	},
}

// callID finds the ids of calls in a reason, to show their beginning.
var callID = regexp.MustCompile(`\b([0-9a-f]{12})[0-9a-f]{52}\b`)

// source is where a value came from: ids of calls as short as elsewhere.
func source(s string) string {
	if tool, id, ok := strings.Cut(s, " "); ok && len(id) == 64 {
		s = tool + " " + id[:12]
	}
	return clip(s)
}

// clip shortens a text for a page and shows what would change how it looks: control
// characters and those that turn the direction of a line.
func clip(s string) string {
	cut := ""
	if len(s) > shownText {
		n := shownText
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		cut = fmt.Sprintf("\n… and %d bytes more, see JSON", len(s)-n)
		s = s[:n]
	}
	return strings.Map(visibleRune, strings.ToValidUTF8(s, "�")) + cut
}

func visibleRune(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r < 0x20:
		return 0x2400 + r // its picture
	case r == 0x7f:
		return 0x2421
	case r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return '�'
	}
	return r
}

// pretty indents JSON.
func pretty(v any) string {
	raw, ok := v.(json.RawMessage)
	if !ok {
		var err error
		if raw, err = json.Marshal(v); err != nil {
			return err.Error()
		}
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return clip(string(raw))
	}
	return clip(plainJSON(b.String()))
}

// plainJSON writes <, > and & as they are, which Go's encoder escapes for pages that are
// made without templates.
func plainJSON(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			return b.String() + s
		}
		n := 2 // bytes of the escape
		plain, long := "", s[i:min(i+6, len(s))]
		switch long {
		case `\u003c`:
			plain = "<"
		case `\u003e`:
			plain = ">"
		case `\u0026`:
			plain = "&"
		}
		if b.WriteString(s[:i]); plain != "" {
			n = 6
			b.WriteString(plain)
		} else {
			b.WriteString(s[i : i+2])
		}
		s = s[i+n:]
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// ago says how long ago something was, roughly.
func ago(unix int64) string {
	d := time.Since(time.Unix(unix, 0))
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// word is a status for people.
func word(status string) string {
	switch status {
	case "outcome_unknown":
		return "outcome unknown"
	case "budget":
		return "budget spent"
	case "require_approval":
		return "asks a person"
	}
	return status
}

// phase says how far a call that has no result has come, in a run that is over, is left or
// goes on.
func phase(p string, over, left bool) string {
	sent := false
	switch planner.Phase(p) {
	case planner.Intended, planner.Lost, planner.Received:
		sent = true
	}
	switch {
	case sent && over:
		return "under way when the run ended"
	case sent && left:
		return "was under way: it may have run"
	case sent:
		return "under way"
	case over:
		return "not sent"
	case planner.Phase(p) == planner.Allowed:
		return "about to be sent"
	}
	return "not sent yet"
}

// brief is the beginning of a text, on one line.
func brief(s string) string { return shorten(clip(strings.Join(strings.Fields(s), " ")), 90) }

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
