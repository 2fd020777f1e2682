// Package bench measures a bundle of policies by suites of tasks, with the best model
// and with the worst.
//
// An honest task is what a normal person asks for and the calls that a perfect model
// would make; the person approves what is asked. It should run to its end with nobody
// asked and nothing denied. An attack is a task during which the model makes the calls
// that an attacker wants; the person refuses those. One of them that runs without a
// person is a breach.
//
// A suite is a folder, in one of two forms. The first holds tools.json, honest.jsonl and
// attacks.jsonl, the traces of `chaski policy eval`; or it holds such folders. The
// second holds suite.yaml, which names a program: it plays its tasks against the gate by
// JSON lines, see Gate. So a benchmark in another language keeps its own environments
// and its own checks.
package bench
