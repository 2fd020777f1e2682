// Package tokenizer is Llama 3's byte-level byte-pair encoding: text to token ids
// and back.
//
// A text is cut into words by Llama 3's split pattern (see split.go, written by hand:
// one pass, no backtracking), and each word is encoded on its own: a word that is a
// token is taken whole, any other starts as its bytes, and the neighbouring pair with
// the lowest rank is merged until no pair is left.
//
// Text and special tokens are separate inputs. [Tokenizer.Encode] never yields a
// special token, whatever the text spells; [Tokenizer.Special] gives the id of one by
// name. [Tokenizer.EncodeSpecial] reads special tokens out of a text and is for
// prompts that come ready-made, never for user text or tool output.
//
// Vocabularies come from a GGUF file, from tiktoken's tokenizer.model, or from a
// tokenizer.json. A Tokenizer is immutable and safe for concurrent use.
package tokenizer
