// Package read turns files into blocks of text: Markdown, plain text, HTML, PDF, DOCX,
// CSV, JSON lines and source code.
//
// A [Block] is a heading or a paragraph, with its page where the format has pages. What
// no reader would see is left out: scripts, comments, hidden elements, vanished and
// invisible text, direction marks and zero-width characters.
//
// The bytes are anybody's. So each reader is bounded: by [Limits] in the text that it
// gives and in what it unpacks, by its context in time. What is wrong is an error, never
// a panic, and what was read before it has been given.
package read
