package ask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// money are words for what is paid.
var money = strings.Fields("payment money transfer amount rent bill invoice fee salary sum dollar euro eur usd gbp pound cent buck")

// Acts say by which words a user asks for a tool.
type Acts struct {
	verbs, weak []string // English; a+b is a verb with a particle
	stems       map[lang][]stem
	loose       map[lang][]stem        // those of weak verbs
	nouns       []string               // English, whole
	begins      []string               // of nouns in the other languages
	objects     []token                // nouns that the tool declares, which have their usual forms
	strict      bool                   // its object must be named
	alters      bool                   // takes something away or changes it
	named       []string               // verbs of the tool's own name
	of          func(main string) Acts // made again, with another part of the name as the deed
	ends        bool                   // its thing is gone afterwards
	by          bool                   // its numbers say by how much
	results     map[string]lang        // nouns that follow from the verbs that it declares
	declares    map[lang][]stem        // those of verbs that the tool declares and no list has
	grave       bool                   // strict, and more than a purchase
	recurs      bool                   // it is done again and again
	hints       *Acts                  // nouns of the tool's description
	deeds       map[string]lang        // nouns for what its verbs do
}

// Of returns the acts of a tool by its name, which is cut into words, and by the words
// that its declaration adds: verbs, and nouns for what it works on.
func Of(name string, verbs, nouns []string) Acts {
	return of(NameWords(name), verbs, nouns, "")
}

