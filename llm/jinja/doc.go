// Package jinja renders the chat template that a model file carries.
//
// It reads what such templates use of Jinja: output, if, for with conditions, break and
// continue, set and its blocks, macros and calls, filter blocks, generation blocks; lists
// and dictionaries in the order in which they came; the filters, tests and methods of
// strings, lists and dictionaries that change nothing; and white-space control as Hugging
// Face sets it (trim_blocks, lstrip_blocks). There are no imports and includes.
//
// A template comes from a file, and the values from anybody, so both are bounded:
// steps, depth and output. Text that came in as a value stays apart from the text of
// the template all the way to the output, through cutting, joining and replacing, see
// [Segment]: only the template's own words may spell special tokens.
package jinja
