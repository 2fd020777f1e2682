// Package host opens what an agent.yaml names: the model, the bus with its tools, the
// policies, the journal and the audit logs, joined into an agent.Agent. It is what stands
// behind chaski run, chat and serve; a program that configures itself in Go uses package
// agent alone.
//
//	model: mini                      # or a path, or {path: …} or {openai: {model: …, key_env: …}}
//	system: You answer questions about orders.
//	tools:                           # served over the bus by this process, as in tools.yaml
//	  - name: order
//	    effect: read
//	    parameters: {type: object, properties: {id: {type: integer}}, required: [id]}
//	    command: [./order.sh]
//	discover: [refund, "stock_*"]    # served by others on the bus
//	policies: [strict, refunds.yaml] # built-in bundles by name, files by path
//	budget: {steps: 16, wall: 5m}
//	triggers:
//	  - subject: orders.ask
//	  - schedule: "@every 1h"
//	    prompt: List the orders that are late.
//
// Everything that a run leaves is in one folder, .chaski by default:
//
//	runs/        journals, one for each run
//	audit/       the log of attempted calls, one for each run
//	bus/         the embedded server's store of results, one for each process that ran
//	cache/       the model's cache pages
//
// A run remembers in its journal (planner.Started.Meta) the file that configured it and
// the folder of its bus, so that it can be resumed by name alone.
package host
