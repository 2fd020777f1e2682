// Package kv is the paged key-value cache: the memory of a decoder's context.
//
// One [Pool] holds the pages of a model. A page has room for a fixed number of tokens,
// for every layer and KV head; within it the keys of one layer and head are contiguous
// rows, so that attention streams them. A sequence is a [Table]: a list of pages and a
// length. Pages are counted by the tables that hold them, so sequences share a prefix
// by sharing its pages; only the last, partly filled page is copied when two sequences
// that share it go different ways.
//
// The pool's memory lies outside the garbage collector's heap and is committed by the
// operating system as pages are first written, so a large pool costs nothing until it
// is used.
package kv
