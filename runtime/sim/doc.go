// Package sim runs the durable loop against a simulated world: a journal that
// crashes before or after an append or finds the disk full, a bus that loses,
// repeats and delays messages, a worker with its result store, a scripted model and
// a clock that only the simulation moves. A seed gives the world's whole history,
// so that a failure is repeated by its seed.
//
// After each seed the invariants are checked: an effect at most once for each call,
// no dispatch without a journalled allow and intent, at most one dispatch of a once
// call, a journal that replays to the same state, and an end once faults stop.
//
// World is for tests only. Its mutants, runtimes with a known mistake, show that
// the checks see what they are there for.
package sim
