// Package expert holds small models that help a small decoder to call tools: one says how
// well tools fit what somebody asks for, the other which of its words are the value of a
// parameter. A decoder of a few million parameters hardly holds six tools apart, and copies
// a word too many; vectors of words, learned from what people say to tools, do better at
// just that. The engine weighs what they say beside the decoder's own probabilities.
//
// In both a word is the sum of the vectors of its features: itself, its pieces of three to
// five letters, the pair with the word before it. A word that was never seen has the
// vectors of its pieces.
//
//   - [Router]: a tool's words are those of its name, its description and its parameters.
//     The score is the cosine of the two weighted means and the mean of the best cosine
//     that each word of the request finds among the tool's words (late interaction: Khattab
//     and Zaharia, ColBERT, 2020).
//   - [Spans]: two convolutions read a word with its neighbours; what a hidden layer makes
//     of that and of the parameter's words is how likely the word is the first, or the last,
//     of the value (extractive reading: Seo and others, Bidirectional Attention Flow, 2017).
//   - [Harmless] says which calls cost nothing if nobody asked for them.
//   - [SmallTalk] is not learned: what people say when they ask for nothing, by a list of
//     phrases in eight languages, and what is answered.
//   - [Rows] are what results hold: by them the calls and the words that follow a result are
//     held to what was asked for ([Router.Unasked], [Rows.Retarget], [Rows.Answer]).
//   - [Signs] are not learned: what a request and a call show of whether the call is what
//     was asked for. How much each tells is fitted with the confidence.
//
// The weights are tensors router.* and spans.* of the model's file, with chaski.router.kind
// and chaski.router.head among its keys; a file without them has no experts.
// llm/mini/train/router.py and spans.py train them and must compute the same words.
//
// Invariants:
//   - A score depends on the request and that tool or parameter alone, not on others.
//   - An expert is read only: any number of goroutines may use it.
package expert
