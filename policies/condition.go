package policies

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// A request with a condition asks only if the condition holds. What can be checked is what
// a result says of the thing that is spoken of: a word ("if it is late"), a number ("if it is
// over 50"), a moment ("if I have something at ten"). What no result says does not hold, nor
// does what results say in two ways. The user has left it to what is read, so a result of any
// trust may say it.

// open are conditions that leave it to the assistant, and say nothing of the world.
var open = regexp.MustCompile(`(?i)^(?:possible|necessary|needed|required|you can\b|you could\b|you want|you like|you find|you have|you need|you don't mind|you are|you're|so\b|not\b|done\b|ready\b|that(?:'s|’s| is)? ?(?:ok|okay|fine|all ?right|possible|works?|helps?|suits|makes sense|isn't too|is not too|not too|doable|$)|there(?: is|'s| are) (?:any|some|one|a|an)\b|any\b|(?:some|any)thing (?:looks|seems|sounds)\b|it (?:helps|works|exists|is possible)|i (?:have|am|forgot|want)|nötig|möglich|du kannst|es geht|possible|nécessaire|besoin|c'est possible|tu peux|posible|necesario|es posible|puedes|possibile|è possibile|necessario|puoi|possível|for possível|necessário|puder)`)

// appointed are conditions of what somebody has at a moment: "I have nothing on the 5th".
var appointed = regexp.MustCompile(`(?i)^(?:i|you) (?:have|am|are)\b`)

// haveNot are conditions of what somebody has not done: "I haven't called by noon"; usedIt are those of use, which a list may say.
var (
	haveNot = regexp.MustCompile(`(?i)^(?:i|you|we) have(?:n['’]t| not| never| yet)\b`)
	usedIt  = regexp.MustCompile(`(?i)\b(?:used|watched|opened|worn|touched)\b`)
)

// holds reports whether all conditions of a request do.
func (r *Run) holds(conditions []ask.Condition, call *ask.Call) bool {
	for _, c := range conditions {
		if c.Mine || c.Lost {
			return false
		}
		if open.MatchString(c.Text) && (!haveNot.MatchString(c.Text) || usedIt.MatchString(c.Text)) && !(appointed.MatchString(c.Text) && label.Moments(c.Text)) {
			if c.Unless && !strings.HasPrefix(c.Text, "there") { // "unless you can come before noon"
				return false
			}
			if strings.HasPrefix(c.Text, "there") && r.context.Read() { // "if there's a free seat": none is
				if yes, known := r.says(c.Text, call); known && yes == c.Unless {
					return false
				}
				if !c.Unless && clock.MatchString(c.Text) && !r.context.At(c.Text) { // "a gap at 16:00": no result has that time
					return false
				}
			}
			continue
		}
		if !r.context.Read() {
			return false
		}
		yes, known := r.says(c.Text, call)
		if !known || yes == c.Unless {
			return false
		}
	}
	return true
}

// depends reports whether conditions leave a wish to what is found: such a wish lives for the turn in
// which it was said. "If it is late, refund 1042": it was not, and what the user says next does not
// leave the refund open.
func depends(conditions []ask.Condition) bool {
	return slices.ContainsFunc(conditions, func(c ask.Condition) bool { return !open.MatchString(c.Text) })
}

// both joins two comparisons.
var both = regexp.MustCompile(` (?:and|und|et|y|e|और|และ) `)

// amFree asks whether the user has time.
var amFree = regexp.MustCompile(`(?i)\b(?:(?:am i|i am|i'm|are we|we are|we're)(?: still| then)? (?:free|available)|(?:bin ich|ich bin|sind wir|wir sind)(?: [^?!]*)? frei|(?:suis-je|je suis|sommes-nous|nous sommes)(?: encore)? (?:libres?|disponibles?)|(?:estoy|estamos) libres?|(?:sono|siamo)(?: ancora)? liber[oi]|(?:estou|estamos)(?: ainda)? livres?)\b|(?:मैं|हम) (?:.* )?(?:खाली|फ़्री|फ्री) (?:हूँ|हूं|हैं)|(?:ผม|ฉัน|เรา)ว่าง`)

