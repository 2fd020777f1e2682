package chat

import "strings"

// thoughts takes the model's thoughts out of its text: what stands between <think> and
// </think> at the beginning, or before </think> where the prompt has opened them.
type thoughts struct {
	held   string
	inside bool
	over   bool // the answer has begun
	after  bool // white space after the thoughts is no part of the answer
}

// push returns what of a piece is thought, and what is said.
func (t *thoughts) push(s string) (thought, text string) {
	if t.over && !t.after {
		return "", s
	}
	t.held += s
	if !t.inside && !t.over {
		head := strings.TrimLeft(t.held, " \t\r\n")
		switch {
		case strings.HasPrefix(head, thinkOpen):
			t.inside, t.held = true, head[len(thinkOpen):]
		case strings.HasPrefix(thinkOpen, head): // it may become one
			return "", ""
		default:
			t.over = true
			return "", t.take(len(t.held))
		}
	}
	if t.inside {
		at := strings.Index(t.held, thinkClose)
		if at < 0 {
			return t.take(len(t.held) - begins(t.held, thinkClose)), ""
		}
		thought = t.take(at)
		t.held = t.held[len(thinkClose):]
		t.inside, t.over, t.after = false, true, true
	}
	rest := strings.TrimLeft(t.held, " \t\r\n")
	t.held = ""
	t.after = rest == ""
	return thought, rest
}

// take cuts n bytes off what is held.
func (t *thoughts) take(n int) string {
	s := t.held[:n]
	t.held = t.held[n:]
	return s
}

// finish returns what was held back.
func (t *thoughts) finish() (thought, text string) {
	if t.inside {
		return t.take(len(t.held)), ""
	}
	t.over, t.after = true, false
	return "", t.take(len(t.held))
}

// begins returns the length of the longest end of s with which mark begins.
func begins(s, mark string) int {
	for n := min(len(s), len(mark)-1); n > 0; n-- {
		if strings.HasPrefix(mark, s[len(s)-n:]) {
			return n
		}
	}
	return 0
}
