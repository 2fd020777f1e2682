// Package gguf reads and writes GGUF, the file format of quantised models, versions 2
// and 3: typed metadata, then named tensors. A file is mapped into memory, and a
// tensor's data are a view of the mapping, so opening a model reads nothing but its
// header.
//
// Nothing in a file is believed before it is checked: counts against the bytes that
// are left, so that no header makes the reader allocate more than the file is long;
// tensors against the file's end and against each other. Errors name the file and the
// tensor or key.
//
// The format is specified in docs/gguf.md of the ggml project.
package gguf
