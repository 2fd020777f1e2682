// Package llm is the contract between Chaski's agents and a language model.
//
// It holds data and interfaces only: messages, tool specs and calls, a
// request, the events of a streamed turn, and [Model], which turns one into the
// other. The embedded decoder implements Model in llm/engine, a remote endpoint
// in llm/openai, and a script of prepared turns in [Scripted]; nothing above this
// package knows which of them it talks to, and nothing in it knows about weights.
//
// Invariants:
//   - A [Request] is a value: a Model never writes to it.
//   - A stream yields exactly one [Stop] and it comes last, or it yields an error
//     and ends. Every [CallStart] is followed by its [CallEnd] before the Stop.
//   - The text of all [TextDelta] events joined, and the calls of all [CallEnd]
//     events, are the assistant message of the turn: see [Collect].
package llm
