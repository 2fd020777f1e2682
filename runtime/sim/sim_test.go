package sim

import (
	"flag"
	"maps"
	"slices"
	"testing"
)

var seeds = flag.Int("seeds", 200, "histories to simulate")

func TestSim(t *testing.T) {
	total := map[string]int{}
	for seed := range uint64(*seeds) {
		w, err := Run(seed, "")
		if err != nil {
			t.Fatal(err)
		}
		for k, n := range w.Faults {
			total[k] += n
		}
	}
	for _, k := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%6d %s", total[k], k)
	}
	if len(total) < 10 {
		t.Errorf("only %d kinds of fault were injected", len(total))
	}
}

// TestSimMutants shows that the checks see the mistakes they are there for.
func TestSimMutants(t *testing.T) {
	for _, m := range []Mutant{IntentAfterDispatch, NoResultStore, NoFencing} {
		caught := 0
		for seed := range uint64(50) {
			if _, err := Run(seed, m); err != nil {
				caught++
			}
		}
		t.Logf("%s: caught in %d of 50 histories", m, caught)
		if caught == 0 {
			t.Errorf("%s was not caught", m)
		}
	}
}
