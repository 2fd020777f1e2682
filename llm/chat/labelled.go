package chat

import (
	"regexp"
	"strings"
)

// Forms of calls in which the name of the tool and its arguments stand apart: on lines of
// their own, with labels (ReAct) or without (Functionary), in tags of the tool's name, and
// behind the marks of DeepSeek's and OpenAI's open models.

// labels stand before the name of a tool, with a colon.
const labels = "tool[ _]call|function[ _]call|tool[ _]name|function[ _]name|action|tool|function|call|name"

// inputs stand before arguments, after the name of a tool.
const inputs = "action[ _]input|tool[ _]input|input|arguments|args|parameters|params"

// beginnings matches each beginning of the alternatives of a pattern of ours.
func beginnings(pattern string) string {
	var all []string
	for _, word := range strings.Split(strings.ReplaceAll(pattern, "[ _]", "\x00"), "|") {
		for n := len(word); n > 0; n-- {
			all = append(all, strings.ReplaceAll(word[:n], "\x00", "[ _]"))
		}
	}
	return strings.Join(all, "|")
}

var (
	apart     = regexp.MustCompile("^[ \\t]*:?[ \\t]*(?:\\r?\\n)?[ \\t]*(?:(?i:" + inputs + ")[ \\t]*:[ \\t]*(?:\\r?\\n)?)?[ \\t]*(?:```[A-Za-z_]*\\s*)?\\{")
	partApart = regexp.MustCompile("^[ \\t]*:?[ \\t]*(?:\\r?\\n?)?[ \\t]*(?:(?i:" + beginnings(inputs) + ")|(?i:" + inputs + ")[ \\t]*(?::[ \\t]*(?:\\r?\\n?)?)?)?[ \\t]*(?:`{1,3}[A-Za-z_]*\\s*)?$")
	quotedKey = regexp.MustCompile(`^["'](\w+)["']\s*[=:]`)

	toolTag  = regexp.MustCompile(`^<([A-Za-z_][\w.-]*)\s*>\s*`)
	childTag = regexp.MustCompile(`^\s*<([A-Za-z_][\w.-]*)>`)

	deepSeek     = regexp.MustCompile("^(?:<｜tool▁calls▁begin｜>\\s*)?<｜tool▁call▁begin｜>\\s*(?:function<｜tool▁sep｜>)?([A-Za-z_][\\w.-]*)\\s*(?:<｜tool▁sep｜>)?\\s*(?:```(?:json)?\\s*)?\\{")
	harmony      = regexp.MustCompile(`^<\|(?:start|channel)\|>(?:[^<{]|<\|(?:channel|constrain)\|>){0,120}?to=(?:functions\.)?([\w.-]+)(?:[^<{]|<\|(?:channel|constrain)\|>){0,80}?<\|message\|>\s*\{`)
	partMarked   = regexp.MustCompile(`^<(?:$|｜|\|(?:$|s|c))`)
	longestMarks = 300
)

// spelt reads arguments that follow the name of a tool, which ends at i, without
// parentheses.
func (s *sieve) spelt(name, text string, i int, final bool) (f found, n int, ok, short bool) {
	m := apart.FindString(text[i:])
	if m == "" {
		return f, 0, false, partApart.MatchString(text[i:])
	}
	at := i + len(m) - 1
	args, n, ok, short := readSlack(text[at:], final)
	return found{name: name, args: args, converted: true}, at + n, ok, short
}

// marked reads a call in a tag of the tool's name, or behind marks of other models.
func (s *sieve) marked(text string, final bool) (calls []found, end int, more bool) {
	for _, form := range []*regexp.Regexp{deepSeek, harmony} {
		if m := form.FindStringSubmatchIndex(text); m != nil {
			at := m[1] - 1
			args, n, ok, short := readSlack(text[at:], final)
			if !ok {
				return nil, 0, short
			}
			return []found{{name: text[m[2]:m[3]], args: args, converted: true}}, at + n, false
		}
	}
	if !final && len(text) < longestMarks && partMarked.MatchString(text) {
		return nil, 0, true
	}
	m := toolTag.FindStringSubmatchIndex(text)
	if m == nil || s.schemas[text[m[2]:m[3]]] == nil {
		return nil, 0, false
	}
	f := found{name: text[m[2]:m[3]], args: value{kind: '{'}, converted: true}
	end = m[1]
	switch body := text[end:]; {
	case body == "":
		return nil, 0, !final
	case body[0] == '{':
		args, n, ok, short := readSlack(body, final)
		if !ok {
			return nil, 0, short
		}
		f.args, end = args, end+n
	default:
		args, n, short := s.children(f.name, body, final)
		if short {
			return nil, 0, true
		}
		f.args, end = args, end+n
	}
	// A tag that may be any markup is a call only where it is closed.
	rest, ok := strings.CutPrefix(strings.TrimLeft(text[end:], " \t\r\n"), "</"+f.name+">")
	if !ok {
		return nil, 0, !final && strings.HasPrefix("</"+f.name+">", rest)
	}
	return []found{f}, len(text) - len(rest), false
}

// children reads arguments that have a tag of their name each.
func (s *sieve) children(tool, text string, final bool) (args value, end int, short bool) {
	args = value{kind: '{'}
	props, _ := s.schemas[tool].properties()
	for {
		m := childTag.FindStringSubmatchIndex(text[end:])
		if m == nil {
			rest := strings.TrimLeft(text[end:], " \t\r\n")
			return args, end, !final && (rest == "" || rest[0] == '<' && !strings.Contains(rest, ">"))
		}
		key, rest := text[end+m[2]:end+m[3]], text[end+m[1]:]
		closing := "</" + key + ">"
		at := strings.Index(rest, closing)
		if at < 0 {
			return args, end, !final
		}
		prop, _ := props.get(key)
		if _, twice := args.get(key); twice {
			return value{kind: 'n'}, end, false // it could be read in two ways
		}
		args.set(key, written(prop, rest[:at]))
		end += m[1] + at + len(closing)
	}
}
