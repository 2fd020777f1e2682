// Package tokenizer turns text into token ids and back, as models of Llama's architecture
// do: byte-level byte-pair encoding in the ways of Llama 3, GPT-2, SmolLM, Qwen 2 and
// Tekken, and SentencePiece as Llama 2 and Mistral have it.
//
// For the first kind a text is cut into words by the vocabulary's split pattern (see
// [Split]; written by hand: one pass, no backtracking), and each word is encoded on its
// own: where the vocabulary says so, a word that is a token is taken whole; any other
// starts as its bytes, and the neighbouring pair with the lowest rank is merged until no
// pair is left. SentencePiece starts from characters and merges within runs of text and
// the blanks before it (see spm.go). A byte of no ordinary text that the vocabulary lacks
// is left out, or is its unknown token.
//
// Text and special tokens are separate inputs. [Tokenizer.Encode] never yields a
// special token, whatever the text spells; [Tokenizer.Special] gives the id of one by
// name. Tokens that a tune added as text, such as <think>, are taken whole wherever they
// stand. [Tokenizer.EncodeSpecial] reads special tokens out of a text and is for
// prompts that come ready-made, never for user text or tool output.
//
// Vocabularies come from a GGUF file, from tiktoken's tokenizer.model, or from a
// tokenizer.json; what they ask for and is not done here is refused by name. A Tokenizer
// is immutable and safe for concurrent use.
package tokenizer
