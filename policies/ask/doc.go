// Package ask reads what a user asks for out of their words.
//
// A policy must know more than which values a user named: "don't refund 1042" names the
// order, and "did you pay 500 to acme?" names the payee and the amount. [Read] cuts texts
// into sentences and clauses. It takes out what is quoted, what is told to somebody, the
// conditions and the exceptions, and tells for each clause what it is: an order, a ban, a
// question, what others say, what might be. [Said.Asked] finds the orders for a call: a verb
// for the act in the form and the place of an order, not negated, not for later, with the
// values of the call together in it, each on its side. [Said.Forbidden] finds the bans.
// [StateOf] and [Compared] read conditions.
//
// It is a reader of surfaces, in the eight languages of Llama 3.1; the words that it knows
// are the texts in lexicon. It errs on one side: what it does not take for an order with
// these values has to be confirmed by a person. Nothing in it depends on time or chance, and
// of a message at most [MaxText] bytes are read. Why a sentence is read as it is, `go run ./policies/ask/_trace` prints.
package ask
