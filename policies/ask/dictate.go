package ask

import "strings"

// dictated lists the texts in quotes that clause i has written or told, within it or behind a colon: "text Ann:
// 'dinner is at eight'". Two words may be no more than a name.
func (s *Said) dictated(i int) []string {
	const least = 3 // words
	var out []string
	add := func(words []string) {
		if len(words) >= least {
			out = append(out, strings.Join(words, " "))
		}
	}
	add(quoted(&s.clauses[i])) // 'message Ann "dinner is at eight"'
	for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == s.clauses[i].sentence; j++ {
		c := &s.clauses[j]
		if !s.clauses[j-1].tells || len(c.words) == 0 || !c.words[0].quoted {
			continue
		}
		var words []string
		for k := j; k < len(s.clauses) && s.clauses[k].sentence == c.sentence; k++ {
			words = append(words, quoted(&s.clauses[k])...)
		}
		add(words)
		break
	}
	return out
}

// quoted are the words of a clause in quotes, up to what is to be filled in: {name}.
func quoted(c *clause) (out []string) {
	for _, t := range c.words {
		if t.quoted && strings.Contains(c.text, "{"+t.text+"}") {
			break
		}
		if t.quoted {
			out = append(out, t.text)
		}
	}
	return out
}
