package ask

import (
	"slices"
	"strings"
	"unicode"
)

// fits reports whether the values of a call stand together in what clause i asks for, and
// returns the part that asks. "Pay 30 to Ann and 90 to Bob" asks for two calls, and not for
// 90 to Ann; "delete it" is about what was said before; what stands in a clause of its own,
// "but keep b.txt", is no object of this one.
func (s *Said) fits(i int, call *Call) (text string, held map[string]bool, ok bool) {
	c := &s.clauses[i]
	if s.leavesOut(i, call) {
		for _, v := range call.Values {
			if !v.Free && slices.ContainsFunc(c.apart, v.Said) && !v.Said(c.text) {
				return "", nil, false
			}
		}
	}
	groups := c.groups()
	told := s.toldBy(i)
	var inside []Value // that stand in the clause
	held = map[string]bool{}
	for _, v := range call.Values {
		switch {
		case v.Shape == Choice && s.purpose(i, v):
		case !v.Free && c.spokenOfAside(v):
			return "", nil, false
		case v.Said(c.upTo(c.content)), v.Said(c.copies()):
			inside = append(inside, v)
			held[v.Name] = true
		case v.Free:
		case v.Role != To && told != "" && v.Said(told):
		case !s.spoken(v):
			if !s.unclaimed(c, v, call) {
				return "", nil, false
			}
		case s.before(i, v, call):
			held[v.Name] = true
		default:
			return "", nil, false
		}
	}
	if !c.together(groups, inside) || !c.roles(inside) || !c.counted(call, inside) {
		return "", nil, false
	}
	// The mention that asks is the group with the most of the values.
	best, n := c.text, 0
	if len(groups) > 1 {
		for _, g := range groups {
			k := 0
			for _, v := range inside {
				if v.Said(g) {
					k++
				}
			}
			if k > n {
				n = k
			}
		}
	}
	for j := i + 1; j < len(s.clauses) && s.explains(i, j); j++ {
		if o := &s.clauses[j]; slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice && v.Said(o.text) && !v.Said(c.text) }) {
			best += ", " + o.text // so that she can edit it
		}
	}
	return best, held, true
}

// upTo is the text of the clause up to a word.
func (c *clause) upTo(n int) string {
	if n >= len(c.words) {
		return c.text
	}
	if n == 0 {
		return ""
	}
	end := c.words[n-1].end - c.words[0].at
	if end < 0 || end > len(c.text) {
		return c.text
	}
	return c.text[:end]
}

// spokenOfAside reports whether a value stands nowhere but at the beginning of a part behind a comma
// that says something of it: "restart web-4, web-3 runs well".
func (c *clause) spokenOfAside(v Value) bool {
	aside, inside := false, false
	for i := range c.words {
		t := &c.words[i]
		if t.sign || !v.Said(t.text) {
			continue
		}
		first := i > 0 && c.words[i-1].sign && c.words[i-1].text == ","
		says := i+1 < len(c.words) && c.words[i+1].within == 0 && !c.words[i+1].sign && !digit(c.words[i+1].text) && len(c.words[i+1].text) > 3
		if first && says && c.find(and, i, len(c.words)) < 0 {
			aside = true
		} else {
			inside = true
		}
	}
	return aside && !inside
}

// purpose reports whether a reason behind clause i says a choice that the clause does not: "…, so
// that she can edit it".
func (s *Said) purpose(i int, v Value) bool {
	c := &s.clauses[i]
	if v.Said(c.text) || i+1 >= len(s.clauses) {
		return false
	}
	return s.explains(i, i+1) && v.Said(s.clauses[i+1].text)
}

// explains reports whether clause j goes on with clause i by what somebody is to do with it: "so that
// she can edit it", "but she should only read it".
func (s *Said) explains(i, j int) bool {
	o := &s.clauses[j]
	if o.sentence != s.clauses[i].sentence || o.negates() >= 0 || len(o.words) == 0 {
		return false
	}
	return o.kind == subordinate || o.kind == plain && o.words[o.opened()%len(o.words)].within&subject != 0
}

// copies is the part behind what is told that says who gets a copy: "…, with Tom in copy".
func (c *clause) copies() string {
	for i := c.content; i < len(c.words); i++ {
		if c.words[i].sign && i+1 < len(c.words) && c.hasAny(i, len(c.words), "copy", "cc", "bcc", "kopie", "copie", "copia", "cópia", "सीसी") {
			return c.text[min(len(c.text), max(0, c.words[i].at-c.words[0].at)):]
		}
	}
	return ""
}

