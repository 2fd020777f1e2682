package ask

import (
	"regexp"
	"slices"
	"strings"
)

// A condition may only point back: "Is track 5 clear? If so, send it." Then the question is the condition.

var (
	// pointsYes are conditions that say no more than that what was asked is so, pointsNo that it is not.
	pointsYes = regexp.MustCompile(`^(?:so|yes|yep|true|affirmative|(?:it|that|this|there|they) (?:is|are|does|do|has|have|will|can|was|were)(?: so| the case| true| right| one| some)?|it's so|that's (?:so|the case|true|right)` +
		`|ja|doch|so|(?:das|dem|es|dies)(?: so)?(?: der fall)? (?:stimmt|ist|zutrifft)|das so ist|ja, dann` +
		`|oui|tel est le cas|(?:c')?est le cas|c'est (?:bon|vrai|oui)` +
		`|sì|è così|così è|lo è|lo sono|affermativo` +
		`|sí|es así|así es|lo es|lo está|lo están|es el caso|afirmativo` +
		`|sim|for o caso|for assim|assim for|é|for|estiver|houver` +
		`|हाँ|हां|जी हाँ|ऐसा है|ऐसा हो|हाँ हो|है|हो` +
		`|ใช่|ได้|จริง|มี|เป็นอย่างนั้น|อย่างนั้น|เป็นเช่นนั้น)$`)
	pointsNo = regexp.MustCompile(`^(?:not|no|nope|not so|(?:it|that|this|there|they) (?:is|are|does|do|has|have|will|can|was|were)(?:n't| not)(?: the case)?|it's not|that's not the case` +
		`|nein|nicht|das nicht (?:so ist|der fall ist|stimmt)|dem nicht so ist` +
		`|non|pas|ce n'est pas le cas|c'est pas le cas|ce n'est pas` +
		`|no|non è così|non lo è|no es así|no lo es|no lo está` +
		`|não|não for|não for o caso|não estiver|नहीं|ना|न हो|नहीं हो|नहीं है|ऐसा नहीं है|ไม่|ไม่ใช่|ไม่ได้|ไม่มี|ไม่เป็นอย่างนั้น)$`)

	// thens begin an order that hangs on the answer to the question before it, elses one for the contrary.
	thens = regexp.MustCompile(`^(?:and |und |et |e |y )?(?:then|in (?:that|this|which) case|in case(?: yes)?|dann|in (?:dem|diesem) fall|alors|dans ce cas|en ce cas|allora|in (?:questo|quel|tal) caso|in caso(?: affermativo)?|entonces|pues|en ese caso|en tal caso|en caso(?: afirmativo)?|então|nesse caso|neste caso|em caso afirmativo|तो|उस स्थिति में|ऐसे में|งั้น|ถ้างั้น|ถ้าอย่างนั้น|ในกรณีนั้น)(?:[ ,]|$)`)
	elses = regexp.MustCompile(`^(?:otherwise|or else|else|in case not|sonst|andernfalls|ansonsten|sinon|dans le cas contraire|autrement|altrimenti|sennò|se no|in caso contrario|in caso negativo|si no|de lo contrario|en caso contrario|en caso negativo|si non|senão|se não|caso contrário|do contrário|वरना|नहीं तो|अन्यथा|ไม่งั้น|ไม่อย่างนั้น|มิฉะนั้น|มิเช่นนั้น)(?:[ ,]|$)`)

	// whether begins what is to be looked up: "check whether track 5 is clear".
	whether = regexp.MustCompile(`^.*?\b(?:whether|if|ob|si|se)\s+(.+)$|^.*?(?:कि क्या|ว่า)\s*(.+)$`)
)

// askedBefore returns what the sentence that is read, or those before it, ask, tell the assistant to find
// out, or make a condition; none is true if nothing.
func (s *Said) askedBefore(sentence []clause) (text string, none bool) {
	list := slices.Concat(s.clauses, sentence)
	for j := len(list) - 1; j >= 0 && s.messages-list[j].message <= 1; j-- {
		o := &list[j]
		if j < len(s.clauses) && len(o.cond) > 0 {
			return o.cond[len(o.cond)-1].Text, false
		}
		if o.kind == asking || o.asked && o.kind != plain {
			return o.text, false
		}
		for _, t := range o.words {
			if asksWhether[t.text] || t.starts&know != 0 {
				if m := whether.FindStringSubmatch(s.whole(o.sentence)); m != nil {
					return m[1] + m[2], false
				}
			}
		}
		if o.kind == subordinate && o.message == s.messages {
			if m := whether.FindStringSubmatch(o.text); m != nil {
				return m[1] + m[2], false
			}
			return o.text, false
		}
	}
	return "", true
}

// resolve gives the conditions of a sentence that only point back what they point to, and those of one that
// begins with "then" or "otherwise" what was asked before it. One that points to nothing never holds.
func (s *Said) resolve(text string, conditions []Condition, sentence []clause) []Condition {
	low := strings.TrimLeft(strings.ToLower(text), " ¿¡\"")
	before := len(s.clauses)
	for i := range conditions {
		c := &conditions[i]
		said := strings.Trim(strings.ToLower(c.Text), " ,.!")
		yes, no := pointsYes.MatchString(said), pointsNo.MatchString(said)
		if !yes && !no {
			continue
		}
		c.Text, c.Lost = s.askedBefore(sentence)
		if no {
			c.Unless = !c.Unless
		}
	}
	if len(conditions) > 0 || before == 0 || s.clauses[before-1].message != s.messages {
		return conditions
	}
	last := &s.clauses[before-1]
	switch {
	case elses.MatchString(low) && len(last.cond) > 0:
		c := last.cond[len(last.cond)-1]
		c.Unless = !c.Unless
		return append(conditions, c)
	case elses.MatchString(low) && last.kind == asking:
		return append(conditions, Condition{Text: last.text, Unless: true})
	case last.kind == asking && (thens.MatchString(low) || strings.HasSuffix(strings.TrimRight(low, " .!"), " then")):
		return append(conditions, Condition{Text: last.text})
	}
	return conditions
}
