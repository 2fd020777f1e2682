// Package index keeps passages on disk and finds them: BM25 over a bleve index, and the
// vectors of passages if an embedder makes them.
//
// A file's passages and its [Record] are written in one batch, so after a crash the index
// is what it was between two batches, and the records say what it holds: there is no
// second list that could disagree. A file that needs several batches has a record from the
// first on that says so.
//
// One process writes: it holds a lock on the folder. It publishes what it has, as links to
// files that never change, and others read that; see [Index.Publish].
//
// bleve holds the postings. The scores are computed here, since its own BM25 takes the
// root of a term's count and the number of different terms for a length: see bm25.go.
package index
