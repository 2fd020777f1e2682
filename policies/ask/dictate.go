package ask

import "strings"

// dictated lists the texts in quotes behind a colon that clause i has written or told: "text Ann:
// 'dinner is at eight'". Two words may be no more than a name.
func (s *Said) dictated(i int) []string {
	const least = 3 // words
	var out []string
	for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == s.clauses[i].sentence; j++ {
		c := &s.clauses[j]
		if !s.clauses[j-1].tells || len(c.words) == 0 || !c.words[0].quoted {
			continue
		}
		var words []string
		for k := j; k < len(s.clauses) && s.clauses[k].sentence == c.sentence; k++ {
			for _, t := range s.clauses[k].words {
				if t.quoted {
					words = append(words, t.text)
				}
			}
		}
		if len(words) >= least {
			out = append(out, strings.Join(words, " "))
		}
		break
	}
	return out
}
