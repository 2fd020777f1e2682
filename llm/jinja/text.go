package jinja

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Segment is a part of the output: the template's own words, or data that was
// given to it.
type Segment struct {
	Text string
	Data bool
	safe bool // Markup: what is joined to it is escaped
}

// text is a string value that remembers which parts are data.
type text []Segment

func literal(s string) text { return text{{Text: s}} }

func data(s string) text { return text{{Text: s, Data: true}} }

func (t text) String() string {
	if len(t) == 1 {
		return t[0].Text
	}
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text)
	}
	return b.String()
}

// like returns s, which was made of t: data if any of t was.
func (t text) like(s string) text {
	for _, seg := range t {
		if seg.Data {
			return data(s)
		}
	}
	return literal(s)
}

// safe says that any of the text is.
func (t text) safe() bool { return slices.ContainsFunc(t, func(s Segment) bool { return s.safe }) }

// markup marks a text as safe.
func (t text) markup() text {
	out := t.each(func(s string) string { return s })
	for i := range out {
		out[i].safe = true
	}
	return out
}

// plain is the text with nothing of it marked as safe.
func (t text) plain() text {
	out := t.each(func(s string) string { return s })
	for i := range out {
		out[i].safe = false
	}
	return out.plus(nil)
}

// escaped is the text as HTML, where it isn't yet.
func (t text) escaped() text {
	out := make(text, len(t))
	for i, s := range t {
		if !s.safe {
			s.Text, s.safe = escapes.Replace(s.Text), true
		}
		out[i] = s
	}
	return out
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// each changes every part on its own.
func (t text) each(change func(string) string) text {
	out := make(text, len(t))
	for i, s := range t {
		out[i] = Segment{change(s.Text), s.Data, s.safe}
	}
	return out
}

func (t text) plus(u text) text {
	out := make(text, 0, len(t)+len(u))
	for _, part := range []text{t, u} {
		for _, s := range part {
			if n := len(out); n > 0 && out[n-1].Data == s.Data && out[n-1].safe == s.safe {
				out[n-1].Text += s.Text
			} else {
				out = append(out, s)
			}
		}
	}
	return out
}

// sub is bytes from to end.
func (t text) sub(from, end int) text {
	var out text
	at := 0
	for _, s := range t {
		a, b := max(from-at, 0), min(end-at, len(s.Text))
		if a < b {
			out = append(out, Segment{s.Text[a:b], s.Data, s.safe})
		}
		at += len(s.Text)
	}
	return out
}

// blank is what strip takes off without an argument.
func blank(set any) func(rune) bool {
	switch set := set.(type) {
	case nil:
		return isSpace
	case text:
		return func(c rune) bool { return strings.ContainsRune(set.String(), c) }
	}
	fail("what to strip off is %s, not a string", kind(set))
	return nil
}

// isSpace is white space in Python, which has four separators more than Unicode.
func isSpace(c rune) bool { return unicode.IsSpace(c) || c >= 0x1c && c <= 0x1f }

// trim cuts what is in set, or white space if it is nil, off the ends.
func (t text) trim(left, right bool, set any) text {
	s := t.String()
	from, end := 0, len(s)
	if left {
		from = end - len(strings.TrimLeftFunc(s, blank(set)))
	}
	if right {
		end = from + len(strings.TrimRightFunc(s[from:], blank(set)))
	}
	return t.sub(from, end)
}

// replace puts to in place of from, at most n times, or always if n < 0.
func (t text) replace(from string, to text, n int) text {
	s := t.String()
	if from == "" {
		return t.like(strings.Replace(s, "", to.String(), n))
	}
	var out text
	at := 0
	for ; n != 0; n-- {
		i := strings.Index(s[at:], from)
		if i < 0 {
			break
		}
		out = append(append(out, t.sub(at, at+i)...), to...)
		at += i + len(from)
	}
	return append(out, t.sub(at, len(s))...)
}

// split cuts at sep, or at white space if it is "", at most n times if n ≥ 0.
func (t text) split(sep string, n int) []any {
	s := t.String()
	var out []any
	if sep == "" {
		for at := 0; ; n-- {
			at += len(s[at:]) - len(strings.TrimLeftFunc(s[at:], isSpace))
			if at == len(s) {
				return out
			}
			end := strings.IndexFunc(s[at:], isSpace)
			if end < 0 || n == 0 {
				return append(out, t.sub(at, len(s)))
			}
			out = append(out, t.sub(at, at+end))
			at += end
		}
	}
	at := 0
	for ; n != 0; n-- {
		i := strings.Index(s[at:], sep)
		if i < 0 {
			break
		}
		out = append(out, t.sub(at, at+i))
		at += i + len(sep)
	}
	return append(out, t.sub(at, len(s)))
}

// rsplit is split from the end.
func (t text) rsplit(sep string, n int) []any {
	if n < 0 {
		return t.split(sep, -1)
	}
	if sep == "" {
		fail("rsplit at white space with a number of cuts is not done here")
	}
	s := t.String()
	var out []any
	end := len(s)
	for ; n > 0; n-- {
		i := strings.LastIndex(s[:end], sep)
		if i < 0 {
			break
		}
		out = append([]any{t.sub(i+len(sep), end)}, out...)
		end = i
	}
	return append([]any{t.sub(0, end)}, out...)
}

// lines cuts at the ends of lines that Python knows, which stay if keep is set.
func (t text) lines(keep bool) []any {
	s := t.String()
	out := []any{}
	from := 0
	for at, c := range s {
		if c == '\n' && at > 0 && s[at-1] == '\r' {
			if from = at + 1; keep {
				out[len(out)-1] = out[len(out)-1].(text).plus(t.sub(at, at+1))
			}
			continue
		}
		if !strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", c) {
			continue
		}
		next := at + utf8.RuneLen(c)
		if keep {
			out = append(out, t.sub(from, next))
		} else {
			out = append(out, t.sub(from, at))
		}
		from = next
	}
	if from < len(s) {
		out = append(out, t.sub(from, len(s)))
	}
	return out
}

// characters are its parts of one rune.
func (t text) characters() []any {
	s := t.String()
	out := make([]any, 0, len(s))
	for i, c := range s {
		n := utf8.RuneLen(c)
		if n < 0 || c == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(s[i:])
		}
		out = append(out, t.sub(i, i+n))
	}
	return out
}
