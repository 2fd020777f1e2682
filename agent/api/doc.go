// Package api serves models and agents over HTTP, in the terms of the clients that people
// have: OpenAI's chat completions and responses, Anthropic's messages, embeddings.
//
// Two kinds of model are listed. A bare model answers one turn: the client brings tools
// and runs them, and what comes back was decoded under a grammar of their schemas, always.
// An agent has a name: Chaski runs its tools under its policies, each request is a run in
// the journal, and the answer's metadata names the run. A run that waits for a person is a
// state, which the client reads and answers under /v1/runs.
//
//	s, err := api.New(api.Options{Models: []api.Model{{Name: "mini", LLM: engine}}})
//	l, err := net.Listen("tcp", "127.0.0.1:8080")
//	err = s.Serve(ctx, l, api.ServeOptions{})
//
// More routes are mounted on the same server with [Server.Handle], behind the same request
// ids, limits and keys; [From] says who asks.
//
// Invariants:
//   - Whoever has no key, where keys are needed, learns nothing but whether the server lives.
//   - Nothing of a tenant is visible to another: runs, responses and cached context are
//     looked up by tenant and name, and what is another's is not found.
//   - A request is refused with 429 and Retry-After before it takes memory that is not there.
//   - A client that goes away leaves no work behind but the runs of agents, which go on.
//   - The pieces of a stream, joined, are the answer that is given without streaming.
package api
