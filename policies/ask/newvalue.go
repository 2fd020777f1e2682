package ask

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Who moves a thing says where it is as well as where it is to go: "move W-3 from 7 December to 10 December". What stands
// behind "to" is the new value, and no other of its kind is.

// hindiOnes say of a thing by a value which one it is.
var hindiOnes = set("वाला वाली वाले")

// newBehind are the words behind which the new value stands, by language; in Hindi it stands before "पर", and the old one
// before "से".
var newBehind = map[string]lang{"to": en, "auf": de, "au": fr, "à": fr, "aux": fr, "al": it | es, "alle": it, "all'": it, "a": it | es, "para": pt, "ao": pt, "às": pt, "เป็น": th}

// formerly are words of arguments' names that say where something begins or was.
var formerly = set("from start begin since old former current previous arrival departure checkin first")

// oldValue reports whether a value of a call that alters something is the one that the clause only moves away from: another
// of its kind, that no value of the call is, stands behind "to".
func (c *clause) oldValue(v Value, call *Call) bool {
	if !call.Acts.alters || v.Free || v.Role == From || strings.Contains(v.Text, "T") && v.Shape == Moment || v.Shape != Moment && v.Shape != Number || slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return formerly[w] && v.Role == RoleOf(w) }) {
		return false
	}
	if part := c.partNaming(call); part != nil && !c.spansParts(v) && (v.Said(part.text) || v.otherMoment(part.text) || v.dayIn(part.text)) {
		c = part
	}
	if v.Shape == Moment && slices.Contains(NameWords(v.Name), "new") && c.onlyBefore(v, call) {
		return true
	}
	other := false
	for _, seg := range c.newParts() {
		if v.Said(seg) || figureDay.MatchString(seg) && v.Said("le "+seg) { // "au 10/12 svp"
			return false
		}
		theirs := v.otherMoment(seg)
		if v.Shape == Number {
			first, _, _ := strings.Cut(seg, " ")
			theirs = c.lang&(hi|th) != 0 && amountForm.MatchString(first) && !v.Digits
		}
		if theirs && !slices.ContainsFunc(call.Values, func(o Value) bool {
			return o.Name != v.Name && o.Said(seg) && !(v.day() && o.Shape == Moment && !o.day())
		}) {
			other = true
		}
	}
	return other
}

// partNaming is the only part of a clause with several that says the thing of a call by its number: of "43047 from 8:15 to 9:45
// and 43048 from 9:45 to 8:15" the one of 43047; nil if there is none.
func (c *clause) partNaming(call *Call) *clause {
	var out *clause
	several := false
	for _, words := range c.parts() {
		text := textOf(c, words)
		named := slices.ContainsFunc(call.Values, func(v Value) bool { return (v.Shape == Code || v.Digits) && v.Said(text) })
		if named && out != nil {
			return nil
		}
		several = several || !named
		if named {
			out = &clause{words: words, text: text, lang: c.lang, content: len(words)}
		}
	}
	if !several {
		return nil
	}
	return out
}

// spansParts reports whether a value is said over the border of two parts of the clause: "a las 10 y media".
func (c *clause) spansParts(v Value) bool {
	return v.Said(c.text) && !slices.ContainsFunc(c.parts(), func(words []token) bool { return v.Said(textOf(c, words)) })
}

// day reports whether a value is a day, and no time.
func (v *Value) day() bool { return v.Shape == Moment && len(v.Text) == len("2006-01-02") }

// newParts are the parts of the clause that may say a new value: each word for it with up to five words behind.
func (c *clause) newParts() (out []string) {
	const most = 5
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.quoted {
			continue
		}
		if c.lang == hi && i > 0 && (t.text == "से" || hindiOnes[t.text]) && kindOfCode(c.words[i-1].text) != "" || c.lang == hi && i > 1 && hindiOnes[t.text] && kindOfCode(c.words[i-2].text) != "" {
			for k := i + 1; k < len(c.words); k++ { // "8:15 वाली 43127 को 9:45", "18 से 21 डिग्री"
				if kindOfCode(c.words[k].text) != "" && !c.words[k].code() && (k == i+1 || t.text != "से") && !slices.Contains([]string{"को", "की", "का", "के", "में"}, c.words[min(k+1, len(c.words)-1)].text) {
					out = append(out, textOf(c, c.words[k:min(k+2, len(c.words))]))
				}
			}
		}
		if c.lang == hi && t.text == "से" {
			end := min(i+1+most, len(c.words))
			for k := i + 1; k < end; k++ {
				if c.words[k].text == "पर" || c.words[k].text == "को" {
					out = append(out, textOf(c, c.words[i+1:k]))
					break
				}
			}
		}
		if newBehind[t.text]&c.lang == 0 || i+1 >= len(c.words) {
			continue
		}
		end := i + 1
		for end < len(c.words) && end < i+1+most && !c.words[end].sign {
			end++
		}
		from := i
		if c.lang&th != 0 {
			from++
		}
		out = append(out, textOf(c, c.words[from:end]))
	}
	return out
}

