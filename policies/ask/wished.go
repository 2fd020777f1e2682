package ask

import "slices"

// Polite wishes in a past that is none: "volevo segnalare un guasto", "je voulais réserver trois places". A story of what
// somebody once wanted has the same words, so nothing else of the message may tell of it.

// wanted reports whether clause i begins with such a wish for the deed of a verb, and all else that its message says leaves
// it as it is.
func (s *Said) wanted(i int, v verb, call *Call) bool {
	c := &s.clauses[i]
	at := c.opened()
	for at < len(c.words) && (ownSubjects[c.words[at].text]&c.lang != 0 || forMe[c.words[at].text]) {
		at++
	}
	if call.NeedsVerb || call.Acts.callsOff() || call.Acts.grave || c.asked || c.kind != plain || c.negates() >= 0 || v.form != ordering || at >= v.at || wantedWords[c.words[at].text]&c.lang == 0 || c.hasOf(alreadys, 0) >= 0 || c.formerly() {
		return false
	}
	for k := at + 1; k < v.at; k++ {
		if w := c.words[k].text; !frontClitics[w] && !toYou[w] && !frenchClitics[w] && c.words[k].within&opener == 0 {
			return false
		}
	}
	for j := range s.clauses {
		o := &s.clauses[j]
		if j == i || o.message != c.message || o.only(opener|frame) || o.groundsOnly(false) || o.tellsOnly(call) || o.kind == subordinate && o.negates() < 0 && !call.names(o.text) {
			continue
		}
		if j > i && o.contrast && o.only(nothing|opener) || j < i && o.kind == plain && o.bare() && o.negates() < 0 || o.verbOf >= 0 && o.negates() < 0 && !o.contrast && !o.corrects {
			continue // "… ma niente"; "Buongiorno, camera 12,"
		}
		return false
	}
	return !slices.ContainsFunc(c.words[at+1:], func(t token) bool {
		return t.starts&(later|await|keep|stop|recall|ifs|unless|know|report) != 0 && t.within&det == 0
	})
}

// wantedWords say politely that somebody wants a thing.
var wantedWords = wordSets["wanted"]
