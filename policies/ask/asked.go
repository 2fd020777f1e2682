package ask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ask is a clause that asks for an act.
type Ask struct {
	Clause     int    // names the clause within what was said
	Text       string // of the clause
	Sentence   string // of all clauses of its sentence
	Many       bool   // it asks for more than one
	Conditions []Condition
}

// Mentions tells whether a text names the object of a call: one of the values that it
// would be given.
type Mentions func(text string) bool

// Asked returns the requests for an act, the latest first. mentions may be nil.
func (s *Said) Asked(a Acts, mentions Mentions) []Ask {
	var out []Ask
	for i := len(s.clauses) - 1; i >= 0; i-- {
		c := &s.clauses[i]
		if c.kind != request || c.report == 0 {
			continue
		}
		if ok := s.asks(i, a, mentions); !ok {
			continue
		}
		out = append(out, Ask{Clause: i, Text: c.text, Sentence: s.whole(c.sentence), Many: s.many(c, a), Conditions: c.cond})
	}
	return out
}

// Forbidden reports whether the user bans the act for this object, and does not ask for it
// later.
func (s *Said) Forbidden(a Acts, mentions Mentions) bool {
	asked := 0 // the message that asks, without naming the object
	for i := len(s.clauses) - 1; i >= 0; i-- {
		c := &s.clauses[i]
		if asked > 0 && c.utterant < asked {
			return false
		}
		named := mentions != nil && mentions(c.text)
		if c.kind == request && c.report != 0 && s.asks(i, a, mentions) {
			if named {
				return false
			}
			asked = c.utterant
			continue
		}
		if (asked == 0 || named) && s.bans(i, a, mentions) {
			return true
		}
	}
	return false
}

// whole joins the clauses of a sentence.
func (s *Said) whole(sentence int) string {
	var parts []string
	for i := range s.clauses {
		if s.clauses[i].sentence == sentence {
			parts = append(parts, s.clauses[i].text)
		}
	}
	return strings.Join(parts, ", ")
}

// verbAt returns where the clause has a word for the act, and how strong it is: 2 is a verb
// for nothing else, 1 one that needs a noun, 0 none.
func (c *clause) verbAt(a Acts) (at, strength int, foreign bool) {
	for i, w := range c.words {
		for _, v := range a.verbs {
			if form(w.text, v) && !c.asThing(i) && !c.toSpeaker(i) {
				return i, 2, false
			}
		}
	}
	for i, w := range c.words {
		if c.asThing(i) {
			continue
		}
		for _, stem := range a.foreign {
			if strings.HasPrefix(w.text, stem) && (len(stem) > 3 || !english[w.text]) || stem[0] >= utf8.RuneSelf && !latin(stem) && strings.Contains(w.text, stem) {
				return i, 2, true
			}
		}
	}
	for i, w := range c.words {
		for _, v := range a.weak {
			if form(w.text, v) && !c.toSpeaker(i) {
				return i, 1, false
			}
		}
	}
	return -1, 0, false
}

// toSpeaker reports whether a verb asks for an answer, not for an act: "tell me", "let me
// know"; and whether one that means an act only so does not: "get the list", but "get me two".
func (c *clause) toSpeaker(i int) bool {
	w := c.words[i].text
	me := func(j int) bool { return j < len(c.words) && (c.words[j].text == "me" || c.words[j].text == "us") }
	switch w {
	case "tell", "inform", "notify", "answer", "text", "write", "send", "give", "ping", "message", "mail", "email", "show", "forward":
		return me(i + 1)
	case "know":
		let := slices.IndexFunc(c.words[:i], func(w word) bool { return w.text == "let" })
		return let < 0 || me(let+1)
	case "get":
		return !me(i + 1)
	}
	return false
}

// asThing reports whether a word that may be a verb or a noun is one: "read the last mail".
func (c *clause) asThing(i int) bool {
	if !AlsoNoun(c.words[i].text) || i == 0 {
		return false
	}
	switch before := c.words[i-1].text; {
	case slices.Contains([]string{"and", "then", "to", "please", "you", "kindly", "also", "or", "just"}, before):
		return false
	case determiners[before]:
		return true
	}
	return slices.ContainsFunc(c.words[:i], func(w word) bool { return common[w.text] || allVerbs[w.text] })
}

func latin(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x24f }) }

// hasNoun reports whether words hold a noun of the act.
func hasNoun(words []word, a Acts) bool {
	return slices.ContainsFunc(words, func(w word) bool { return isNoun(w.text, a) })
}

func isNoun(w string, a Acts) bool {
	for _, n := range a.nouns {
		if w == n || w == n+"s" || w == n+"es" || utf8.RuneCountInString(n) >= 4 && strings.HasPrefix(w, n) || !latin(n) && strings.Contains(w, n) {
			return true
		}
	}
	return false
}

