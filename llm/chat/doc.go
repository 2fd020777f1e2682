// Package chat speaks Llama 3.1's prompt format: it renders a conversation into
// the pieces of a prompt, and reads what the model writes back into text and tool
// calls.
//
// # Rendering
//
// [Render] turns messages and tools into a sequence of [Piece] values. A piece is
// either text or one special token, never both: the text of a message that spells
// "<|eot_id|>" stays text, so nobody's words can forge a header, a turn end or a
// call. With [Options] at its template defaults the joined pieces equal what the
// model's own template renders, byte for byte, including where the template refuses.
// [ForRequest] gives the options that the runtime uses: tools in the system message,
// no date in it, and everything volatile last, so that the front of the prompt stays
// the same between turns and runs and its cache pages can be shared.
//
// # Other formats
//
// [Format] renders by the chat template in a model's file, which is tried out when the model
// is opened: what it has a place for, and the dialect in which it writes calls, see
// [CallForm]. Only the template's own words become special tokens.
//
// # Reading
//
// [Parser] is fed what the model produces, piece by piece, and yields the events of
// package llm. Whatever the split into pieces, the text and the calls are the same.
// A call is what names a declared tool, fits its schema and is made rather than shown.
//
// Llama 3.1's format is described in the model card and prompt-format page of its publisher.
package chat
