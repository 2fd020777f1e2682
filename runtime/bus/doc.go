// Package bus carries calls to tools over NATS: to the same process, another one, or
// another machine, in the same way.
//
// [Open] is all of it for one process: an embedded server or a connection to a cluster,
// the process's own tools on it, and a client. In parts: [Start] runs a NATS server with
// JetStream inside the process; [Connect] reaches it or any other; [Serve] publishes the
// tools of a registry as NATS micro services; a [Client] finds them and calls them: it
// is a tools.Caller, a tools.Catalog and, for calls whose reply was lost, a
// runtime.Reconciler.
//
// The model to keep in mind is a claim. Before a worker runs a tool that changes
// something, it creates an entry under the call's id in a shared key-value bucket; only
// one can. After the effect it replaces the claim by the result, with compare-and-set,
// and only then replies. So at any moment the entry says what is known: absent, it has
// not run; claimed, it may have; done, here is the result. A second attempt finds the
// entry and replays the result, waits for it, takes a dead worker's claim over if the
// tool is idempotent, or says that the outcome is unknown if it is once. A caller whose
// reply is lost closes the id of a once call itself: if it can create the entry, no
// worker ever started and none will. See docs/protocol.md for subjects, headers and
// every window in which a worker may die.
//
// Invariants:
//   - A once tool is started at most once for each call id, by anybody.
//   - A result is recorded before it is sent, unless the store is away for ten seconds;
//     then it is sent, and recorded when the store is back.
//   - A reply is taken only if it names the call and the attempt it answers.
//   - Callers reach only workers that declare the very spec that they checked against.
package bus
