// Package console serves pages on which people look at agents: conversations, runs and
// their steps, approvals that wait, policies, tools and the engine. Its pages are HTML made
// here; a small script follows events and brings the page up to date. It reads and changes
// runs only through the HTTP API of [agent/api], in this process, as whoever asks: what the
// API does not let them see, the pages do not show.
//
//	token := server.NewSession(api.Principal{Name: "console", Approve: true, Operate: true, All: true}, 0)
//	c, err := console.New(console.Options{API: server.Handler(), Agents: agents, Token: token})
//	server.Handle("/console/", api.Open, c)
//
// Invariants:
//   - Texts of people, models and tools are shown as text: no page holds markup or script
//     that did not come from this package, and the content-security policy says so again.
//   - A page changes something only when a form on it is sent from the same origin.
//   - With a token, whoever does not know it sees nothing.
//
// [agent/api]: https://pkg.go.dev/github.com/chaski-dev/chaski/agent/api
package console
