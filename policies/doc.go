// Package policies decides what an agent may do.
//
// A [Bundle] is a set of rules in expr, read from YAML and compiled against the
// declared tools: a misspelt argument is an error at load, with file, line and
// caret. A [Run] holds what the rules may look at: where every value came from,
// what was done so far, what was spent. It has one method for each hook (Input,
// Call, Result, Answer), all pure reads that return a [Decision], and one method,
// Observe, that folds in what has happened. Decisions are journalled as they are.
//
// Invariants:
//   - The strictest verdict of all matching rules wins; an evaluation error is a
//     deny; a tool with effects that no rule allows is denied.
//   - No clock, no randomness, no map order: the same facts give the same state
//     and the same decisions, byte for byte.
//   - Labels only rise, except through a declassifier that the bundle declares.
//   - Only calls that were allowed and completed count as history.
//   - A layer can make a decision stricter and never looser.
package policies
