package chat

import (
	"strings"
)

// verdict is what a recogniser says of the bytes that it has seen.
type verdict int

const (
	more   verdict = iota // it may become a call
	match                 // the call is complete with this byte
	reject                // it is no call
)

// found is a call as it was written.
type found struct {
	name      string
	args      value
	raw       string // the arguments' JSON as written; empty if they were converted
	pos       []value
	converted bool // written in another notation than JSON
}

// jsonCall recognises one call written as a JSON object, byte by byte. Only the keys
// of a call may occur before its name and arguments are known; after that, others are
// passed over.
type jsonCall struct {
	knows func(name string) bool // the tool is declared

	raw   []byte
	stack []byte // open brackets
	quote byte   // of the open string, 0 outside
	esc   bool
	at    jsonState
	mark  int // where the open key or value starts
	key   string

	name     string
	hasName  bool
	hasArgs  bool
	nested   bool // {"function": {…}}
	argsFrom int  // span of the arguments in raw
	argsTo   int
}

type jsonState int

const (
	wantKey jsonState = iota
	inKey
	wantColon
	wantValue
	inValue
	afterValue
)

// inArgs says that the value of the arguments is open and will be an object.
func (j *jsonCall) inArgs() bool {
	return j.hasName && j.at == inValue && isArgsKey(j.key) && j.raw[j.mark] == '{' && !j.nested
}

func isArgsKey(key string) bool { return key == "parameters" || key == "arguments" }

func (j *jsonCall) feed(c byte) verdict {
	i := len(j.raw)
	j.raw = append(j.raw, c)
	if j.quote != 0 {
		switch {
		case j.esc:
			j.esc = false
		case c == '\\':
			j.esc = true
		case c == j.quote:
			j.quote = 0
			if len(j.stack) == 1 {
				return j.endString(i)
			}
		}
		return more
	}
	top := len(j.stack) == 1
	switch c {
	case ' ', '\t', '\r', '\n':
		return more
	case '"', '\'':
		if top {
			switch j.at {
			case wantKey:
				j.at, j.mark = inKey, i
			case wantValue:
				if !j.startValue(i, c) {
					return reject
				}
			default:
				return reject
			}
		}
		j.quote = c
		return more
	case '{', '[':
		if len(j.stack) == 0 {
			j.stack, j.at = append(j.stack, c), wantKey
			return more
		}
		if top && (j.at != wantValue || !j.startValue(i, c)) {
			return reject
		}
		if len(j.stack) == maxDepth {
			return reject
		}
		j.stack = append(j.stack, c)
		return more
	case '}', ']':
		return j.closeBracket(i, c)
	case ':':
		if top {
			if j.at != wantColon {
				return reject
			}
			j.at = wantValue
		}
		return more
	case ',':
		if top {
			if j.at == inValue {
				j.endValue(i)
			}
			if j.at != afterValue {
				return reject
			}
			j.at = wantKey
		}
		return more
	}
	if top {
		if j.at == wantValue && j.startValue(i, c) || j.at == inValue {
			return more
		}
		return reject
	}
	return more
}

// startValue begins the value of j.key; it says whether a call may have it so.
func (j *jsonCall) startValue(i int, c byte) bool {
	j.at, j.mark = inValue, i
	str := c == '"' || c == '\''
	switch {
	case j.key == "name" || j.key == "type" || j.key == "id":
		return str
	case isArgsKey(j.key):
		return c == '{' || str || c == 'n' || c == 'N'
	case j.key == "function":
		j.nested = c == '{'
		return c == '{' || str
	}
	return j.hasName && j.hasArgs
}

func (j *jsonCall) endString(i int) verdict {
	text := func() string {
		v, err := parseLiteral(string(j.raw[j.mark : i+1]))
		if err != nil {
			return ""
		}
		return v.text
	}
	if j.at == inKey {
		j.key, j.at = text(), wantColon
		if j.key == "name" && j.hasName || isArgsKey(j.key) && j.hasArgs {
			return reject // which of the two is meant?
		}
		switch j.key {
		case "name", "type", "id", "function":
			return more
		}
		if isArgsKey(j.key) || j.hasName && j.hasArgs {
			return more
		}
		return reject
	}
	if (j.key == "name" || j.key == "function") && !j.hasName {
		j.name, j.hasName = text(), true
		if j.name == "" {
			return reject
		}
	}
	j.endValue(i + 1)
	return more
}

func (j *jsonCall) endValue(end int) {
	if isArgsKey(j.key) && !j.hasArgs {
		j.hasArgs, j.argsFrom, j.argsTo = true, j.mark, end
	}
	j.at = afterValue
}

func (j *jsonCall) closeBracket(i int, c byte) verdict {
	n := len(j.stack)
	if n == 0 || j.stack[n-1]+2 != c {
		return reject
	}
	j.stack = j.stack[:n-1]
	switch n {
	case 2:
		j.endValue(i + 1)
	case 1:
		if j.at == inValue {
			j.endValue(i)
		}
		if j.at == inKey || j.at == wantColon || j.at == wantValue {
			return reject
		}
		if j.nested || j.hasName && (j.hasArgs || j.knows(j.name)) {
			return match
		}
		return reject
	}
	return more
}

// result returns the call once feed has matched.
func (j *jsonCall) result() (found, bool) {
	v, err := parseValue(j.raw)
	converted := err != nil
	if converted {
		if v, err = parseLiteral(string(j.raw)); err != nil {
			return found{}, false
		}
	}
	if inner, ok := v.get("function"); ok && inner.kind == '{' {
		v = inner
		converted = true // its arguments are spelt anew, not cut out of raw
	}
	f := found{name: j.name, converted: converted, args: value{kind: '{'}}
	if name, ok := v.get("name"); ok && name.kind == '"' {
		f.name = name.text
	}
	if f.name == "" {
		return found{}, false
	}
	for _, key := range []string{"parameters", "arguments"} {
		if args, ok := v.get(key); ok && args.kind != 'n' {
			f.args = args
			if !converted && j.hasArgs {
				f.raw = strings.TrimSpace(string(j.raw[j.argsFrom:j.argsTo]))
			}
			break
		}
	}
	return f, f.args.kind == '{' || f.args.kind == '"'
}