// says reports whether results say what the words say; known is false if they say nothing of it.
func (r *Run) says(text string, call *ask.Call) (yes, known bool) {
	if amFree.MatchString(text) {
		return r.context.Free(text)
	}
	if label.Moments(text) && len(ask.Compared(text).Numbers) == 0 {
		return r.then(text)
	}
	var subject []any
	named := false
	for _, v := range call.Values {
		if v.Shape == ask.Choice || v.Shape == ask.Moment || v.Free {
			continue
		}
		said := v.Said(text)
		if said && !named {
			subject, named = nil, true
		}
		if said || !named {
			subject = append(subject, v.Text)
		}
	}
	for _, w := range ask.Names(text) { // it speaks of something else
		if !slices.Contains(subject, any(w)) {
			subject = append(subject, w)
		}
	}
	if parts := both.Split(text, 3); len(parts) == 2 && len(ask.Compared(parts[0]).Numbers) > 0 && len(ask.Compared(parts[1]).Numbers) > 0 && ask.Compared(parts[1]).Kind > ask.Equal {
		first, known := r.says(parts[0], call)
		second, also := r.says(parts[1], call)
		return first && second, known && also
	}
	c := ask.Compared(text)
	if (c.Kind == ask.Equal || c.Kind == ask.Unknown) && ask.CountLeft(text) {
		c.Kind = ask.AtLeast // "if 8 places are left"
	}
	c.Numbers = slices.DeleteFunc(c.Numbers, func(s string) bool { // "if 5531 is late": its name
		return slices.ContainsFunc(call.Values, func(v ask.Value) bool {
			return v.Text == s && v.Shape == ask.Number && (len(c.Numbers) > 1 || c.Kind == ask.Equal || c.Kind == ask.NotEqual || c.Kind == ask.Unknown)
		})
	})
	if c.Kind == ask.Equal || c.Kind == ask.NotEqual || c.Kind == ask.Unknown { // "is track 5 clear"
		for _, n := range ask.Numbered(text) {
			if slices.Contains(c.Numbers, n) {
				subject = append(subject, n)
				c.Numbers = slices.DeleteFunc(c.Numbers, func(o string) bool { return o == n })
			}
		}
	}
	records := r.context.Records(subject)
	if len(records) == 0 {
		return false, false
	}
	if len(c.Numbers) == 0 && ask.Room(text) {
		return room(records)
	}
	if len(c.Numbers) > 0 {
		return measured(c, text, records)
	}
	return state(text, subject, records)
}

// clock finds times in figures.
var clock = regexp.MustCompile(`\b\d{1,2}[:.h]\d{2}\b`)

// then reports whether a result has the moment that the words name, and says of what it has there
// what they say: "if I have something at ten", "if the 8:15 is full".
func (r *Run) then(text string) (yes, known bool) {
	if ask.StateOf(text, ask.Something).Words == nil {
		return r.context.At(text), true
	}
	var at []any
	for _, t := range clock.FindAllString(text, -1) {
		at = append(at, t)
	}
	records := r.context.Records(at)
	if len(records) == 0 {
		return false, false
	}
	yes, known = state(text, at, records)
	return yes && r.context.At(text), known
}

// measured reports whether the numbers that the words speak of are as they say. All must be.
func measured(c ask.Comparison, text string, records []*label.Record) (yes, known bool) {
	bounds := label.Numbers(strings.Join(c.Numbers, " ; "))
	if len(bounds) == 0 || len(bounds) > 2 || c.Kind == ask.Unknown {
		return false, false
	}
	var list, other []label.Measure
	for _, rec := range records {
		for _, m := range rec.Numbers {
			if m.Name != "" && ask.Measures(text, m.Name) {
				list = append(list, m)
			} else {
				other = append(other, m)
			}
		}
	}
	if len(list) == 0 {
		list = other
	}
	if free := slices.DeleteFunc(slices.Clone(list), func(m label.Measure) bool { return !ask.FreeCount(m.Name) }); len(free) > 0 && ask.CountLeft(text) {
		list = free
	}
	all, some := true, len(list) > 0
	for _, m := range list {
		all = all && c.Holds(m.Value, bounds)
	}
	return all && some, some
}

// state reports whether a record says what the words say.
func state(text string, subject []any, records []*label.Record) (yes, known bool) {
	s := ask.StateOf(text, func(w string) bool {
		if slices.ContainsFunc(records, func(rec *label.Record) bool { return rec.Names[w] }) {
			return true
		}
		return slices.ContainsFunc(subject, func(v any) bool {
			t, _ := v.(string)
			return strings.Contains(strings.ToLower(t), w)
		})
	})
	if len(s.Words) == 0 {
		return true, true
	}
	yes, no := false, false
	for _, rec := range records {
		p, n := s.In(rec.Words)
		for _, m := range rec.Numbers { // "a free seat": free is 0
			if slices.ContainsFunc(ask.NameWords(m.Name), func(w string) bool { return slices.Contains(s.Words, w) }) {
				p, n = m.Value > 0, m.Value <= 0
			}
		}
		yes, no = yes || p, no || n
	}
	switch {
	case yes && no:
		return false, false
	case s.Negated:
		return no, yes || no
	}
	return yes, yes || no
}

// room reports whether records say that there is room left: by a number of what is free, which is above nothing.
func room(records []*label.Record) (yes, known bool) {
	all, some := true, false
	for _, rec := range records {
		for _, m := range rec.Numbers {
			if ask.FreeCount(m.Name) {
				some, all = true, all && m.Value > 0
			}
		}
	}
	return some && all, some
}