// toldBy is the text that clause i announces: "write a note: …".
func (s *Said) toldBy(i int) string {
	c := &s.clauses[i]
	var parts []string
	if c.content < len(c.words) {
		parts = append(parts, strings.TrimPrefix(c.text, c.upTo(c.content)))
	}
	if !c.tells {
		for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence; j++ {
			if o := &s.clauses[j]; o.bare() && o.negates() < 0 && !o.contrast {
				parts = append(parts, o.text)
			} else {
				break
			}
		}
		return strings.Join(parts, " ")
	}
	for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence; j++ {
		parts = append(parts, s.clauses[j].text)
	}
	return strings.Join(parts, " ")
}

// spoken reports whether anything that the user said holds a value.
func (s *Said) spoken(v Value) bool {
	for i := range s.clauses {
		c := &s.clauses[i]
		if v.Said(c.text) || slices.ContainsFunc(c.apart, v.Said) || slices.ContainsFunc(c.cond, func(k Condition) bool { return v.Said(k.Text) }) {
			return true
		}
	}
	return false
}

// before reports whether a value that is not in clause i is what the clause takes up from
// another one: from what stands before it, or what goes on with it.
func (s *Said) before(i int, v Value, call *Call) bool {
	c := &s.clauses[i]
	if c.rival(v, call, 0, c.content) || v.Shape == Choice && slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(c.text) }) {
		return false
	}
	if slices.ContainsFunc(c.cond, func(k Condition) bool { return v.Said(k.Text) }) {
		return true // "if a.txt is old, delete it"
	}
	for j := i - 1; j >= 0; j-- {
		o := &s.clauses[j]
		if c.verbOf == j && v.Said(o.text) && (c.corrects && o.replaces(c, call) || !o.rival(v, call, 0, len(o.words))) {
			return true
		}
		if !v.Said(o.text) {
			if slices.ContainsFunc(o.apart, v.Said) {
				return false
			}
			if o.sentence != c.sentence && slices.ContainsFunc(o.cond, func(k Condition) bool { return v.Said(k.Text) }) {
				return s.takesUp(i, call)
			}
			continue
		}
		if o.belongs(v) && s.lends(j, i, call) && c.hasWord(o.owner(v), 0) {
			return true // Ann's account is X. Pay Ann.
		}
		if !s.lends(j, i, call) || o.belongs(v) && !c.speaksOf(o.owner(v), call) || c.selects(call) || v.Shape == Word && len(o.verbs(&call.Acts)) == 0 && c.ownThing(call) {
			return false
		}
		return o.sentence == c.sentence || s.takesUp(i, call)
	}
	for j := i + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if !v.Said(o.text) {
			continue
		}
		// "refund it, please: order 5531"
		return o.message == c.message && !o.contrast && o.negates() < 0 && o.kind == plain && ((o.sentence == c.sentence || j == i+1) && o.bare() || o.supplements(v, call))
	}
	return false
}

// attributes are words for what a thing has: what a sentence says of them goes on with the order
// before it. "Her address is ann@corp.example."
var attributes = set(`address email e-mail mail account iban number recipient amount date time title subject description rent price name phone participants guests body text
	adresse konto kontonummer empfänger betrag datum uhrzeit titel betreff compte destinataire montant heure titre sujet indirizzo conto destinatario importo data ora titolo oggetto
	dirección cuenta importe fecha hora título asunto endereço conta valor assunto पता खाता राशि ที่อยู่ บัญชี จำนวน`)

var copulas = set("is are be was ist sind lautet heißt est sont è sono es son é são है हैं คือ =")

// supplements reports whether the clause says of an attribute that it is the value.
func (c *clause) supplements(v Value, call *Call) bool {
	attribute := false
	for i := range c.words {
		t := &c.words[i]
		if copulas[t.text] && i+1 < len(c.words) {
			return attribute && v.Said(textOf(c, c.words[i+1:]))
		}
		if t.quoted || v.Said(t.text) {
			return false
		}
		attribute = attribute || (attributes[t.text] || slices.Contains(NameWords(v.Name), t.text)) && !(v.Shape == Code && call.Acts.isNoun(t))
	}
	return false
}

