// Package kv is the paged key-value cache: the memory of a decoder's context.
//
// One [Pool] holds the pages of a model. A page has room for a fixed number of tokens,
// for every layer and KV head; within it the keys of one layer and head are contiguous
// rows, so that attention streams them. A sequence is a [Table]: a list of pages and a
// length. Pages are counted by the tables that hold them, so sequences share a prefix
// by sharing its pages; only the last, partly filled page is copied when two sequences
// that share it go different ways.
//
// A [Cache] keeps the pages of sequences that ended: a tree over token ids, one for each
// tenant, finds the longest prefix that was computed before, to the token. Pages make
// room for others by what it would cost to compute them again, whether they are pinned
// and how long nobody used them, and never while a sequence holds them. With a [Disk]
// they go to a page file and are found there again, after a restart too. A page of the
// file is used only if its model, number format, checksum, tokens and all pages before it
// are right; if not, that is reported and the page computed anew.
//
// The pool's memory lies outside the garbage collector's heap and is committed by the
// operating system as pages are first written, so a large pool costs nothing until it
// is used.
package kv
