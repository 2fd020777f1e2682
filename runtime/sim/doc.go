// Package sim is a simulation, in its tests only, of everything that runs stand on:
// the clock, the disk with its page cache, the bus, a worker with its result store,
// a scripted model and the people who approve. The runtime, the planner, the file
// journal and the policies are the real ones.
//
// A history is a sequence of turns. Every goroutine waits for its turn before it
// touches the world, and a scheduler picks who goes next, kills processes between
// any two turns, fails the power, fills the disk, loses and doubles messages, moves
// the clock, cancels and forks; the model is away, busy, breaks off or refuses its key;
// results are longer than its context; it writes a call twice; people answer twice, late,
// or while nobody drives. All of that is drawn from a seed, so that a failure is repeated
// by its seed. go test ./runtime/sim -run 'TestSim$' -seeds 2000 is the long form.
//
// The invariants are checked as a history goes and when it has ended. Mutants, which
// are runtimes with a known mistake, show that the checks see what they are there for.
package sim
