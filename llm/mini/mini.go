// Package mini is the small model that ships in the binary: Llama 3.1's architecture,
// prompt format and special tokens in a few megabytes, trained for calling tools and
// for little else. It runs through the same loader, tokenizer, grammar and engine as
// any other GGUF file.
//
// MODEL_CARD.md says what it can do, measured, and how it was made; train makes it
// again. It knows no facts: what it says comes from its prompt.
package mini

import _ "embed"

// Name is the model's name, as in its file.
const Name = "chaski-mini"

//go:embed model.gguf
var file []byte

// Bytes returns the model as a GGUF file. It is shared, and not to be written to.
func Bytes() []byte { return file }
