// Package llama is the decoder: Llama 3.1's transformer over a paged cache.
//
// [Open] reads a model, from a GGUF file or from a directory as Hugging Face lays it
// out. A [Runner] computes: [Runner.Forward] takes tokens of one or more sequences,
// appends their keys and values to the sequences' pages, and returns the logits that
// were asked for. The forward pass is in forward.go and reads top to bottom.
//
// Sequences in one pass never attend to one another (the document mask of the Llama 3
// paper, §3): each reads the pages of its own table only. Whether a prompt comes in one
// pass or in many, alone or beside others, its logits are the same but for the rounding
// of sums.
//
// The architecture is described in "The Llama 3 Herd of Models" (2024), §3.2.
package llama
