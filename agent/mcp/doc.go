// Package mcp serves agents, the tools of their bus and their runs to clients of the Model
// Context Protocol, over standard streams or HTTP.
//
// An agent is a tool that takes a prompt: a call of it is a run, whose id is in the result's
// _meta. A tool of the bus is a tool here too. A call of one is a run as well, in which
// nobody thinks: its model, [Direct], makes the call that the client asked for. So the
// agent's policies decide on it, it is journalled and audited, it happens once, and what the
// policies leave of its result is what the client gets. Runs and journals are resources.
//
// A call that waits for a person is put to the client's user, if the client can ask
// (elicitation); else the result says that the run waits, and which command answers it.
// Calling the agent with that run's id then goes on.
//
// Who asks is a [api.Principal]. A run belongs to the tenant of the one who began it, and
// nobody of another tenant sees it.
package mcp
