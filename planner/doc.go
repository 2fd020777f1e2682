// Package planner decides what an agent's run does next, and does nothing itself.
//
// A run is a sequence of events: it was started, the model generated a turn, a
// policy decided on a call, a call's intent was written, its result came. [Step]
// folds one event into a [State] and returns the commands that are open then:
// generate, decide, intend, dispatch, reconcile or end. The runtime carries
// commands out and journals what came of them as further events.
//
// Step is pure: no clock, no randomness, no input or output. Time comes with the
// events. The same events give the same states, prompts and commands, byte for
// byte, which is what makes a run resumable and a journal checkable.
//
// Invariants:
//   - Every command that is open is returned each time, so the commands after the
//     last event are what a resumed run has to do.
//   - A call is dispatched only after an allow and an intent of the same epoch.
//   - Reads that stand next to each other in a turn run in parallel; a call with
//     effects waits for all earlier calls, and all later ones wait for it.
//   - A call of effect class once has at most one intent.
//   - Results enter the conversation in the order of the calls, whatever the order
//     in which they came.
//   - Every run ends in a typed [Status] within its [Budget].
package planner