// superlatives pick one of several: what is named so is no other thing that was spoken of.
var superlatives = set(`highest lowest largest biggest greatest smallest longest shortest oldest newest latest earliest cheapest dearest priciest heaviest lightest best worst most least fewest fastest slowest busiest
	höchsten höchste höchster niedrigsten niedrigste größten größte größter kleinsten kleinste längsten längste kürzesten ältesten älteste neuesten neueste billigsten günstigsten teuersten teuerste meisten wenigsten
	plus moins meilleur pire más menos mejor peor mayor menor più meno maggiore minore migliore mais maior melhor pior सबसे ที่สุด`)

// selects reports whether the clause says by a superlative which of its things is meant: "the
// server with the highest load", "the oldest file".
func (c *clause) selects(call *Call) bool {
	for i := range c.words {
		if !superlatives[c.words[i].text] || c.words[i].quoted {
			continue
		}
		near := c.words[max(0, i-4):i]
		with := slices.IndexFunc(near, func(t token) bool { return withs[t.text] })
		if with > 0 && call.Acts.hasNoun(near[:with]) || i+1 < len(c.words) && call.Acts.isNoun(&c.words[i+1]) {
			return true
		}
	}
	return false
}

// owner is the one whose value a clause tells: "Ann" of "Ann's account is X.", or "".
func (c *clause) owner(v Value) string {
	for i := range c.words {
		t := &c.words[i]
		if v.Said(t.text) {
			break
		}
		if name, ok := strings.CutSuffix(t.text, "'s"); ok && possessive(t.text) {
			return name
		}
		if i+2 < len(c.words) && attributes[t.text] && owning[c.words[i+1].text] {
			k := i + 2
			for k+1 < len(c.words) && c.words[k].within&det != 0 {
				k++
			}
			if !copulas[c.words[k].text] {
				return c.words[k].text
			}
		}
		if i > 0 && c.lang == hi && (t.text == "का" || t.text == "की" || t.text == "के") {
			return c.words[i-1].text
		}
	}
	return ""
}

// belongs reports whether a clause does nothing but tell whose a value is.
func (c *clause) belongs(v Value) bool {
	return c.owner(v) != "" && slices.ContainsFunc(c.words, func(t token) bool { return copulas[t.text] })
}

var owning = set("of von vom der des de du d' do da dos di del della dello")

// speaksOf reports whether a clause means somebody: it names them, or nobody.
func (c *clause) speaksOf(who string, call *Call) bool {
	named := false
	for i := range c.words {
		t := &c.words[i]
		w := strings.TrimSuffix(t.text, "'s")
		if w == who {
			return true
		}
		if t.names() && !t.verb && !foreignVerb(t, c.lang) && !call.Acts.isNoun(t) && !unitWords[t.text] && !amountForm.MatchString(t.text) && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) {
			named = true
		}
	}
	return !named
}

// ownThing reports whether the clause says of its thing which one: "the side door".
func (c *clause) ownThing(call *Call) bool {
	for i := 1; i < len(c.words); i++ {
		before := &c.words[i-1]
		if call.Acts.isNoun(&c.words[i]) && !before.sign && !call.mentions(before.text) && before.within&(det|pronoun|opener|frame|and|again) == 0 && !call.Acts.isNoun(before) && !before.verb && !frequent(before, c.lang) {
			return true
		}
	}
	return false
}

var withs = set("with having whose that which mit avec con com")

// lends reports whether clause j may name what a later clause is about: a ban, what others
// want, and what stands against it don't.
func (s *Said) lends(j, i int, call *Call) bool {
	o := &s.clauses[j]
	if o.negates() >= 0 && s.clauses[i].verbOf != j && (len(o.verbs(&call.Acts)) > 0 || o.bare() && o.find(hypothetical|question, 0, len(o.words)) < 0) {
		return o.message != s.clauses[i].message
	}
	if o.kind == reported || o.kind == supposed {
		return s.clauses[i].sentence != o.sentence
	}
	if o.find(keep, 0, len(o.words)) >= 0 && !o.inQuestion() && o.negates() < 0 {
		return false
	}
	return true
}

// inQuestion reports whether a word that keeps things is none here: "look … alone".
func (c *clause) inQuestion() bool { return c.kind == asking }

