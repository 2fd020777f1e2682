// Package openai makes an llm.Model of any endpoint that speaks OpenAI's chat
// completions: a hosted model, vLLM, llama.cpp's server.
//
// A turn is one streamed request by the official client. Tools are declared with strict
// schemas where the schema allows it, so that the endpoint decodes calls under a
// grammar of its own; the rest is declared as it is, and the runtime validates it like
// any other call. A property that is optional is declared as one that may be null, since
// strict schemas know no other kind, and a null that comes back for it is left out again.
//
//	m, err := openai.New(openai.Options{BaseURL: "http://127.0.0.1:8000/v1", Model: "llama-3.1-8b"})
//
// Invariants:
//   - A request is repeated only before the first piece of its answer: a refused or cut
//     connection, status 408, 409, 429 and 5xx. What is worth asking again later says so,
//     see llm.Passing; a pause that the endpoint asks for is no silence.
//   - What a server says in another shape is read: calls as text, at one index or in
//     pieces, function_call, text in parts, errors in any object, ends by any word.
//     What stands between <think> and </think> is no part of the answer.
//   - A stream that breaks off, says nothing for too long or grows without end is an
//     error, never a shorter answer.
//   - The key is in no error and in no log line.
package openai
