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
// # Reading
//
// [Parser] is fed what the model produces, piece by piece, and yields the events of
// package llm. Whatever the split into pieces, the text and the calls are the same.
// A call is recognised only where a turn can make one: at its start, after
// <|python_tag|>, after another call, or as the last thing on lines of its own. JSON
// or code inside an answer is text.
//
// The format is described in the Llama 3.1 model card and prompt-format page of its
// publisher.
package chat
