package ask

import "slices"

// Polite wishes in a past that is none: "volevo segnalare un guasto", "je voulais réserver trois places", "I wanted to
// cancel G-231". A story of what somebody once wanted has the same words, so nothing else of the message may tell of it;
// beside a wish to call off what cannot be had again nothing may stand but courtesy and reasons.

// wanted reports whether clause i begins with such a wish for the deed of a verb, and all else that its message says leaves
// it as it is.
func (s *Said) wanted(i int, v verb, call *Call) bool {
	c := &s.clauses[i]
	at := c.opened()
	for at < len(c.words) && (ownSubjects[c.words[at].text]&c.lang != 0 || forMe[c.words[at].text] || c.words[at].text == "just") {
		at++
	}
	if c.asked || c.kind != plain || c.negates() >= 0 || v.form != ordering || at >= v.at || wantedWords[c.words[at].text]&c.lang == 0 || c.hasOf(alreadys, 0) >= 0 || c.formerly() {
		return false
	}
	for k := at + 1; k < v.at && c.lang&de == 0; k++ {
		if w := c.words[k].text; w != "to" && w != "just" && !frontClitics[w] && !toYou[w] && !frenchClitics[w] && c.words[k].within&opener == 0 {
			return false
		}
	}
	weighty := call.NeedsVerb || call.Acts.callsOff() || call.Acts.grave
	if weighty && !c.wishesOnly(at, v, call) {
		return false
	}
	for j := range s.clauses {
		o := &s.clauses[j]
		if j == i || o.message != c.message || o.only(opener|frame) || o.groundsOnly(false) || !(weighty && o.contrast) && o.tellsOnly(call) || j < i && greeted(o.words) {
			continue
		}
		if weighty {
			return false
		}
		if o.kind == subordinate && o.negates() < 0 && !call.names(o.text) || j > i && o.contrast && o.only(nothing|opener) || j < i && o.kind == plain && o.bare() && o.negates() < 0 || o.verbOf >= 0 && o.negates() < 0 && !o.contrast && !o.corrects {
			continue // "… ma niente"; "Buongiorno, camera 12,"
		}
		return false
	}
	return weighty || !slices.ContainsFunc(c.words[at+1:], func(t token) bool {
		return t.starts&(later|await|keep|stop|recall|ifs|unless|know|report) != 0 && t.within&det == 0
	})
}

// wishesOnly reports whether the clause, from its wish on, says nothing but the deed and what it is done to, and behind a
// comma why. "Ich wollte G-231 gestern absagen", "I wanted to cancel it at first" say more.
func (c *clause) wishesOnly(at int, v verb, call *Call) bool {
	for k := range at {
		if firstOnly[c.words[k].text]&c.lang != 0 {
			return false
		}
	}
	if c.lang&(en|de) != 0 && !slices.ContainsFunc(c.words[:at], func(t token) bool { return ownSubjects[t.text]&c.lang != 0 }) {
		return false
	}
	for k := at + 1; k < len(c.words); k++ {
		if c.words[k].sign && c.words[k].text == "," {
			rest := c.part(k+1, len(c.words))
			return rest.find(rethink, 0, len(rest.words)) < 0 && (rest.only(opener|frame) || rest.ground(false) || rest.tellsOnly(call))
		}
		if w := c.words[k].text; firstOnly[w]&c.lang != 0 || k != v.at && w != "to" && !c.saysOnly(k, call) {
			return false
		}
	}
	return true
}

var (
	wantedWords = wordSets["wanted"]    // say politely that somebody wants a thing
	firstOnly   = wordSets["firstOnly"] // say that it was so at first
)
