// Package trace writes spans and metrics of runs for OpenTelemetry, and is the only one that
// knows it. Names follow the GenAI conventions (semantic-conventions-genai 0.1) where they
// have one; what they have no name for begins with chaski.
//
// A run is one tree, in whatever processes it is driven and its tools run:
//
//	invoke_agent NAME            the run, from its start to its end
//	├ chat MODEL                 a turn of the model
//	├ chaski.decide TOOL         a policy's verdict on a call
//	├ chaski.approval TOOL       from the question to the person's answer
//	└ execute_tool TOOL          an attempt of a call, by who asked for it
//	  └ chaski.serve TOOL        the same, by the worker that ran it
//
// Identifiers of the run's own span come from its id, so that a process that takes the run
// over goes on with the same tree; the span itself is written by whoever drives the run to
// its end. A trace context that came with a request (W3C traceparent) is the run's parent.
//
// Nothing is written unless the environment asks for it, see [FromEnvironment]. Texts,
// arguments and results are left out unless OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT
// is true; then they are those of the journal, in which policies have taken out what they
// redact.
package trace
