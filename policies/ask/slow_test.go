package ask

import (
	"strings"
	"testing"
	"time"
)

// TestLong: no text of the greatest length takes long, to read or to be asked.
func TestLong(t *testing.T) {
	for _, unit := range []string{"no ", "and ", "if ", "delete a.txt and ", "delete a.txt. ", "„", "\"", "but not a.txt, ", "ลบ", "हटा ", "wait. ", "not yet. ", "a@b.c ", "30 "} {
		took := time.Duration(1 << 62)
		for range 3 { // a busy machine is slow now and then, a slow reader each time
			began := time.Now()
			said := Read(strings.Repeat(unit, MaxText/len(unit)))
			call := &Call{Acts: Of("delete_file", nil, nil), Values: []Value{testValue("a.txt"), testValue("30")}}
			said.Asked(call)
			said.Forbidden(call)
			if took = min(took, time.Since(began)); took < 3*time.Second || testing.Short() {
				break
			}
		}
		if took > 3*time.Second && !testing.Short() {
			t.Errorf("%q takes %v", unit, took)
		}
		t.Logf("%q %v", unit, took)
	}
}