// takesUp reports whether clause i speaks of what an earlier sentence named: by a pronoun, by
// "the", or by naming nothing.
func (s *Said) takesUp(i int, call *Call) bool {
	c := &s.clauses[i]
	own := false
	for k := range c.words {
		t := &c.words[k]
		if t.sign || t.quoted {
			continue
		}
		if t.within&(pronoun|again) != 0 {
			return true
		}
		if c.object(k, call) {
			own = true
		}
		switch t.text {
		case "the", "this", "that", "der", "die", "das", "den", "diese", "diesen", "le", "la", "les", "l'", "cette", "ce", "il", "lo", "el", "los", "las", "o", "este", "esta", "esse", "essa", "questo", "questa", "यह", "इस", "उस", "นี้", "นั้น", "same":
			return true
		case "a", "an", "ein", "eine", "einen", "un", "une", "una", "um", "uma", "all", "every":
			if t.text == "a" && c.lang&(pt|it|es|fr) != 0 {
				continue
			}
			noun := call.Acts.hasNoun(c.words[k+1 : min(k+4, len(c.words))])
			own = own || !noun
		case "my", "mein", "meine", "meinen", "mon", "ma", "mio", "mi", "meu", "minha":
			own = true
		}
	}
	return !own
}

// object reports whether a word names a thing of its own that the call does not have.
func (c *clause) object(i int, call *Call) bool {
	t := &c.words[i]
	for _, shape := range []Shape{Code, Mail, Word} {
		if c.like(i, Value{Shape: shape}, call) {
			return !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, t.text) })
		}
	}
	return false
}

// unclaimed reports whether a value that no words of the user's hold may stand where it does:
// not where the clause names something else of its kind for it.
func (s *Said) unclaimed(c *clause, v Value, call *Call) bool {
	if v.Free || v.Loose || v.Shape == Word || v.Shape == Choice || v.Shape == Moment {
		return v.Shape != Choice || !slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(c.text) })
	}
	return !c.rival(v, call, 0, c.content)
}

// groups are the parts of a clause that are joined by "and" and the like.
func (c *clause) groups() []string {
	var out []string
	var part []token
	flush := func() {
		if len(part) > 0 {
			out = append(out, textOf(c, part))
		}
		part = nil
	}
	for i := range c.words {
		t := &c.words[i]
		if !t.quoted && (t.sign && strings.ContainsAny(t.text, ",，、") || t.starts&and != 0) {
			flush()
			continue
		}
		part = append(part, *t)
	}
	flush()
	return out
}

func textOf(c *clause, part []token) string {
	from, to := part[0].at-c.words[0].at, part[len(part)-1].end-c.words[0].at
	if from < 0 || to > len(c.text) || from > to {
		return joinWords(part)
	}
	return c.text[from:to]
}

func joinWords(part []token) string {
	var words []string
	for _, t := range part {
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}

// together reports whether values that stand in different groups belong together: not where
// each group has one of its own kind for the other.
func (c *clause) together(groups []string, inside []Value) bool {
	if len(groups) < 2 {
		return true
	}
	at := make([][]int, len(inside))
	for k, v := range inside {
		for g, text := range groups {
			if v.Said(text) {
				at[k] = append(at[k], g)
			}
		}
	}
	for a := range inside {
		for b := a + 1; b < len(inside); b++ {
			if inside[a].Free && inside[b].Free || len(at[a]) == 0 || len(at[b]) == 0 || inside[a].Free && inside[a].Shape == Word || inside[b].Free && inside[b].Shape == Word {
				continue
			}
			near := false
			for _, g := range at[a] {
				near = near || slices.Contains(at[b], g)
			}
			if near {
				continue
			}
			apart := true
			for _, g := range at[a] {
				for _, h := range at[b] {
					if !(c.hasRival(groups[g], inside[b], inside) && c.hasRival(groups[h], inside[a], inside)) &&
						!(inside[a].Shape == Number && c.hasRival(groups[h], inside[a], inside)) && !(inside[b].Shape == Number && c.hasRival(groups[g], inside[b], inside)) {
						apart = false
					}
				}
			}
			if apart {
				return false
			}
		}
	}
	return true
}

// hasRival reports whether a text names something of a value's kind that is no value of the
// call.
func (c *clause) hasRival(text string, v Value, inside []Value) bool {
	if v.Shape == Choice {
		return slices.ContainsFunc(v.Other, func(f func(string) bool) bool { return f(text) })
	}
	list := tokens(text)
	mark(list, c.lang)
	part := clause{words: list, lang: c.lang, text: text}
	part.content = len(list)
	call := Call{Values: inside}
	return part.rival(v, &call, 0, len(list)) || v.Shape == Word && part.parallel(c.before(v), &call)
}

// before is the preposition that stands before a value in the clause, or "".
func (c *clause) before(v Value) string {
	for i := range c.words {
		if !v.Said(c.words[i].text) {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-2; j-- {
			if placing[c.words[j].text] || c.words[j].within&(target|source) != 0 {
				return c.words[j].text
			}
			if c.words[j].within&det == 0 {
				break
			}
		}
	}
	return ""
}

// parallel reports whether a name that is no value of the call stands behind the same preposition.
func (c *clause) parallel(preposition string, call *Call) bool {
	if preposition == "" {
		return false
	}
	for i := 0; i+1 < len(c.words); i++ {
		if c.words[i].text != preposition {
			continue
		}
		j := i + 1
		for j+1 < len(c.words) && c.words[j].within&det != 0 {
			j++
		}
		t := &c.words[j]
		if t.names() && !call.Acts.isNoun(t) && !unitWords[t.text] && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, j, t.text) }) {
			return true
		}
	}
	return false
}

