// Package mcp makes tools of those that servers of the Model Context Protocol offer. It is
// the only door to the protocol's client: the SDK behind it speaks all versions, over the
// standard streams of a command, streamable HTTP and the older SSE.
//
// A server is somebody else's program, and what it says is untrusted:
//
//   - a tool is once, and its results are untrusted, unless the user declares otherwise or
//     says that the server is trusted: only then its annotations count;
//   - a declaration is pinned by its hash. One that has changed since, or is new on a server
//     that was seen before, is set aside until a person accepts it, see [Pins];
//   - names are mapped to legal ones, SERVER__TOOL, so that no server can take another's;
//   - texts of declarations lose what a reader would not see; a tool whose schema cannot be
//     used is set aside with a warning;
//   - a question of the server goes to the person, or is declined;
//   - a server that dies is started anew by the next call. What that means for a call whose
//     request had left is what [tools.Unsure] says.
//
// Commands run in a process group of their own, which ends with the [Client]; their
// standard error goes to the log.
package mcp