// orderedAnew reports whether a clause behind words for a correction says another value of a kind in the place of one of clause i:
// "Cancel 58410. Oh no, cancel 58411", "pasadla al 9. Ay no, se casa mi hermana, ponedla el 11".
func (s *Said) orderedAnew(i int, call *Call) bool {
	c, marked := &s.clauses[i], false
	for k := c.since(i) + 1; k < len(s.clauses) && s.clauses[k].message <= c.message+1; k++ {
		o := &s.clauses[k]
		if o.message > c.message && s.clauses[k-1].message == c.message {
			marked = false
		}
		marked = marked || o.soft() > 0 || o.isSoft() || k == i+1 && o.find(oops, 0, 1) == 0 || o.begins && o.find(amend, 0, len(o.words)) >= 0
		if o.message == c.message && s.movedBehind(i, k, call) {
			return true
		}
		if !marked || o.kind != plain || o.asked || o.negates() >= 0 || o.hasOf(tooWords, 0) >= 0 || o.find(and, 0, 1) == 0 || o.verbOf == i && o.corrects {
			continue
		}
		deed := slices.ContainsFunc(o.verbs(&call.Acts), o.orders)
		if !deed && !o.bare() && !o.identifies() && !o.excuses() && (!o.verbFirst() || o.otherDeed(call, -1)) {
			continue
		}
		of := func(v Value) bool { return !v.Free && v.Said(c.text) && !v.Said(o.text) }
		if slices.ContainsFunc(call.Values, func(v Value) bool {
			return of(v) && (v.Shape == Code || v.Digits) && o.namesLike(v, call)
		}) {
			if deed || o.bare() || o.excuses() {
				return true
			}
			continue
		}
		if slices.ContainsFunc(call.Values, func(v Value) bool {
			return of(v) && v.Shape == Word && o.rival(v, call, 0, o.content)
		}) {
			continue
		}
		if slices.ContainsFunc(call.Values, func(v Value) bool {
			return of(v) && (v.otherMoment(o.text) || v.otherDay(o.words) || (v.Shape == Mail || v.Shape == Number && !v.Digits) && o.rival(v, call, 0, o.content))
		}) {
			return true
		}
	}
	return false
}

// movedBehind reports whether clause k orders that what clause i says be moved to another time: "Le 42017 part à 7h30, décalez-le à 9h10".
func (s *Said) movedBehind(i, k int, call *Call) bool {
	c, o := &s.clauses[i], &s.clauses[k]
	if !call.Acts.alters || o.kind != plain || o.negates() >= 0 || slices.ContainsFunc(o.words, func(t token) bool { return t.code() && !clockForm(t.text) }) {
		return false
	}
	points := o.points(o.words) || slices.ContainsFunc(o.words, func(t token) bool { return hanging(t.text) || hangsOn(t.text) })
	return slices.ContainsFunc(o.verbs(&call.Acts), func(v verb) bool {
		return v.form == ordering && o.orders(v) && (points || o.hyphened(v.at))
	}) && slices.ContainsFunc(call.Values, func(v Value) bool {
		return v.Role != From && v.Said(c.text) && v.otherMoment(o.text)
	})
}

// excuses reports whether the clause begins with an excuse, and a sign behind it: "un attimo, numero sbagliato: la RB-5804".
func (c *clause) excuses() bool {
	if c.find(oops, 0, 1) < 0 {
		return false
	}
	end := span(c.words, 0, oops)
	return end < len(c.words) && c.words[end].sign
}

