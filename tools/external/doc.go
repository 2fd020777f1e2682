// Package external makes tools of commands and HTTP endpoints that a YAML file declares.
//
// A command gets the canonical arguments on stdin and writes JSON to stdout. It is run
// directly, without a shell unless the declaration asks for one, so that no argument
// can become a command. Arguments never reach the command line or a URL. The call's
// identity is in CHASKI_CALL_ID, its attempt in CHASKI_ATTEMPT. Exit status 0 is an
// answer; 75 (EX_TEMPFAIL) asks the model to try again, with stderr as the reason; any
// other is a failure. At the timeout the whole process group is killed.
//
// An HTTP endpoint gets the arguments as the body of a POST, and the identity in the
// header Idempotency-Key. Status 2xx is an answer, 409, 422 and 429 ask the model to try
// again, any other is a failure. Redirects are not followed.
//
// What is read from either is bounded: more than tools.MaxResult bytes is a failure, and
// the process is killed rather than read to its end.
package external
