// Package label says where values came from and who may read them.
//
// A [Label] has an integrity (system, user, tool, untrusted) and a
// confidentiality (public, internal, secret) with, optionally, the readers that
// may have the value. Labels join: the result is never trusted more, and never
// readable by more, than either part.
//
// A [Context] holds every text of a run with its label and answers one question:
// where does this argument come from? The reader's model is three cases, tried
// in this order:
//
//  1. The value matches a result: it carries the joined labels of all results
//     that it matches. This side is generous: case, white space, punctuation,
//     zero-width characters, homoglyphs and base64 do not hide a match.
//  2. The value occurs in the user's own words, and in no untrusted text: it is
//     the user's. This side is strict: the whole value, between word boundaries,
//     letter by letter but for case and white space.
//  3. Anything else was made by the model: it joins the labels of the context.
//
// Numbers, dates and enumerations are compared by value, not by spelling.
// Raising trust takes an exact match and losing it takes a likeness, so an
// encoding can only lower what a value is trusted with. Labels only rise; nothing
// in this package lowers the label of a context.
package label
