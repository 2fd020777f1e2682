package journal

import (
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
	if !slices.IsSorted(names) {
		t.Errorf("%q", names)
	}
	a, b := NewRun(), NewRun()
	if err := CheckRun(a); err != nil || a == b {
		t.Error(err, a, b)
	}
}
