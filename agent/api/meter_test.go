package api

import (
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestMeterDays: a day's bound ends with the day of UTC, a month's with the month, and the
// wait that is told is the time till then.
func TestMeterDays(t *testing.T) {
	m := openMeter(filepath.Join(t.TempDir(), "used.json"))
	b := Bounds{Day: 100, Month: 150}
	at := time.Date(2026, 12, 30, 23, 0, 0, 0, time.FixedZone("", -3600)) // the 31st of UTC
	for _, c := range []struct {
		later  time.Duration
		tokens int
		left   int
		after  time.Duration
	}{
		{0, 100, 100, 0}, {0, 0, 0, 24 * time.Hour}, {24*time.Hour - time.Second, 0, 0, time.Second}, {time.Second, 60, 100, 0}, {time.Hour, 0, 40, 0},
	} {
		at = at.Add(c.later)
		left, f := m.enter(b, 1, at)
		if left != c.left || (f == nil) != (c.after == 0) || f != nil && f.after != c.after {
			t.Errorf("at %v: %d left, %+v; want %d, after %v", at.UTC(), left, f, c.left, c.after)
		}
		if err := m.charge(b, c.tokens, at); err != nil {
			t.Error(err)
		}
	}
	// The month's is spent before the day's.
	m, at = openMeter(m.file), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, left := range []int{100, 50} {
		if got, f := m.enter(b, 1, at); got != left || f != nil {
			t.Error(got, f)
		}
		if err := m.charge(b, 100, at); err != nil {
			t.Error(err)
		}
		at = at.Add(24 * time.Hour)
	}
	if _, f := m.enter(b, 1, at); f == nil || f.after != 26*24*time.Hour {
		t.Errorf("%+v", f)
	}
}

// TestMeterRate: a bucket fills in a minute, and no further.
func TestMeterRate(t *testing.T) {
	m := openMeter(filepath.Join(t.TempDir(), "used.json"))
	at := time.Now()
	for i, later := range []time.Duration{0, 0, 0, 20 * time.Second, 0, time.Hour, 0, 0, 0} {
		at = at.Add(later)
		_, f := m.enter(Bounds{Requests: 3}, 1, at)
		if refused := i == 4 || i == 8; (f != nil) != refused || refused && f.after != 20*time.Second {
			t.Errorf("request %d: %+v", i, f)
		}
	}
}

// TestMetersOfOneFolder: servers of one folder add to each other's counts, and one that
// opens after them knows of all, whoever wrote last.
func TestMetersOfOneFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "used.json")
	begin := time.Date(2026, 12, 30, 22, 0, 0, 0, time.UTC)
	b := Bounds{Day: 1 << 30, Month: 1 << 30}
	const servers, each = 4, 60
	meters := make([]*meter, servers)
	var group sync.WaitGroup
	for i := range meters {
		meters[i] = openMeter(file)
		group.Go(func() {
			for n := range each {
				at := begin.Add(time.Duration(n) * 3 * time.Second)
				if _, f := meters[i].enter(b, 1, at); f != nil {
					t.Error(f)
				}
				if err := meters[i].charge(b, i+1, at); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	end := begin.Add(time.Hour)
	for _, m := range meters {
		if err := m.save(end); err != nil {
			t.Error(err)
		}
	}
	const tokens = each * (1 + 2 + 3 + 4)
	if got := openMeter(file).read(end); got.Requests != servers*each || got.Tokens != tokens || got.DayTokens != tokens || got.MonthTokens != tokens {
		t.Errorf("%+v, want %d requests, %d tokens", got, servers*each, tokens)
	}
	// One that only looks sees what the others used up, and a day that turned is counted apart.
	late := meters[0]
	if _, f := late.enter(Bounds{Day: tokens}, 1, end.Add(saveEvery)); f == nil {
		t.Error("a day that the others used up lets a request in")
	}
	tomorrow := begin.Add(24 * time.Hour)
	if left, f := late.enter(Bounds{Day: 100}, 1, tomorrow); f != nil || left != 100 {
		t.Error(left, f)
	}
	if err := late.charge(Bounds{}, 7, tomorrow); err != nil {
		t.Error(err)
	}
	if err := late.save(tomorrow); err != nil {
		t.Error(err)
	}
	if got := openMeter(file).read(tomorrow); got.DayTokens != 7 || got.MonthTokens != tokens+7 || got.Tokens != tokens+7 {
		t.Errorf("%+v", got)
	}
}
