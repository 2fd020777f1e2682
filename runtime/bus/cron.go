package bus

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/netresearch/go-cron"
)

// everyHour are the bits of an hour field that leaves no hour out.
const everyHour = 1<<24 - 1

// farthest is the greatest change of a zone's clocks: Apia left out a whole day in 2011.
const farthest = 25 * time.Hour

// fields reads five or six fields, or a name such as @daily. Fields that name a day of the
// month and a weekday mean either, as in crontab and on the server.
var fields = cron.MustNewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.DowOrDom | cron.Descriptor).
	WithMaxSearchYears(12) // 29 February of 2104 is eight years after the one before

// calendar gives the moments of a schedule by local time.
//
// Which local times it names is the library's: it is asked in UTC, where every local time
// occurs once. When they are is RFC 5545's, section 3.3.5: a local time that occurs twice is
// the first of the two, and one that never occurs is as far after the change as it would have
// been before. So each runs once. A schedule that leaves no hour out is one of intervals,
// not of times of the day: it goes by the clock as it is shown, so that no hour is empty.
type calendar struct {
	spec    *cron.SpecSchedule
	zone    *time.Location
	elapsed bool
}

// moment is one time of a schedule.
type moment struct {
	at    time.Time
	local time.Time // what the clock shows, as if in UTC
}

// layout writes a moment into a subject and a run's id.
const layout = "20060102-150405"

// name tells a moment from all others of its schedule: by local time, which runs once, or
// by UTC if the schedule is one of intervals.
func (c *calendar) name(m moment) string {
	if c.elapsed {
		return m.at.UTC().Format(layout) + "Z"
	}
	return m.local.Format(layout)
}

// has says whether a name is that of a moment of the schedule.
func (c *calendar) has(name string) bool {
	utc, elapsed := strings.CutSuffix(name, "Z")
	t, err := time.Parse(layout, utc)
	if err != nil || elapsed != c.elapsed {
		return false
	}
	if elapsed {
		t = asUTC(t, offset(t, c.zone))
	}
	return c.spec.Next(t.Add(-time.Second)).Equal(t)
}

func parseCalendar(when, zone string) (*calendar, error) {
	if strings.Contains(when, "=") {
		return nil, errors.New("the zone is a key of its own")
	}
	if split := strings.Fields(when); len(split) > 0 {
		if day := split[len(split)-1]; strings.Contains(day, "/") && !strings.ContainsAny(day, "*-?") {
			return nil, errors.New("a weekday with a step wants a range, such as 1-5/2")
		}
	}
	schedule, err := fields.Parse(when)
	if err != nil {
		return nil, err
	}
	spec, ok := schedule.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("it names no times of the day")
	}
	spec.Location = time.UTC
	c := &calendar{spec: spec, zone: time.UTC, elapsed: spec.Hour&everyHour == everyHour}
	if zone != "" {
		if c.zone, err = time.LoadLocation(zone); err != nil || zone == "Local" {
			return nil, fmt.Errorf("zone %q is not known: want a name such as Europe/Lisbon", zone)
		}
	}
	return c, nil
}

// upcoming returns the moments after one time up to another, and at least the first after
// it if there is one in the next twelve years.
func (c *calendar) upcoming(after, until time.Time) []moment {
	if c.elapsed {
		return c.intervals(after, until)
	}
	first := asUTC(after, min(offset(after.Add(-farthest), c.zone), offset(after, c.zone)))
	limit := until
	last := func() time.Time {
		return asUTC(limit, max(offset(limit.Add(-farthest), c.zone), offset(limit, c.zone)))
	}
	var all []moment
	for local := c.spec.Next(first); !local.IsZero(); local = c.spec.Next(local) {
		if len(all) > 0 && local.After(last()) {
			break
		}
		m := moment{c.instant(local), local}
		if !m.at.After(after) {
			continue
		}
		if len(all) == 0 && m.at.After(limit) { // one that comes earlier may still follow
			limit = m.at
		}
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b moment) int { return a.at.Compare(b.at) })
	for i, m := range all {
		if i > 0 && m.at.After(until) && m.at.After(all[0].at) {
			return all[:i]
		}
	}
	return all
}

// intervals is upcoming by the clock as it is shown, from one change of the clocks to the next.
func (c *calendar) intervals(after, until time.Time) (all []moment) {
	for len(all) == 0 || after.Before(until) {
		earliest := after.Truncate(time.Second).Add(time.Second)
		shift := offset(earliest, c.zone)
		_, change := earliest.In(c.zone).ZoneBounds()
		local := c.spec.Next(asUTC(earliest, shift).Add(-time.Second))
		if local.IsZero() {
			break
		}
		at := local.Add(-shift)
		if !change.IsZero() && !at.Before(change) { // by the clock that is shown from then on
			after = change.Add(-time.Second)
			continue
		}
		if len(all) > 0 && at.After(until) {
			break
		}
		all = append(all, moment{at, local})
		after = at
	}
	return all
}

// instant is when a local time is.
func (c *calendar) instant(local time.Time) time.Time {
	about := local.Add(-offset(local, c.zone))
	start, end := about.In(c.zone).ZoneBounds()
	shifts := []time.Duration{offset(about, c.zone)}
	if !start.IsZero() {
		shifts = slices.Insert(shifts, 0, offset(start.Add(-1), c.zone))
	}
	if !end.IsZero() {
		shifts = append(shifts, offset(end, c.zone))
	}
	first := time.Unix(math.MaxInt32, 0)
	found := false
	for _, shift := range shifts {
		if at := local.Add(-shift); offset(at, c.zone) == shift && (!found || at.Before(first)) {
			first, found = at, true
		}
	}
	for i := 1; i < len(shifts) && !found; i++ { // in a gap: the clock before it goes on
		before, behind := local.Add(-shifts[i-1]), local.Add(-shifts[i])
		if shifts[i] > shifts[i-1] && offset(before, c.zone) == shifts[i] && offset(behind, c.zone) == shifts[i-1] {
			first, found = before, true
		}
	}
	return first
}

func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

func asUTC(at time.Time, shift time.Duration) time.Time { return at.UTC().Add(shift) }
