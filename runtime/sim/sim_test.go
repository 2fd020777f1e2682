package sim

import (
	"flag"
	"maps"
	"slices"
	"testing"
	"time"
)

var (
	seeds = flag.Int("seeds", 60, "histories to simulate")
	from  = flag.Uint64("from", 0, "the first history")
)

// Mutant is a mistake put into the runtime or what it stands on.
type Mutant string

// The mutants.
const (
	IntentAfterDispatch Mutant = "the intent is written after the dispatch"
	NoResultStore       Mutant = "the worker keeps no results"
	NoFencing           Mutant = "a lease without fencing"
	DedupByAttempt      Mutant = "results are kept by attempt, not by call"
	GuessingReconciler  Mutant = "the reconciler guesses that a lost call did not run"
	CachedVerdict       Mutant = "a verdict is remembered, not made again"
	NoAudit             Mutant = "calls are allowed past the policy and its audit"
	NoSync              Mutant = "a record is acknowledged before it is on disk"
	NoDirSync           Mutant = "a new journal's name is not on disk"
	FaultsAreFinal      Mutant = "a busy model ends its run"
	LostIsFailed        Mutant = "a reply that was lost is a failure"
	AsOftenAsWritten    Mutant = "a payment is let through as often as the model writes it"
	CutInSilence        Mutant = "a long result is cut, and nobody says so"
	BlankedArguments    Mutant = "arguments that cannot be read are shown as none"
)

func TestSim(t *testing.T) {
	total := map[string]int{}
	began := time.Now()
	if testing.Short() {
		*seeds = min(*seeds, 12)
	}
	for i := range uint64(*seeds) {
		faults, err := play(t, *from+i, "")
		if err != nil {
			t.Fatal(err)
		}
		for k, n := range faults {
			total[k] += n
		}
	}
	sum := 0
	for _, k := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%7d %s", total[k], k)
		sum += total[k]
	}
	t.Logf("%7d faults in %d histories, in %v", sum, *seeds, time.Since(began).Round(time.Millisecond))
	if len(total) < 30 {
		t.Errorf("only %d kinds of fault were injected", len(total))
	}
}

// TestSimSame: a seed gives one history.
func TestSimSame(t *testing.T) {
	for seed := range uint64(4) {
		a, errA := play(t, seed, "")
		b, errB := play(t, seed, "")
		if !maps.Equal(a, b) || errA != nil || errB != nil {
			t.Fatalf("seed %d: %v %v, then %v %v", seed, a, errA, b, errB)
		}
	}
}

// TestSimMutants shows that the checks see the mistakes that they are there for.
func TestSimMutants(t *testing.T) {
	for _, m := range []Mutant{IntentAfterDispatch, NoResultStore, NoFencing, DedupByAttempt, GuessingReconciler, CachedVerdict, NoAudit, NoSync, NoDirSync,
		FaultsAreFinal, LostIsFailed, AsOftenAsWritten, CutInSilence, BlankedArguments} {
		n := uint64(0)
		var err error
		for ; n < 400 && err == nil; n++ {
			_, err = play(t, n, m)
		}
		if err == nil {
			t.Errorf("%s: not caught in %d histories", m, n)
		} else {
			t.Logf("%s: %v", m, err)
		}
	}
}
