package sample

import "strings"

// Stops finds stop strings in streamed text. What may be the beginning of one is held
// back until it is decided. The zero value has none.
type Stops struct {
	strings []string
	held    string
	found   string
}

// NewStops returns a Stops for the given strings; empty ones are ignored.
func NewStops(stops []string) *Stops {
	s := &Stops{}
	for _, x := range stops {
		if x != "" {
			s.strings = append(s.strings, x)
		}
	}
	return s
}

// Push adds text and returns what can be put out. If a stop string is complete, the
// second result is true, and all text before its first character has been returned.
func (s *Stops) Push(text string) (out string, stopped bool) {
	s.held += text
	first := -1
	for _, x := range s.strings {
		if i := strings.Index(s.held, x); i >= 0 && (first < 0 || i < first) {
			first, s.found = i, x
		}
	}
	if first >= 0 {
		out, s.held = s.held[:first], ""
		return out, true
	}
	keep := 0
	for _, x := range s.strings {
		for n := min(len(x)-1, len(s.held)); n > keep; n-- {
			if strings.HasSuffix(s.held, x[:n]) {
				keep = n
			}
		}
	}
	out = s.held[:len(s.held)-keep]
	s.held = s.held[len(s.held)-keep:]
	return out, false
}

// Found returns the stop string that was complete; "" if none was.
func (s *Stops) Found() string { return s.found }

// Flush returns what was held back.
func (s *Stops) Flush() string {
	out := s.held
	s.held = ""
	return out
}
