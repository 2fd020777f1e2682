package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// slack reads a value that somebody meant as JSON or Python, however it was written: keys
// and words without quotes, quotes of any kind, comments, quotes within quotes, brackets
// that are missing at the end. What it can't read is no value.
type slack struct {
	s     string
	i     int
	final bool // nothing comes after s
	short bool // s ends within the value
	depth int
}

// fail ends the reading; short says that more text might mend it.
type slackFailure struct{}

// readSlack reads the value at the start of s and returns its length. short says that s
// may be the beginning of one.
func readSlack(s string, final bool) (v value, n int, ok, short bool) {
	r := &slack{s: s, final: final}
	defer func() {
		if e := recover(); e != nil {
			if _, mine := e.(slackFailure); !mine {
				panic(e)
			}
			ok, short = false, r.short && !final
		}
	}()
	v = r.value("")
	return v, r.i, true, false
}

func (r *slack) fail() { panic(slackFailure{}) }

// end is where the text ends within the value.
func (r *slack) end() {
	r.short = true
	r.fail()
}

func (r *slack) peek() byte {
	if r.i >= len(r.s) {
		r.end()
	}
	return r.s[r.i]
}

// space skips white space and comments.
func (r *slack) space() {
	for r.i < len(r.s) {
		switch {
		case isSpace(r.s[r.i]):
			r.i++
		case strings.HasPrefix(r.s[r.i:], "\u00a0"), strings.HasPrefix(r.s[r.i:], "\u200b"):
			_, n := utf8.DecodeRuneInString(r.s[r.i:])
			r.i += n
		case strings.HasPrefix(r.s[r.i:], "//"), r.s[r.i] == '#':
			n := strings.IndexByte(r.s[r.i:], '\n')
			if n < 0 {
				n = len(r.s) - r.i
			}
			r.i += n
		default:
			return
		}
	}
}

// quotes are what strings stand in: a left one and the right one for it.
var quotes = [][2]string{{`"""`, `"""`}, {"'''", "'''"}, {`"`, `"`}, {"'", "'"}, {"“", "”"}, {"”", "”"}, {"‘", "’"}, {"’", "’"}, {"«", "»"}, {"`", "`"}}

// value reads one; stop are the characters that end a word without quotes.
func (r *slack) value(stop string) value {
	if r.depth++; r.depth > maxDepth {
		r.fail()
	}
	defer func() { r.depth-- }()
	r.space()
	switch r.peek() {
	case '{':
		r.i++
		return r.members('}')
	case '[':
		r.i++
		return r.list(']')
	case '(':
		r.i++
		return r.list(')')
	}
	if s, ok := r.quoted(); ok {
		return value{kind: '"', text: s}
	}
	return r.word(stop)
}

// closed says that a list or an object ends here: by its bracket, or because nothing
// comes any more.
func (r *slack) closed(end byte) bool {
	r.space()
	if r.i >= len(r.s) {
		if r.final {
			return true
		}
		r.end()
	}
	if r.s[r.i] == end {
		r.i++
		return true
	}
	return false
}

func (r *slack) list(end byte) value {
	v := value{kind: '['}
	for !r.closed(end) {
		v.items = append(v.items, r.value(",]"))
		r.comma(end)
	}
	return v
}

// comma passes what stands between two members.
func (r *slack) comma(end byte) {
	r.space()
	if r.i < len(r.s) {
		switch r.s[r.i] {
		case ',':
			r.i++
		case end:
		case '<', ';', '`': // what stands around a call ends it, if brackets are missing
			if r.depth > 2 || !r.final {
				r.fail()
			}
			r.s = r.s[:r.i]
		default:
			r.fail()
		}
	}
}

func (r *slack) members(end byte) value {
	v := value{kind: '{'}
	for !r.closed(end) {
		key, ok := r.quoted()
		if !ok {
			start := r.i
			for r.i < len(r.s) && (isWord(r.s[r.i]) || r.s[r.i] == '-' || r.s[r.i] == '.' || r.s[r.i] >= utf8.RuneSelf) {
				r.i++
			}
			key = r.s[start:r.i]
		}
		r.space()
		if key == "" || r.peek() != ':' && r.s[r.i] != '=' {
			r.fail()
		}
		if _, twice := v.get(key); twice {
			r.fail() // which of the two is meant?
		}
		r.i++
		v.set(key, r.value(",}"))
		r.comma(end)
	}
	return v
}

// quoted reads a string. A quote that is followed by neither a comma, a colon nor a
// bracket stands within it.
func (r *slack) quoted() (string, bool) {
	for _, q := range quotes {
		if !strings.HasPrefix(r.s[r.i:], q[0]) {
			continue
		}
		r.i += len(q[0])
		l := &literal{s: r.s}
		var b []byte
		for {
			switch {
			case r.i >= len(r.s):
				r.end()
			case r.s[r.i] == '\\':
				l.i = r.i + 1
				var err error
				if b, err = l.escape(b); err != nil {
					if len(r.s)-r.i < len(`\ud83e\udd99`) && !r.final { // the escape may be longer
						r.end()
					}
					r.fail()
				}
				r.i = l.i
			case strings.HasPrefix(r.s[r.i:], q[1]) && (len(q[1]) == 3 || r.ends(r.i+len(q[1]))):
				r.i += len(q[1])
				return string(b), true
			default:
				b = append(b, r.s[r.i])
				r.i++
			}
		}
	}
	return "", false
}

// ends says that a string may end before i.
func (r *slack) ends(i int) bool {
	rest := strings.TrimLeft(r.s[i:], " \t\r\n")
	if rest == "" {
		if !r.final && r.depth > 0 {
			r.end()
		}
		return true
	}
	return strings.IndexByte(",:}])=/#", rest[0]) >= 0 || r.depth <= 1
}

// word reads what stands without quotes up to one of stop: a number, true, null, or text.
func (r *slack) word(stop string) value {
	start := r.i
	for r.i < len(r.s) && strings.IndexByte(stop+"\n}])", r.s[r.i]) < 0 {
		r.i++
	}
	if r.i >= len(r.s) && !r.final {
		r.end()
	}
	text := strings.TrimSpace(r.s[start:r.i])
	if at := strings.Index(text, "//"); at > 0 && text[at-1] == ' ' {
		text = strings.TrimSpace(text[:at])
	}
	if text == "" || strings.ContainsAny(text, "{[(<\"=") || len(text) > 200 {
		r.fail()
	}
	if v, err := parseLiteral(text); err == nil {
		return v
	}
	if c, _ := utf8.DecodeRuneInString(text); !unicode.IsLetter(c) && !unicode.IsDigit(c) {
		r.fail()
	}
	return value{kind: '"', text: text}
}
