// Package jinja renders the chat template that a model file carries.
//
// It reads the part of Jinja that such templates use: output, if, for, set, lists and
// dictionaries, the usual filters, tests and string methods, and white-space control
// as Hugging Face sets it (trim_blocks, lstrip_blocks). There are no imports, macros
// or includes.
//
// A template comes from a file, and the values from anybody, so both are bounded:
// steps, depth and output. Text that came in as a value stays apart from the text of
// the template all the way to the output, see [Segment]: only the template's own words
// may spell special tokens.
package jinja
