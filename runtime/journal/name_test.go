package journal

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestNames: whatever chance gives, names that are made one after another are sorted.
func TestNames(t *testing.T) {
	at := time.Date(2026, 11, 28, 23, 59, 59, 0, time.FixedZone("", 3600))
	var names []string
	for i, step := range []time.Duration{0, 40 * time.Microsecond, time.Millisecond, 99 * time.Millisecond, 500 * time.Millisecond, 999*time.Millisecond + 999*time.Microsecond, 1e9 - 1, time.Second, time.Minute} {
		names = append(names, nameAt(at.Add(step), []string{"ZZZZZZZZZZ", "2222222222"}[i%2]))
	}
	if want := "20261128-225959-222ZZZZZZZ"; names[0] != want {
		t.Errorf("%s, want %s", names[0], want)
	}
	names = slices.Delete(names, 6, 7) // a part of a part later than the one before it: chance decides
	if !slices.IsSorted(names) || !slices.IsSortedFunc(names, CompareRuns) {
		t.Errorf("%q", names)
	}
	a, b := NewRun(), NewRun()
	if err := CheckRun(a); err != nil || a == b {
		t.Error(err, a, b)
	}
}

// TestCompareRuns: numbers stand in the order of their values, turns behind their
// conversation, and the order is the same from wherever it is begun.
func TestCompareRuns(t *testing.T) {
	want := []string{"2", "02-1", "10", "20261128-225959-222ZZZZZZZ", "20261128-225959-222ZZZZZZZ-1", "20261128-225959-222ZZZZZZZ-2", "20261128-225959-222ZZZZZZZ-10",
		"20261128-225959-22AZZZZZZZ", "20261128-225959-3AAZZZZZZZ", "1a", "9z", "child", "order-2", "order-10", "order-10-b", "order-x", "order.10"}
	for range 200 {
		got := slices.Clone(want)
		rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		if slices.SortFunc(got, CompareRuns); !slices.Equal(got, want) {
			t.Fatalf("%q", got)
		}
	}
	if CompareRuns("2", "02") == 0 || CompareRuns("2", "02") != -CompareRuns("02", "2") || CompareRuns("a", "a") != 0 {
		t.Error("two names of one number are one")
	}
}
