package ask

import (
	"slices"
	"strings"
)

// taken lists what the clauses of a sentence take out.
func (s *Said) taken(sentence int, call *Call) []string {
	var out []string
	for i := range s.clauses {
		if c := &s.clauses[i]; c.sentence == sentence {
			out = append(out, slices.DeleteFunc(slices.Clone(c.apart), func(text string) bool { return c.restOnly(text) || c.insteadOfOther(text, call) })...)
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

// keepsAt reports whether a French or Italian part that begins with a thing says at a word that it is kept, or stays: "le frais
// on le garde", "le lastre invece mi servono". An order stands in front that names its own thing by no code: of "annulli la R-12,
// mio nipote vuole tenerla" it is taken back.
func (c *cutter) keepsAt(words []token, from, i int) bool {
	const most = 6 // words before
	t := &words[i]
	if before := words[:from]; slices.ContainsFunc(before, func(w token) bool { return w.code() }) || !slices.ContainsFunc(before, func(w token) bool { return foreignVerb(&w, c.lang) && !frequent(&w, c.lang) }) {
		return false
	}
	if c.lang&^(fr|it) != 0 || i < from+1 || i > from+most || t.quoted || words[from].within&det == 0 && ones[words[from].text]&c.lang == 0 {
		return false
	}
	end := span(words, i, retain)
	return t.starts&retain != 0 && (ownSubjects[t.text]|ownKeeping[words[end-1].text])&c.lang != 0 || keepVerbs[t.text]&c.lang != 0 && words[i-1].within&negator == 0
}

// ones stand for a thing that was spoken of, keepVerbs say that one stays as it is, or is needed.
var ones, keepVerbs = wordSets["ones"], wordSets["keepVerb"]

// ownKeeping are forms by which the user keeps a thing.
var ownKeeping = wordSets["ownKeeping"]

// ownTopic reports whether the clause begins with a thing that is none of the call's nouns, of which it says that it is kept:
// "le frais on le garde".
func (c *clause) ownTopic(call *Call) bool {
	from, at := c.opened(), c.find(retain, 0, len(c.words))
	return at > from+1 && c.words[from].within&det != 0 && !call.Acts.hasNoun(c.words[from:at]) && !slices.ContainsFunc(c.words[from+1:at], func(t token) bool { return t.sign || t.code() || t.within&(pronoun|negator) != 0 && t.within&det == 0 })
}

// besidesPart reports whether the clause says of a thing of its own that it is kept, behind an order for an amount, which
// may be the price of the rest: "rimborsami 15 euro, il certificato lo tengo".
func (c *clause) besidesPart(call *Call) bool {
	return c.ownTopic(call) && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && !v.Digits })
}

// noOrNot reports whether the sentence of a French clause has a "non" before a number, which may be no as well as not: "trois
// bouteilles, non 5".
func (s *Said) noOrNot(c *clause) bool {
	return c.lang == fr && slices.ContainsFunc(s.taken(c.sentence, nil), func(apart string) bool {
		words := tokens(apart)
		return len(words) > 1 && words[0].text == "non" && digit(words[1].text)
	})
}

// retainsBehind reports whether a part of the clause behind a comma says that somebody keeps the thing: "annullate la R-12, mio
// nipote vuole tenerla".
func (c *clause) retainsBehind(call *Call) bool {
	for i := 1; i+1 < len(c.words); i++ {
		if c.words[i].sign && c.words[i].text == "," && c.part(i+1, len(c.words)).retains(call) && !c.part(i+1, len(c.words)).besidesPart(call) {
			return true
		}
	}
	return false
}

// insteadOfOther reports whether what is taken out is another tool's deed, in place of which the clause asks for this one:
// "instead of cancelling 59022".
func (c *clause) insteadOfOther(apart string, call *Call) bool {
	if call == nil {
		return false
	}
	list := tokens(apart)
	for i := range list {
		list[i].n = i
	}
	mark(list, c.lang)
	part := &clause{words: list, lang: c.lang, content: len(list)}
	instead := func(t token) bool {
		return statt[t.text] || inPlaceOf[t.text] || t.text == "posto" || t.text == "place" || strings.HasPrefix(t.text, "แทนที่") || t.text == "बजाय"
	}
	return slices.ContainsFunc(list, instead) && len(part.verbs(&call.Acts)) == 0 && slices.ContainsFunc(call.Others, func(o Other) bool {
		return slices.ContainsFunc(part.verbs(&o.Acts), func(v verb) bool { return v.strength == 2 && v.form != naming })
	})
}
