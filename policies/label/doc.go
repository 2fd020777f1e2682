// Package label says where values came from and who may read them.
//
// A [Label] has an integrity (system, user, tool, model, untrusted) and a
// confidentiality (public, internal, secret) with, optionally, the readers that
// may have the value. Labels join: the result is never trusted more, and never
// readable by more, than either part.
//
// A [Context] holds every text of a run with its label and answers one question:
// where does this argument come from? The reader's model is five cases, tried in
// this order:
//
//  1. The value occurs in the user's own words: it is the user's. This side is
//     strict: the whole value, between word boundaries, letter by letter but for
//     case and blanks, not where the user negates it. A common word that untrusted
//     text holds too is not; a name that it holds too is marked as contested.
//  2. The value is a whole leaf of a trusted result: it is the tool's. A word inside
//     a text of that result is no leaf. That a tool vouches for a value does not say
//     that this one of several is meant: see [Context.Several].
//  3. The value is like anything in an untrusted result: it is a stranger's. This
//     side is generous: case, white space, punctuation, zero-width characters,
//     homoglyphs and base64 do not hide a match.
//  4. The value follows exactly from values of the user's and of trusted tools.
//  5. Anything else was made by the model: it joins the labels of the context.
//
// Numbers, dates and enumerations are compared by value, not by spelling.
// Raising trust takes an exact match and losing it takes a likeness, so an
// encoding can only lower what a value is trusted with. Labels only rise; nothing
// in this package lowers the label of a context.
package label
