// Package chunk cuts the blocks of a document into passages along its headings.
//
// A passage is text that is retrieved, read and cited as one: whole paragraphs of one
// section where they fit, whole sentences where they don't. A section that is cut repeats
// the end of one passage at the beginning of the next, so that no fact is lost between two.
package chunk
