// Package engine runs sequences on a model.
//
// [Complete] continues one sequence of token ids: prefill in chunks, then one token
// for each pass, chosen by a sampler. It can be cancelled between any two passes.
package engine
