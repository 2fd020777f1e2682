// Package objects moves values that are too large for a message into and out of NATS object
// stores, chunk by chunk.
//
// The format is that of NATS (ADR-20: chunks on $O.BUCKET.C.NUID, a description on
// $O.BUCKET.M.NAME), so its own clients read what is written here and the other way round.
// They move an object in one go, by a consumer that a change of leader interrupts, and begin
// again where one chunk was late. Here each chunk is one request whose answer is asked for
// again: a value takes as long as its servers do, what has arrived is not moved twice, and only
// a chunk that nothing is heard of for [Options.Patience] ends it.
package objects