// of is [Of] with the part of the name that is the deed, if that is known.
func of(parts, verbs, nouns []string, deed string) Acts {
	a := Acts{stems: map[lang][]stem{}, loose: map[lang][]stem{}, declares: map[lang][]stem{}, results: map[string]lang{}}
	a.of = func(main string) Acts { return of(parts, verbs, nouns, main) }
	main := slices.Index(parts, deed) // the part that is the deed
	for i, p := range parts {
		if deed == "" && find(p) != nil && (main < 0 || carriers[parts[main]] || AlsoNoun(parts[main]) && !AlsoNoun(p)) {
			main = i
		}
	}
	apart := len(parts) > 1 && main <= 0 && particlesOf[parts[1]] // top_up, dry_off
	if main < 0 && len(parts) > 0 && (len(verbs) == 0 || apart) {
		main = 0
	}
	for i, p := range parts {
		if i == 1 && apart {
			if p == "back" { // it says where to
				a.nouns = append(a.nouns, p)
			}
			continue
		}
		if i == main && apart && find(p) == nil {
			a.named, a.verbs = append(a.named, p), append(a.verbs, p+"+"+parts[1])
			a.mean(senseOf[p+"+"+parts[1]])
			continue
		}
		if i == main {
			a.add(p)
			if i+1 < len(parts) && senseOf[p+"+"+parts[i+1]] != nil { // check_in, shut_down
				a.mean(senseOf[p+"+"+parts[i+1]])
			}
			continue
		}
		a.noun(p)
	}
	for _, p := range parts {
		if v, ok := nominal[p]; ok && (main < 0 || parts[main] != v) && find(v) != nil && !(main >= 0 && slices.Contains([]string{"stop", "cancel", "delete", "remove"}, parts[main])) {
			a.add(v)
		}
	}
	for thing, deed := range nominal {
		if slices.Contains(a.named, deed) {
			a.nouns = append(a.nouns, thing)
		}
	}
	pays := len(parts) == 0 || slices.ContainsFunc(parts, func(p string) bool {
		return nominal[p] == "pay" || slices.Contains(money, p) || actNames["pay"] != nil && slices.Contains(find(p), actNames["pay"])
	}) ||
		slices.ContainsFunc(nouns, func(n string) bool { return slices.Contains(money, n) })
	for _, v := range verbs {
		if w := NameWords(v); len(w) > 0 && !a.row(v) {
			a.declared(w[0], pays)
			if find(w[0]) == nil { // a verb of another language
				for _, l := range senseLangs {
					own := stemsOf(w[0], l)
					a.stems[l] = append(a.stems[l], stem{text: fold(w[0])})
					a.stems[l] = append(a.stems[l], own...)
					a.declares[l] = append(a.declares[l], own...)
					for _, n := range nounsOf(w[0], l) {
						a.results[n] |= l
					}
				}
			}
		}
	}
	if a.has("share") || a.has("grant") {
		a.nouns = append(a.nouns, "access", "permission", "role", "rights", "editor", "viewer")
	}
	if a.has("pay") || a.has("refund") {
		for _, m := range money {
			a.noun(m)
		}
		a.nouns = append(a.nouns, money...)
	}
	for _, n := range nouns {
		a.noun(n)
		if list := tokens(n); len(list) == 1 {
			a.objects = append(a.objects, list[0])
		}
	}
	for _, p := range parts { // send_bill: to bill
		if main >= 0 && p != parts[main] && chargers[p] && senders[parts[main]] {
			a.verbs = append(a.verbs, p)
		}
	}
	if a.prices() {
		a.verbs = append(a.verbs, "drop", "lower", "raise", "reduce", "increase", "put+up", "put+down", "bring+down", "bring+up")
	}
	if a.raises() {
		a.verbs = append(a.verbs, "put+up", "bring+up", "bump+up")
	}
	if a.lowers() {
		a.verbs = append(a.verbs, "put+down", "bring+down", "bump+down", "cut+down")
	}
	if slices.Contains(a.named, "hold") {
		a.verbs = append(a.verbs, "put+hold")
	}
	if slices.Contains(a.named, "waive") || slices.Contains(parts, "discount") || slices.Contains(parts, "rebate") {
		a.verbs = append(a.verbs, "take+off", "knock+off")
	}
	if slices.Contains(a.named, "book") && (slices.Contains(a.nouns, "appointment") || slices.Contains(a.nouns, "visit")) {
		a.verbs = append(a.verbs, "put+down")
	}
	if slices.Contains(a.nouns, "event") && a.has("create") {
		a.verbs = append(a.verbs, "invite")
		for l, list := range actNames["invite"].stems {
			a.stems[l] = append(a.stems[l], list...)
		}
	}
	if slices.Contains(a.nouns, "event") && a.has("move") {
		a.add("reschedule")
	}
	if slices.Contains(a.nouns, "address") {
		a.weak = append(a.weak, "send", "deliver", "ship")
	}
	if slices.ContainsFunc(a.named, func(v string) bool { return enders[v] }) {
		a.ends, a.verbs = true, append(a.verbs, "get+rid")
	}
	a.sort()
	return a
}

// chargers are papers and sums that are verbs as well, and senders the verbs by which a tool's name has one
// made out.
var (
	chargers = set("bill invoice credit discount fine refund quote")
	senders  = set("send give issue make write create grant")
)

// prices reports whether the acts set a price.
func (a *Acts) prices() bool {
	return slices.ContainsFunc(a.named, func(v string) bool { return v == "set" || v == "change" || v == "update" || v == "adjust" }) &&
		slices.ContainsFunc(a.nouns, func(n string) bool { return n == "price" || n == "rate" || n == "fee" || n == "rent" })
}

// particlesOf are those of English verbs that a tool's name may end with.
var particlesOf = set("up off out down back over away on")

// baseEnds are the endings of base forms, the longest first, and separable what German sets apart from
// a verb.
var (
	baseEnds  = map[lang][]string{de: {"en", "n"}, fr: {"oir", "er", "ir", "re"}, it: {"are", "ere", "ire", "rre"}, es: {"ar", "er", "ir", "ír"}, pt: {"ar", "er", "ir"}, hi: {"ना"}}
	separable = strings.Fields("trocken fertig bereit sicher still frei fest sauber leer voll warm kalt offen kaputt krank gut teil statt bekannt zusammen zurück herunter herein heraus hinaus hinein weiter nieder hoch raus rein runter rauf rüber ab an auf aus bei ein her hin los mit nach um vor weg zu")
)