// rival reports whether a range of words holds one of the value's kind that the call does not
// have.
func (c *clause) rival(v Value, call *Call, from, to int) bool {
	for i := from; i < to && i < len(c.words); i++ {
		t := &c.words[i]
		if t.sign || !c.like(i, v, call) {
			continue
		}
		word := t.text
		if slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, word) }) {
			continue
		}
		return true
	}
	return false
}

// holdsWord reports whether a value is, or holds, a word of a clause.
func (v *Value) holdsWord(c *clause, i int, word string) bool {
	text := strings.ToLower(v.Text)
	if text == word || v.Said(word) {
		return true
	}
	if slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("@._-/", r)
	}), func(w string) bool { return w == word }) {
		return true
	}
	// a number written in words, or with its currency
	if i+1 < len(c.words) && v.Shape == Number && v.Said(word+" "+c.words[i+1].text) && digit(word) {
		return true
	}
	return false
}

// like reports whether a word is of a value's kind.
func (c *clause) like(i int, v Value, call *Call) bool {
	t := &c.words[i]
	switch v.Shape {
	case Number:
		return c.amount(i, call)
	case Mail:
		return strings.Contains(t.text, "@")
	case Code:
		return t.code() && !strings.Contains(t.text, "@")
	case Word:
		if t.within&^(speaker|and|others) != 0 || t.text == "" || strings.ContainsFunc(t.text, unicode.IsDigit) || strings.Contains(t.text, "@") || call.Acts.isNoun(t) {
			return false
		}
		if monthWord(t.text) || weekdays[t.text] || knownIn[t.text] != 0 && !t.capped || t.verb && c.lang&en != 0 || foreignVerb(t, c.lang) {
			return false
		}
		if t.capped && i > 0 && !(c.lang&de != 0) {
			return true
		}
		// "pay ann 30", "bob 90"
		if t.within == 0 && knownIn[t.text] == 0 && !units.MatchString(t.text) && !unitWords[t.text] && !counts[t.text] && sayings[t.text] == nil {
			if i > 0 && (c.names(i-1) || call.Acts.isNoun(&c.words[i-1])) || i == 0 && len(c.words) > 1 || i+1 < len(c.words) && amountForm.MatchString(c.words[i+1].text) {
				return true
			}
		}
		for j := i - 1; j >= 0 && j >= i-2; j-- {
			if c.words[j].within&(target|source) != 0 {
				return true
			}
			if c.words[j].within&det == 0 {
				break
			}
		}
		if i+1 < len(c.words) && (c.words[i+1].text == "को" || c.words[i+1].text == "से") {
			return true
		}
		return t.capped && c.lang&de == 0 && i == 0
	}
	return false
}

// names reports whether a word is a verb behind which a name may stand.
func (c *clause) names(i int) bool {
	t := &c.words[i]
	return i == c.opened() && (c.lang&en != 0 && t.verb || foreignVerb(t, c.lang))
}

// code reports whether a word is a name with digits or signs in it: e4, old.log, P-10.
func (t *token) code() bool {
	letters := strings.IndexFunc(t.text, unicode.IsLetter) >= 0
	digits := strings.IndexFunc(t.text, unicode.IsDigit) >= 0
	if letters && digits && len(t.text) > 1 {
		return !units.MatchString(t.text)
	}
	return letters && strings.ContainsAny(t.text, "._/") && !strings.HasSuffix(t.text, ".") && len(t.text) > 3
}
