package ask

import (
	"slices"
	"strings"
)

// Orders by their form: a verb that only says that a thing is to be put somewhere, run, fixed or given may be the verb of
// any tool that its values fit.

// places reports whether a word is such a verb with its pronouns written to it: póngale, mettetelo.
func places(t *token) bool {
	w := t.fold
	for _, end := range enclitics {
		rest, ok := strings.CutSuffix(w, end)
		if !ok || len(rest) < 2 {
			continue
		}
		if rest = strings.TrimSuffix(rest, "-"); placers[rest] || gives[rest] || placers[rest+"e"] || placers[rest+"a"] {
			return true
		}
	}
	return false
}

// putting are the stems of verbs of putting.
var putting = map[lang][]string{fr: {"mett", "met"}, it: {"mett"}, es: {"pon", "pong", "met"}, pt: {"ponh", "bot", "met"}}

// puttingForm reports whether a word is an order to put something somewhere.
func puttingForm(t *token, l lang) bool {
	for k, list := range putting {
		if l&k != 0 && l&en == 0 && slices.ContainsFunc(list, func(stem string) bool { return verbForm(t.fold, stem, k) == ordering }) {
			return true
		}
	}
	return false
}

// enclitics are pronouns that are written to orders, the longest first.
var enclitics = []string{"glielo", "gliela", "selos", "selas", "selo", "sela", "melo", "mela", "nosla", "noslo", "telo", "tela", "celo", "cela", "lhes", "les", "los", "las", "nos", "lhe", "gli", "le", "lo", "la", "li", "me", "mi", "ci", "ne"}

// placerBehind returns a verb of putting that stands behind what it is about, with its pronouns before it: "il lavoro J-421
// lo metta …", "el paquete P-703 me lo mete …"; −1 if there is none.
func (c *clause) placerBehind(first int) int {
	if c.lang&(it|es|pt|fr) == 0 || c.lang&en != 0 {
		return -1
	}
	named := false
	for i := first; i < len(c.words); i++ {
		t := &c.words[i]
		if placers[t.text] && i > first && named && frontClitics[c.words[i-1].text] {
			if c.lang&it != 0 && (t.text == "faccia" || t.text == "fate" || t.text == "fai") && i+1 < len(c.words) && !strings.HasSuffix(c.words[i+1].text, "re") {
				return -1
			}
			return i
		}
		named = named || t.code()
		if t.sign || t.quoted || t.starts&(negator|speaker|subject|report|know|hypothetical|question|keep|stop|await) != 0 && t.within&det == 0 && !frontClitics[t.text] {
			return -1
		}
	}
	return -1
}

// frontClitics are pronouns before a verb.
var frontClitics = set("lo la li le gli glielo gliela me te se nos os les lhe o a ce ve ne y en")

// takesOff reports whether the clause brings a thing out of, off or away from where it is.
func (c *clause) takesOff() bool {
	for i := range c.words {
		t := &c.words[i]
		if t.quoted || removing[t.text]&c.lang == 0 {
			continue
		}
		switch t.text {
		case "out":
			if i+1 < len(c.words) && (c.words[i+1].text == "of" || c.words[i+1].text == "from") || i+1 == len(c.words) {
				return true
			}
		case "via": // at the end, and no "via Roma"
			if i+1 == len(c.words) || c.words[i+1].sign {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// removing are words by which a thing is taken from where it is.
var removing = wordSets["removing"]

// removes reports whether the acts take something out, back or away.
func (a *Acts) removes() bool {
	return a.ends || slices.ContainsFunc(a.verbs, func(v string) bool { return removers[v] })
}

// removers are verbs by which something is taken out, back or away.
var removers = set("offload unload disembark uninstall retire scrap take+down remove leave withdraw unenrol unassign deregister release return cancel take+out take+off take+away sign+off drop unload detach evict eject expel exclude recall collect waive deduct subtract reduce lower refund")

// putsInto reports whether the clause puts or gets a thing into or onto something.
func (c *clause) putsInto() bool {
	at := c.opened()
	if f := c.frameBefore(min(at+8, len(c.words))); f > 0 {
		at = f
	}
	if at >= len(c.words) || !placers[c.words[at].text] && !gives[c.words[at].text] && !places(&c.words[at]) {
		return false
	}
	return slices.ContainsFunc(c.words[at+1:], func(t token) bool { return inner[t.text] || t.starts&target != 0 }) && !c.takesOff()
}

// inner are words for where a thing is put.
var inner = set("in into on onto to down auf in ins rein ein an dans sur en sulla sul nella nel alla al em na no में पर เข้า ใน ลง ไว้")

// ofName reports whether a word with a capital letter is a part of a name that the call has: the São of "Hospital de
// São João".
func (c *clause) ofName(i int, call *Call) bool {
	t := &c.words[i]
	return i > 0 && t.capped && c.lang&de == 0 && slices.ContainsFunc(call.Values, func(v Value) bool {
		return v.Shape == Word && strings.Contains(v.Text, " ") && v.Said(c.text) && v.holdsWord(c, i, t.text)
	})
}
