// Package ask reads what a user asks for out of their words.
//
// A policy must know more than which values a user named: "don't refund 1042" names the
// order, and "did you pay 500 to acme?" names the payee and the amount. [Read] cuts texts
// into clauses and tells for each what it is: a request, a ban, a question, or a statement,
// which may report what others want. [Said.Asked] finds the requests for an act: a verb
// with its object, in a clause that is no question, no report and not negated, with the
// conditions that it depends on. [Said.Forbidden] finds the bans.
//
// It is a reader of surfaces, in the eight languages of Llama 3.1, and knows no grammar. So
// it errs on one side: what it does not take for a request has to be confirmed by a person.
// Nothing in it depends on time or chance, and the work is linear in the text, of which at
// most [MaxText] bytes a message are read.
package ask
