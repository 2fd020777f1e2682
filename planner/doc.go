// Package planner decides what an agent's run does next, and does nothing itself.
//
// A run is a sequence of events: it was started, a policy was pinned, the model
// generated a turn, the policy decided on a call, a call's intent was written, its
// result came. [Step] folds one event into a [State] and returns the commands that
// are open then: generate, decide, screen, intend, dispatch, reconcile or end. The
// runtime carries commands out and journals what came of them as further events.
//
// Step is pure: no clock, no randomness, no input or output. Time comes with the
// events. The same events give the same states, prompts and commands, byte for
// byte, which is what makes a run resumable and a journal checkable.
//
// The texts that the planner itself puts into prompts belong to the journal's format:
// a journal whose prompts come out otherwise does not replay. So does each field of
// State. What is added must be absent where it was absent before.
//
// There are two strategies. With [React], the default, the model calls tools turn by
// turn. With [Plan] it first writes a plan under a schema: steps as a graph, whose
// arguments may refer to the results of earlier steps. A plan's step runs once the
// steps that it needs have succeeded, independent steps at once; if one fails, or the
// plan says so, the model plans again with what it has seen, else it answers.
//
// A context that is full is made shorter by an event, see [Compact], or the run ends
// with an error; nothing is cut silently.
//
// A result that the policy keeps aside never enters the context: the model sees a
// name, which it may pass on. What it must know of the value it asks by a call of
// [ExtractTool], which is a generation apart: no tools, a narrow schema.
//
// Where a policy is pinned it is asked at each hook that it has rules for: before
// planning, before a call, after a result and for each passage, before the answer.
// [Facts] says what each event means to it. Journals without those events replay as
// they did.
//
// Invariants:
//   - Every command that is open is returned each time, so the commands after the
//     last event are what a resumed run has to do.
//   - A call is dispatched only after an allow, of the pinned policy if there is
//     one, and an intent of the same epoch.
//   - Reads that stand next to each other in a turn run in parallel; a call with
//     effects waits for all earlier calls, and all later ones wait for it. The steps
//     of a plan wait for what they need and for nothing else.
//   - A call of effect class once has at most one intent.
//   - Results enter the conversation in the order of the calls, whatever the order
//     in which they came, and as the policy leaves them.
//   - Every run ends in a typed [Status] within its [Budget].
package planner