// asks reports whether clause i asks for the act.
func (s *Said) asks(i int, a Acts, mentions Mentions) bool {
	c := &s.clauses[i]
	at, strength, foreign := c.verbAt(a)
	if strength == 0 {
		return c.negated < 0 && c.delivers(a, mentions)
	}
	if c.negated >= 0 && (c.negated <= at || foreign || c.nothing(a)) || cancelled(c, a) || c.report >= 0 && c.report < at {
		return false
	}
	if !c.polite && !foreign && !s.imperative(i, at) {
		return false
	}
	if noneOf(c.text, mentions) {
		return false
	}
	if strength == 2 && (len(a.nouns) == 0 || !a.strict && !generic[c.words[at].text]) {
		return true
	}
	return s.object(i, at, strength, a, mentions)
}

// imperative reports whether the word at at is the verb of an order: the first of its
// clause but for what may stand before it, or joined to one.
func (s *Said) imperative(i, at int) bool {
	c := &s.clauses[i]
	if at > 0 && determiners[c.words[at-1].text] { // "a refund for 1042": a wish, if nothing is said of it
		before := slices.ContainsFunc(c.words[:at], func(w word) bool { return !openers[w.text] && !determiners[w.text] })
		return !before && (at+1 >= len(c.words) || slices.Contains([]string{"for", "of", "to", "on", "now", "please"}, c.words[at+1].text))
	}
	if strings.HasSuffix(c.words[at].text, "ing") && at > 0 && c.words[at-1].text == "by" && ordered(c.words) {
		return true // send it by sharing the folder
	}
	if strings.HasSuffix(c.words[at].text, "ing") || strings.HasSuffix(c.words[at].text, "ed") {
		return false
	}
	addressed := true // "Hi Ann, delete it": a name before the verb
	for j := 0; j < at; j++ {
		w := c.words[j].text
		switch {
		case openers[w], determiners[w]:
		case common[w] || allVerbs[w] || imperative(w): // find and delete; go through it to archive
			return true
		case j == 0 && c.words[j].capped && addressed:
			addressed = false
		default:
			return false
		}
	}
	return true
}

// delivers reports whether the clause orders a text for somebody, by an address of the call:
// "summarise it for ann@corp.example".
func (c *clause) delivers(a Acts, mentions Mentions) bool {
	if mentions == nil || !slices.Contains(a.verbs, "send") || !ordered(c.words) {
		return false
	}
	if !slices.ContainsFunc(c.words, func(w word) bool {
		return slices.Contains([]string{"summarise", "summarize", "prepare", "compile", "draft", "collect"}, w.text)
	}) {
		return false
	}
	_, whom, ok := strings.Cut(c.text, " for ")
	return ok && strings.Contains(whom, "@") && mentions(whom)
}

// generic verbs say little without a noun.
var generic = set("make add put set get create write save store record log open start file change update move register schedule plan new enter raise draft compose generate do give")

// nothing reports whether the clause asks for none of what the act makes: "send no reminders".
func (c *clause) nothing(a Acts) bool {
	if !slices.Contains([]string{"no", "none", "neither", "kein", "keine", "keinen", "aucun", "aucune", "ningún", "ninguna", "nessun", "nessuna", "nenhum", "nenhuma"}, c.words[c.negated].text) {
		return false
	}
	return hasNoun(c.words[c.negated+1:min(c.negated+4, len(c.words))], a)
}

// object reports whether what the act works on is named: by a noun of it, by a value of the
// call, or by a pronoun for what was said before.
func (s *Said) object(i, at, strength int, a Acts, mentions Mentions) bool {
	c := &s.clauses[i]
	rest := slices.Concat(c.words[:at], c.words[at+1:])
	if hasNoun(rest, a) {
		return true
	}
	// "delete the largest": what it is is said in the clause before.
	if i > 0 && s.clauses[i-1].sentence == c.sentence && !s.bans(i-1, a, mentions) && (hasNoun(s.clauses[i-1].words, a) || strength == 2 && mentions != nil && mentions(s.clauses[i-1].text)) {
		return true
	}
	if strength < 2 {
		return false
	}
	if mentions != nil && mentions(c.text) {
		return true
	}
	for _, w := range rest {
		if pronouns[w.text] || !generic[c.words[at].text] && (speakers[w.text] || w.text == "me" || w.text == "us") {
			return true
		}
	}
	if len(rest) == 0 || !slices.ContainsFunc(rest, func(w word) bool { return !openers[w.text] && !determiners[w.text] }) {
		return true // "cancel!": what was spoken of
	}
	return false
}

// many reports whether the clause asks for more than one.
func (s *Said) many(c *clause, a Acts) bool {
	for i := range s.clauses {
		o := &s.clauses[i]
		if o.sentence != c.sentence {
			continue
		}
		if slices.ContainsFunc(o.words, func(w word) bool {
			if many[w.text] {
				return true
			}
			singular, ok := strings.CutSuffix(w.text, "s")
			return ok && isNoun(singular, a) && w.text != "is" && w.text != "this"
		}) {
			return true
		}
	}
	return false
}

