// Package sample chooses tokens from logits.
//
// A [Sampler] applies, in this order: the repetition and presence penalties, the
// temperature, top-k, min-p and top-p, and then draws. Temperature 0 is greedy: the
// largest logit, the lowest id of equals. A sampler's choices depend on its seed and on
// what it was shown only: the same seed gives the same tokens.
//
// [Stops] holds back text that may be the beginning of a stop string.
package sample
