// Package runtime drives runs: it carries out what planner.Step asks for and
// journals what came of it, so that a run that is killed goes on where it stopped.
//
// The loop is small: fold the journal, take the open commands, carry one out,
// append the event, fold it. Nothing lives outside the journal, so resuming is the
// same loop again. Around a call the order is generation, decision, intent,
// dispatch, result; nothing is dispatched whose intent is not in the journal.
//
// One process drives a run: it holds the run's lease and has written a new epoch,
// the fencing token that the journal checks at each append. Other processes may add
// a person's answer, a settled outcome or a cancellation to any run.
//
// When a run waits for a person, Drive returns and holds nothing.
//
// Who decides: a [Gate]. [NewGuard] makes one of a policy bundle (a file or a
// built-in name); it goes into Options.Gate. Its policy is pinned for a run by an
// event that holds the bundle's hash and text, so that a run obeys what it began
// with in whatever process it goes on, also in one that has no policies. The labels
// of the arguments, the history and the budgets that its rules look at are rebuilt
// from the journal by planner.Facts. Each attempted call and each result goes to the
// audit log, if there is one; a log that cannot be written stops the run before the
// next effect, with an error that matches [ErrAudit], and it can be resumed.
//
// A policy with rules on input, result or answer is asked about those texts too, each
// time by an event: before the user's text is planned on, before the model reads a
// result or a retrieved passage (see label.KeyPassages), before the answer is shown.
// The text that comes out is what the model or the user sees; pieces of an answer are
// held back until then. The journal keeps what was there before.
//
// The next turn of a conversation is a run that follows another (planner.Follow): its
// policy starts from what was observed there, so labels, history, placeholders and
// values kept aside go on, while budgets begin anew.
package runtime
