// Package schema checks JSON that crosses a border: what a model wrote, what a tool
// answered, what arrived over the bus.
//
// It has three parts. [Decode] reads JSON strictly: every document has one meaning,
// so duplicate keys, NaN, invalid UTF-8, lone surrogates, numbers that no float64
// holds, deep nesting and oversized documents are refused with the byte offset.
// [Append] writes a decoded value in canonical form: keys sorted by their bytes, no
// white space, one spelling for each number. [Compile] prepares a JSON Schema, whose
// Check fills in defaults and reports every violation with its path, what was
// expected and what was given, in words that a small model can act on.
// [For] derives the schema of a Go type from its json and jsonschema tags.
//
// Invariants: Decode never panics and allocates in proportion to its input; Append
// of a decoded value decodes to the same value and to the same bytes; a schema never
// loads anything from a file or the network.
package schema
