// Package engine runs sequences on a model.
//
// [Complete] continues one sequence of token ids on a runner of its own: prefill in
// chunks, then one token for each pass.
//
// An [Engine] runs many requests at once. One loop makes every pass: it takes the next
// chunk of each prompt that is being read and the next token of each sequence that
// decodes, and computes them together, so that the weights are read once for all. Text
// that a grammar forces is written without asking the model; text that repeats is guessed
// from the sequence's own tokens and verified in the same pass, as long as the guesses
// are right often enough for what they cost on this machine.
//
// With llm.Sampling.Beams a sequence takes several ways at once where the model is not
// sure, and keeps the likeliest. A model file may advise that (general.sampling.beams).
//
// Requests start by priority, then by turns between runs (a run is a session of a
// tenant). A run's pages stay in the cache between its turns; [Engine.Suspend] sends them
// to disk. System prompt and tools, which many runs share, are kept longest.
//
// [Engine.Generate] implements llm.Model over messages, [Engine.Run] takes and gives ids.
//
// Invariants:
//   - A sequence starts only when pages for all that it may generate are free or can be
//     freed: running sequences never wait for memory, waiting ones never fail for it.
//   - A token does not depend on what else is in the pass, nor on drafts or cached pages,
//     but for the rounding of sums, and for beams that are given up where memory is short.
//   - What was computed stays in the cache of its tenant, and of no other.
//   - A request that ends, in whatever way, gives its pages back after the pass in hand.
package engine