// stemsOf returns the stems of a declared verb that has the ending of a base form in a language, so that
// its other forms are read as well: smontare, smonta.
func stemsOf(word string, l lang) []stem {
	const least = 3 // letters of a stem
	var out []stem
	if utf8.RuneCountInString(word) <= least {
		for _, s := range otherStems(word, "", l) {
			out = append(out, stem{text: foldStem(s)})
		}
		return out
	}
	for _, end := range baseEnds[l] {
		base, ok := strings.CutSuffix(word, end)
		if !ok {
			continue
		}
		if l == hi && shortHindi(base) {
			out = append(out, stem{text: foldStem(base)})
			break
		}
		if utf8.RuneCountInString(base) < least { // fare: only its own forms are long enough
			for _, other := range otherStems(word, base, l) {
				if utf8.RuneCountInString(other) >= least {
					out = append(out, stem{text: foldStem(other)})
				}
			}
			continue
		}
		out = append(out, stem{text: foldStem(base)})
		for _, other := range otherStems(word, base, l) {
			out = append(out, stem{text: foldStem(other)})
		}
		if l == hi && strings.HasSuffix(base, "ा") { // have it done: बढ़वाना
			out = append(out, stem{text: strings.TrimSuffix(base, "ा") + "वा"})
		}
		if other := hindiCausative(base); l == hi && other != "" {
			out = append(out, stem{text: other})
		}
		if l == de {
			out = append(out, germanStems(base)...)
		}
		break
	}
	return out
}

// shortHindi reports whether a Hindi stem is of two letters, and no helper of other verbs: "भर".
func shortHindi(base string) bool {
	return utf8.RuneCountInString(base) == 2 && !strings.ContainsFunc(base, unicode.IsMark) && !hindiHelpers[base] && !hindiHelpers[base+"ो"]
}

// formsHindi are the endings of a short Hindi stem, which is a part of other words as well: "भर्ती", "भरोसा".
var formsHindi = set("ना नी ने ो ें िए िएगा िये वा वाना वाओ वाइए वाएँ ा ी े")

// foldStem is fold for the beginning of a word: "faç" of faça has no last letter of its own.
func foldStem(s string) string { return strings.TrimSuffix(fold(s+"a"), "a") }

// enders are deeds behind which a thing is gone.
var enders = set("delete remove discard scrap dispose bin dump junk uproot erase trash purge wipe destroy cancel shred recycle")

// recurring are words of a description by which a deed is done again and again.
var recurring = set("each every monthly weekly daily yearly regular regularly recurring repeated standing subscription subscriptions interval schedule scheduled")

// Described returns the acts with what the tool's description says of them: the verb that it
// begins with, which needs a noun beside it, and whether numbers say by how much.
func (a Acts) Described(text string) Acts {
	words := NameWords(text)
	if len(words) == 0 {
		return a
	}
	a.by = slices.Contains(words, "by")
	a.recurs = slices.ContainsFunc(words, func(w string) bool { return recurring[w] })
	a.hints = &Acts{}
	for _, w := range words[1:] {
		if len(w) > 3 && knownIn[w] == 0 && find(w) == nil && !quantities[w] {
			a.hints.noun(w)
		}
	}
	first := words[0]
	if one, ok := strings.CutSuffix(first, "s"); ok && find(first) == nil {
		first = one // "Renews a loan"
	}
	if len(find(first)) > 0 && !slices.Contains(a.named, first) {
		if again := a.of(first); slices.Contains(again.named, first) { // fuel_ship: Fuel a ship.
			again.by, again.recurs, again.hints = a.by, a.recurs, a.hints
			return again
		}
	}
	if len(find(first)) == 0 || idleVerbs[first] || slices.Contains(a.named, first) {
		return a
	}
	other := Acts{stems: map[lang][]stem{}, loose: map[lang][]stem{}}
	other.add(first)
	a.weak = append(slices.Clip(a.weak), other.verbs...)
	loose := map[lang][]stem{}
	for _, l := range senseLangs {
		loose[l] = append(slices.Clip(a.loose[l]), other.stems[l]...)
	}
	a.loose = loose
	a.sort()
	return a
}

