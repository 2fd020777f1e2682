// Package tools turns functions into tools that a model can call.
//
// A tool is a [Spec], which the model, the bus and the policies see, and a handler.
// [New] makes one from a typed Go function; [Raw] from a function over JSON. Every
// call goes the same way, wherever the tool runs:
//
//	arguments -> strict JSON, defaults, input schema -> handler -> strict JSON, output schema -> Result
//
// What is wrong with the arguments comes back as a [Result] with [StatusInvalid] and a
// reason that names the path, what was expected and what was given, so that a model can
// repair its call. The handler returns [Retry] when another call may do better,
// [Unsure] when it cannot know whether it took effect, and [Fail] or any other error
// when it did not. A panic of a once tool is of unknown outcome. An answer that breaks
// the output schema, has no JSON form or is too large is a failure of a read tool; of a
// tool that changed something it is a success with an [Odd] answer.
//
// A [Caller] makes one attempt at one call: a [Registry] in this process, or a client of
// the bus. [Retrying] repeats attempts as the effect class allows: read and idempotent
// calls with the same identity, once calls never.
//
// Invariants:
//   - A handler sees only arguments that satisfy its schema, in canonical JSON.
//   - A value in a Result satisfies the output schema, but for an [Odd] one.
//   - The identity of a call ([CallID]) depends on its run, step, index, tool and
//     canonical arguments and on nothing else; every attempt carries the same one.
//   - An error of a Caller other than [ErrOutcomeUnknown] says that the tool did not run;
//     [ErrNotSent] among them that the call's time was over before it left.
package tools
