// Package grammar turns JSON Schemas and the turns of a model into token masks.
//
// A grammar is one expression over bytes: literals, concatenation, alternatives,
// counted repetition, intersection and complement for strings and numbers, and
// references for recursion. The derivative of an expression by a byte is the expression
// of what may follow it (Brzozowski, 1964), so the state of a [Matcher] is just an
// expression. Expressions are kept once each, and their derivatives are remembered:
// the automaton is built lazily, as far as it is used.
//
// Invariants: a state that no text can complete is never entered, so there is no dead
// end under a mask; a grammar takes every instance of its schema that is written in its
// form. What it cannot enforce exactly it takes too, and says so: [Grammar.Checked] lists
// those keywords for whoever validates what was decoded. What it cannot compile is an
// [Error] that names the keyword and its path. Compiling is bounded in units of work, not
// in time: a schema has one verdict on every machine.
//
// A string is written in one way only: characters as themselves, and the shortest
// escape where JSON demands one. One space may follow a comma and a colon; there is no
// other white space. Properties may come in any order, each once. A number has at most
// 100 digits on either side of the point, and brackets deeper than 256 are steered to
// their end.
//
// Tests: -maskbench.each 1 takes all of MaskBench's sample, -schemas and -masks more random
// schemas.
package grammar
