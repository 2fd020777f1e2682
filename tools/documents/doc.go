// Package documents makes folders of documents into tools that answer from them, with
// citations.
//
// A [Library] keeps an index of the files up to date while it is open, and its tools
// search it, open a passage with what stands around it, and list what there is. A passage
// carries the file, page and heading that it is cited by, a hash of its text, and a label:
// what a document says is untrusted unless its folder is declared trusted, so it informs
// answers and decides nothing.
//
//	files -> read (blocks) -> chunk (passages) -> index (BM25, vectors) -> tools
//
// Who asks comes with the call: a passage of a folder that the asker may not read is never
// retrieved. A file that cannot be read is reported by its name, and the rest goes on.
//
// Invariants:
//   - After a crash the index is as it was after some batch, and the next scan completes it.
//   - Nothing outside of the folders is read, whatever links lead there.
//   - A file matched by several folders may be read only by whom all of them admit, and is
//     trusted only if all are.
package documents