// replacedBy reports whether the clause says of a name or a thing of the call only that another one takes its place: "Replace
// Dean with Sue", "from Dean to Sue", "à la place d'Alain", "रवि से बदलकर सीमा".
func (c *clause) replacedBy(v Value, call *Call) bool {
	if v.Free || v.Role == From || v.Shape != Word && v.Shape != Choice && v.Shape != Code {
		return false
	}
	old, mine := false, false
	for i := 0; i < len(c.words); i++ {
		from, end := i, c.mention(v, i)
		if end == 0 {
			continue
		}
		for from > 0 && c.words[from-1].within&det != 0 && c.words[from-1].within&source == 0 {
			from--
		}
		if c.givesWay(from, end) && c.anotherAt(end, v, call) || c.inPlaceOf(from) {
			old = true
		} else {
			mine = true
		}
		i = end - 1
	}
	return old && !mine
}

// mention returns where a value ends that begins at a word, 0 if it does not.
func (c *clause) mention(v Value, i int) int {
	const most = 4 // words
	if c.words[i].sign || !v.holdsWord(c, i, c.words[i].text) {
		return 0
	}
	for end := i + 1; end <= min(i+most, len(c.words)); end++ {
		if v.Said(textOf(c, c.words[i:end])) {
			return end
		}
	}
	return 0
}

// givesWay reports whether what stands between two words gives way to what is behind: "from … to", "replace … with".
func (c *clause) givesWay(from, end int) bool {
	if end+1 >= len(c.words) || c.words[end].sign {
		return false
	}
	next := c.words[end].text
	if c.lang == hi {
		return next == "से" && strings.HasPrefix(c.words[end+1].text, "बदल")
	}
	if from > 0 && fromWords[c.words[from-1].text]&c.lang != 0 && newBehind[next]&c.lang != 0 || from > 0 && c.lang&en != 0 && c.words[from-1].text == "from" && next == "to" {
		return true
	}
	return newPlacers[next]&c.lang != 0 && slices.ContainsFunc(c.words[:from], func(t token) bool {
		return slices.ContainsFunc(replacing, func(stem string) bool { return strings.HasPrefix(t.fold, stem) })
	})
}

// anotherAt reports whether a name, a code or another of a list stands behind a word, which no value of the call is.
func (c *clause) anotherAt(at int, v Value, call *Call) bool {
	const most = 3 // words
	for i := at + 1; i < min(at+1+most, len(c.words)); i++ {
		t := &c.words[i]
		if c.lang == hi && i == at+1 || t.within&(det|target|source) != 0 {
			continue
		}
		if slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i, t.text) }) {
			return false
		}
		if v.Shape == Choice {
			return v.otherSaid(t.text)
		}
		return t.code() || t.capped && !t.sign && spoken.Month(t.text) == 0 || c.lang&(hi|th) != 0 && !t.sign && !digit(t.text)
	}
	return false
}

// inPlaceOf reports whether words that something takes the place of what follows end before a word: "à la place d'Alain".
func (c *clause) inPlaceOf(from int) bool {
	for i := max(0, from-4); i < from; i++ {
		if n := phraseAt(inPlaces, c.words, i, c.lang); n > 0 && i+n == from {
			return i > 0
		}
	}
	return false
}

var (
	inPlaces   = wordSets["inplace"]
	fromWords  = map[string]lang{"from": en, "von": de, "vom": de, "de": fr | es | pt, "d'": fr, "du": fr, "da": it, "dal": it, "do": pt, "จาก": th}
	newPlacers = map[string]lang{"with": en, "by": en, "for": en, "durch": de, "gegen": de, "par": fr, "contre": fr, "con": it | es, "por": es | pt, "pelo": pt, "pela": pt, "ด้วย": th}
	replacing  = []string{"replac", "swap", "exchang", "substitut", "ersetz", "tausch", "austausch", "remplac", "echang", "sostitui", "scambi", "cambi", "sustitu", "reemplaz", "substitu", "troc", "troqu", "เปลี่ยน", "แทน"}
)

// clock finds a time in digits, dottedTime one with a full stop, figureDay a day with its month: "5/12", "5.12.2026".
var (
	clock      = regexp.MustCompile(`(?:^|[^\d:])\d{1,2}:\d{2}(?:$|[^\d:])`)
	dottedTime = regexp.MustCompile(`(?:^|[^\d.])\d{1,2}\.[0-5]\d(?:$|[^\d.])`)
	figureDay  = regexp.MustCompile(`(?:^|[^\d./-])(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|1[0-2])(?:[/.-]\d{2,4})?(?:$|[^\d/])`)
)