// exceptions begin what is left out of what is asked for.
var exceptions = []string{"except for ", "except ", "apart from ", "aside from ", "other than ", "excluding ", "save for ", "all but ", "everything but ", "everyone but ", "anything but ",
	"but not ", "and not ", ", not ", "not to ", "not for ", "auch nicht ", "aber nicht ", "but keep ", "with the exception of ", "außer ", "ausser ", "bis auf ", "sauf ", "hormis ", "à part ", "excepto ", "salvo ", "menos ", "tranne ", "eccetto ", "a parte ", "exceto ",
	"को छोड़कर", "के अलावा", "ยกเว้น"}

// noneOf reports whether the object of the call is what the clause leaves out.
func noneOf(text string, mentions Mentions) bool {
	if mentions == nil {
		return false
	}
	low := strings.ToLower(text)
	for _, e := range exceptions {
		at := strings.Index(low, e)
		if at < 0 {
			continue
		}
		if strings.HasPrefix(e, "को") || strings.HasPrefix(e, "के") { // what is left out stands before
			if mentions(text[:min(at, len(text))]) {
				return true
			}
			continue
		}
		if at+len(e) <= len(text) && mentions(text[at+len(e):]) && !mentions(text[:at]) {
			return true
		}
	}
	for _, e := range []string{" excluded", " excepted", " must stay", " should stay", " has to stay", " must remain", " ausgenommen", " excepté", " excluido", " escluso", " excluído"} {
		at := strings.Index(low, e)
		if from := strings.LastIndexAny(low[:max(at, 0)], ",;"); at >= 0 && at <= len(text) && from >= 0 && mentions(text[from:at]) {
			return true
		}
	}
	return false
}

// keeping are ways to say that something is to stay as it is.
var keeping = []string{"keep ", "leave ", "retain ", "preserve ", "must stay", "should stay", "has to stay", "must remain", "should remain", "stays", "untouched", "alone", "as it is", "as is",
	"excluded", "excepted", "hands off", "behalte", "lass ", "soll bleiben", "bleibt", "garde", "laisse", "doit rester", "conserva", "deja ", "debe quedar", "mantén",
	"tieni", "lascia", "deve restare", "mantenha", "deixe", "deve ficar", "रहने दो", "रखो", "เก็บไว้", "คงไว้"}

// bans reports whether clause i forbids the act for the object.
func (s *Said) bans(i int, a Acts, mentions Mentions) bool {
	c := &s.clauses[i]
	if c.kind == question && !c.polite {
		return false
	}
	named := mentions != nil && mentions(c.text)
	low := strings.ToLower(c.text)
	if named && c.kind != question {
		if noneOf(c.text, mentions) {
			return true
		}
		if a.alters && (strings.Contains(low, "don't touch") || strings.Contains(low, "do not touch") || strings.Contains(low, "never touch")) {
			return true
		}
		if slices.ContainsFunc(keeping, func(k string) bool { return strings.Contains(low, k) }) && c.negated < 0 && a.alters {
			return true
		}
	}
	at, strength, foreign := c.verbAt(a)
	if cancelled(c, a) {
		return true
	}
	if c.negated < 0 || c.report == 0 {
		return false
	}
	if strength == 0 { // "delete no file, not even a.txt"
		return named && i > 0 && s.clauses[i-1].sentence == c.sentence && s.bans(i-1, a, nil)
	}
	if c.negated > at && !foreign && !c.nothing(a) {
		return false
	}
	rest := slices.Concat(c.words[:at], c.words[at+1:])
	switch {
	case named:
		return true
	case strength < 2 && !hasNoun(rest, a):
		return false
	case specific(rest, a, foreign): // it names something else
		return false
	}
	return true
}

// cancelled reports whether the clause calls the act off as a thing: "cancel my refund",
// "no refund needed".
func cancelled(c *clause, a Acts) bool {
	for i, w := range c.words {
		if i == 0 || !slices.ContainsFunc(a.named, func(v string) bool { return form(w.text, v) }) {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-3; j-- {
			before := c.words[j].text
			if determiners[before] || before == "need" || before == "for" || before == "any" {
				continue
			}
			if slices.Contains([]string{"cancel", "stop", "withdraw", "undo", "abort", "forget", "without", "no", "kein", "keine", "sans", "sin", "senza", "sem"}, before) && !slices.Contains(a.named, before) {
				return true
			}
			break
		}
	}
	return false
}

// specific reports whether words name one thing: a number, a name, an address.
func specific(words []word, a Acts, foreign bool) bool {
	return slices.ContainsFunc(words, func(w word) bool {
		return strings.ContainsFunc(w.text, unicode.IsDigit) || strings.ContainsAny(w.text, "@/_") || strings.Contains(w.text, ".") || w.capped && w.at > 0 && !foreign && !speakers[w.text] && !isNoun(w.text, a)
	})
}
