package ask

import "slices"

// What a user says in a message of its own after an order, of themselves or when the assistant asks back, is mostly meant
// for it. Where it is not understood a person is asked: "Cancel W-3." "Hang about, he'll be in after all."

// unclear reports whether a later message than that of clause i says something that is no order, no question, no thanks,
// no answer and no reason that leaves the order as it is.
func (s *Said) unclear(i int, call *Call) bool {
	c := &s.clauses[i]
	for j := c.since(i) + 1; j < len(s.clauses); j++ {
		o := &s.clauses[j]
		if o.message <= c.message || s.replied[o.message-1] && !s.prompted[o.message-1] || o.joins != nil || o.corrects || o.offered || o.asked || o.kind == asking || o.kind == subordinate || len(o.words) == 0 {
			continue
		}
		first := j
		for first > 0 && s.clauses[first-1].message == o.message {
			first--
		}
		if s.clauses[first].agreeing() || o.verbFirst() || o.find(frame, 0, len(o.words)) >= 0 || o.only(opener|oops|assent|frame|pronoun|speaker) && o.find(assent|opener|frame, 0, len(o.words)) >= 0 || o.thanks() || o.groundsOnly(call.Acts.callsOff()) || s.addsTo(j, call) ||
			slices.ContainsFunc(o.words, func(t token) bool { return gratitude[t.text]&o.lang != 0 || t.code() && !call.mentions(t.text) }) {
			continue
		}
		return true
	}
	return false
}