// purchases are strict deeds that pay nobody by themselves, quantities words of descriptions that name no thing.
var (
	purchases  = set("buy sell")
	quantities = set("number amount some list name date time type kind optionally whether their into onto from with more other another")
)

// idleVerbs at the beginning of a description say nothing of the act.
var idleVerbs = set("have let get make do use allow list read show look find search check return")

func (a *Acts) has(verb string) bool { return slices.Contains(a.verbs, verb) }

// noun takes a word for what the acts work on, and those that mean the same.
func (a *Acts) noun(n string) {
	a.nouns = append(a.nouns, n)
	one := strings.TrimSuffix(n, "s")
	for _, t := range things {
		if slices.Contains(t.words, n) || slices.Contains(t.words, one) {
			a.nouns = append(a.nouns, t.words...)
			a.begins = append(a.begins, t.begins...)
		}
	}
}

func (a *Acts) sort() {
	for _, list := range []*[]string{&a.verbs, &a.nouns, &a.begins} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	a.weak = slices.DeleteFunc(a.weak, func(w string) bool { return slices.Contains(a.verbs, w) })
	a.takeNouns()
}

// nominal are things that are deeds: to send a reminder is to remind.
var nominal = map[string]string{
	"reminder": "remind", "reservation": "book", "booking": "book", "payment": "pay", "money": "pay", "funds": "pay", "invitation": "invite", "cancellation": "cancel", "standing": "pay",
	"refund": "refund", "transfer": "pay", "reply": "reply", "deletion": "delete", "purchase": "buy", "invite": "invite", "announcement": "post", "review": "review", "access": "grant", "permission": "grant",
	"restart": "restart",
}

// add takes the words of a deed.
func (a *Acts) add(word string) {
	a.named = append(a.named, word)
	a.verbs = append(a.verbs, word)
	a.mean(find(word))
}

// declared takes a verb that a tool declares: one that moves things as well as money is no payment of
// a tool that has nothing to do with money.
func (a *Acts) declared(word string, pays bool) {
	deeds := find(word)
	if other := slices.DeleteFunc(slices.Clone(deeds), func(k *act) bool { return k.name == "pay" }); !pays && len(other) > 0 {
		deeds = other
	}
	a.named, a.verbs = append(a.named, word), append(a.verbs, word)
	a.mean(deeds)
}

// mean takes the words of deeds.
func (a *Acts) mean(deeds []*act) {
	for _, k := range deeds {
		a.verbs = append(a.verbs, k.verbs...)
		a.weak = append(a.weak, k.weak...)
		for l, list := range k.stems {
			for _, s := range list {
				if !slices.Contains(a.stems[l], s) {
					a.stems[l] = append(a.stems[l], s)
				}
			}
		}
		for _, w := range k.weak {
			if other := actNames[w]; other != nil && !slices.Contains(a.named, w) {
				for l, list := range other.stems {
					a.loose[l] = append(a.loose[l], list...)
				}
			}
		}
		a.strict, a.alters = a.strict || k.strict, a.alters || k.alters
		a.grave = a.grave || k.strict && !purchases[k.name]
	}
}

// find returns the deeds that a verb names: those that are called so, else those whose
// verbs it is among.
func find(word string) []*act {
	list := deedOf[word]
	if a := actNames[word]; a != nil {
		list = []*act{a}
	}
	return append(slices.Clip(list), senseOf[word]...)
}

// carriers are verbs of names that say nothing without their noun: place_order, issue_refund.
var carriers = set("place make issue submit put do perform")

// raises and lowers report whether the tool makes a number of something greater, or smaller.
func (a *Acts) raises() bool { return a.has("increase") || a.has("raise") }
func (a *Acts) lowers() bool { return a.has("reduce") || a.has("lower") || a.has("decrease") }
