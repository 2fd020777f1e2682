// Package journal keeps the events of runs: append-only, checked, never rewritten.
//
// A [Record] holds one event as JSON with its sequence number, the hash of the
// record before it and the epoch of the process that wrote it. An append names the
// record that it follows, so of two writers one gets [ErrConflict] and reads what
// the other wrote; a writer whose lease was taken over has an older epoch and gets
// [ErrFenced].
//
// There are three journals behind one interface, with one conformance test: [Memory],
// [Dir] and [Stream].
//
// A Dir holds one record a line, synced before Append returns. What a crash left of
// an unfinished line was never acknowledged: it is cut off by the next append. A
// mark beside the file says how far the run was acknowledged, so that a journal
// whose end is missing is told from one that a crash left. Anything else that does
// not fit is a [CorruptError], which names the record, and the run is refused.
//
// A Stream is in JetStream, appended by the expected last sequence of the run's
// subject, for processes on several machines.
package journal
