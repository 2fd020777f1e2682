// Package external makes tools of commands and HTTP endpoints that a YAML file declares.
//
// A command gets the canonical arguments on stdin and writes JSON to stdout. It is run
// directly, without a shell unless the declaration asks for one, so that no argument
// can become a command. Arguments never reach the command line or a URL. The call's
// identity is in CHASKI_CALL_ID, its attempt in CHASKI_ATTEMPT. At the timeout the whole
// process group is killed. An HTTP endpoint gets the arguments as the body of a POST, and
// the identity in the header Idempotency-Key. Redirects are not followed.
//
// A failure is only what is one by the command's or the endpoint's own word: an exit
// status, or 4xx. A signal, a lost connection, or a gateway's answer leaves open whether
// a once tool took effect; after exit status 0 or 2xx it did, whatever became of the
// answer. docs/tools.md has the table of all outcomes, and every key.
//
// What is read from either is bounded by tools.MaxResult bytes: a read tool that says
// more fails, and its process is killed; of others the rest is dropped.
package external
