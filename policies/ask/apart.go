package ask

import "slices"

// taken lists what the clauses of a sentence take out.
func (s *Said) taken(sentence int) []string {
	var out []string
	for i := range s.clauses {
		if c := &s.clauses[i]; c.sentence == sentence {
			out = append(out, slices.DeleteFunc(slices.Clone(c.apart), c.restOnly)...)
		}
	}
	return out
}

// restOnly reports whether what is taken out is no more than the other of what there is: "not the other one".
func (c *clause) restOnly(apart string) bool {
	words := tokens(apart)
	mark(words, c.lang)
	some := false
	for i := range words {
		t := &words[i]
		if !t.sign && t.within&(negator|det|others|except) == 0 && t.text != "one" && t.text != "ones" {
			return false
		}
		some = some || t.within&others != 0 && t.within&negator == 0
	}
	return some
}
