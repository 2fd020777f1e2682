package planner

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// Bounds of a reading in windows: how many there may be, and what part of one is repeated
// in the next, so that no sentence is read in halves alone.
const (
	maxWindows    = 64
	windowOverlap = 8
)

// partOf goes with the question where a window is read.
const partOf = "\n\nThe data is one part of a longer text. Where this part does not tell, the answer is null."

// Windows are the readings of a kept value that is too long for one: each asks the same
// question of a part of it. Those that hold the most words of the question come first,
// since the first that gives an answer is believed. tokens counts a request, of which room
// may be taken. nil says that even so many parts are too long.
func Windows(s State, call tools.Call, room int, tokens func(*llm.Request) (int, error)) ([]*llm.Request, error) {
	r, err := s.reading(call.Arguments)
	if err != nil {
		return nil, err
	}
	ask := func(part string) *llm.Request {
		req := policies.Quarantined(part, r.Question+partOf, r.schema())
		req.Sampling, req.Tenant = s.Start.Sampling, s.Start.Tenant
		return req
	}
	frame, err := tokens(ask(""))
	if err != nil {
		return nil, err
	}
	whole, err := tokens(ask(r.kept.Text))
	if err != nil || room <= frame {
		return nil, err
	}
	size := len(r.kept.Text) * (room - frame) / max(whole-frame, 1)
	for try := 0; try < 6; try, size = try+1, size*3/4 { // some parts have more tokens than others
		parts := split(r.kept.Text, size)
		if len(parts) == 0 || len(parts) > maxWindows {
			return nil, nil
		}
		fits := true
		out := make([]*llm.Request, len(parts))
		for i, p := range byWords(parts, r.Question+" "+strings.Join(r.Choices, " ")) {
			out[i] = ask(p)
			n, err := tokens(out[i])
			if err != nil {
				return nil, err
			}
			if fits = n <= room; !fits {
				break
			}
		}
		if fits {
			return out, nil
		}
	}
	return nil, nil
}

// split cuts a text into parts of at most size bytes, at blanks where it can, each of which
// begins with the end of the one before.
func split(text string, size int) []string {
	if size < 64 {
		return nil
	}
	var out []string
	for from := 0; ; {
		to := min(from+size, len(text))
		if to < len(text) {
			if at := strings.LastIndexAny(text[from:to], " \n"); at > size/2 {
				to = from + at
			}
			for !utf8.RuneStart(text[to]) {
				to--
			}
		}
		out = append(out, text[from:to])
		if to == len(text) || len(out) > maxWindows {
			return out
		}
		from = to - size/windowOverlap
		for !utf8.RuneStart(text[from]) {
			from--
		}
	}
}

// byWords puts the parts first that hold more of a question's words, the earlier ones among
// equals.
func byWords(parts []string, question string) []string {
	words := strings.FieldsFunc(strings.ToLower(question), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(words)
	words = slices.DeleteFunc(slices.Compact(words), func(w string) bool { return utf8.RuneCountInString(w) < 4 })
	held := map[string]int{}
	for _, p := range parts {
		low := strings.ToLower(p)
		for _, w := range words {
			if strings.Contains(low, w) {
				held[p]++
			}
		}
	}
	out := slices.Clone(parts)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(held[b], held[a]) })
	return out
}
