package bus

import (
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"
)

// moments of a schedule between two local times, as the clock shows them with its offset.
func moments(t *testing.T, when, zone, from, to string) (got []string) {
	t.Helper()
	c, err := parseCalendar(when, zone)
	if err != nil {
		t.Fatal(err)
	}
	after, err := time.Parse(time.RFC3339, from)
	if err != nil {
		t.Fatal(err)
	}
	until, err := time.Parse(time.RFC3339, to)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.upcoming(after, until) {
		if m.at.After(until) {
			break
		}
		if !c.has(c.name(m)) {
			t.Errorf("%s does not have its moment %s", when, c.name(m))
		}
		got = append(got, m.at.In(c.zone).Format("02T15:04-07:00"))
	}
	return got
}

// TestClocksChange: local times that occur twice or never run once, at the moment that
// RFC 5545 gives.
func TestClocksChange(t *testing.T) {
	for _, tt := range []struct{ name, when, zone, from, to, want string }{
		{"Lisbon, twice", "0 30 1 * * *", "Europe/Lisbon", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", "25T01:30+01:00 26T01:30+00:00"},
		{"Lisbon, never", "0 30 1 * * *", "Europe/Lisbon", "2027-03-27T12:00:00Z", "2027-03-29T12:00:00Z", "28T02:30+01:00 29T01:30+01:00"},
		{"Berlin, twice", "0 30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", "25T02:30+02:00 26T02:30+01:00"},
		{"Berlin, never", "0 30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-29T12:00:00Z", "28T03:30+02:00 29T02:30+02:00"},
		{"Santiago has no midnight", "@daily", "America/Santiago", "2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z", "06T01:00-03:00 07T00:00-03:00"},
		{"Santiago has 23:30 twice", "30 23 * * *", "America/Santiago", "2026-04-04T12:00:00Z", "2026-04-06T12:00:00Z", "04T23:30-03:00 05T23:30-04:00"},
		{"Lord Howe leaves out half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-04T18:00:00Z", "04T02:45+11:00 05T02:15+11:00"},
		{"Lord Howe has half an hour twice", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-05T18:00:00Z", "05T01:45+11:00 06T01:45+10:30"},
		{"Apia left out a day", "0 6 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z", "29T06:00-10:00 31T06:00+14:00 31T06:00+14:00 01T06:00+14:00"},
		{"a missing time beside one that is there", "0 30 2,3 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-28T12:00:00Z", "28T03:30+02:00 28T03:30+02:00"},
		{"missing times and later ones in order", "0 */20 2-3 * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", "2027-03-28T12:00:00Z",
			"28T03:00+02:00 28T03:00+02:00 28T03:20+02:00 28T03:20+02:00 28T03:40+02:00 28T03:40+02:00"},
		{"from within the second of two hours", "0 0,45 1,2 * * *", "Europe/Lisbon", "2026-10-25T01:10:00Z", "2026-10-25T12:00:00Z", "25T02:00+00:00 25T02:45+00:00"},
		{"from within the first of two hours", "0 0,45 1,2 * * *", "Europe/Lisbon", "2026-10-25T00:10:00Z", "2026-10-25T12:00:00Z", "25T01:45+01:00 25T02:00+00:00 25T02:45+00:00"},
		{"intervals, an hour twice", "0 */20 * * * *", "Europe/Lisbon", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "25T01:40+01:00 25T01:00+00:00 25T01:20+00:00 25T01:40+00:00 25T02:00+00:00"},
		{"intervals, an hour missing", "@hourly", "Europe/Lisbon", "2027-03-28T00:00:00Z", "2027-03-28T02:00:00Z", "28T02:00+01:00 28T03:00+01:00"},
		{"intervals in a zone of three quarters", "0 10 0-23 * * *", "Asia/Kathmandu", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "25T06:10+05:45 25T07:10+05:45"},
		{"Sunday is 7 and 0", "0 9 * * 7", "", "2026-11-28T00:00:00Z", "2026-12-07T00:00:00Z", "29T09:00+00:00 06T09:00+00:00"},
		{"a day of the month or a weekday", "0 0 9 1 * 1", "", "2026-11-27T12:00:00Z", "2026-12-08T00:00:00Z", "30T09:00+00:00 01T09:00+00:00 07T09:00+00:00"},
		{"a leap day", "0 9 29 2 *", "", "2097-01-01T00:00:00Z", "2105-01-01T00:00:00Z", "29T09:00+00:00"},
	} {
		if got := strings.Join(moments(t, tt.when, tt.zone, tt.from, tt.to), " "); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestEachLocalTimeOnce walks random schedules over the changes of the clocks by many steps
// of random lengths: every local time is met once, in order, and at a time that shows it
// unless it never occurs.
func TestEachLocalTimeOnce(t *testing.T) {
	zones := []string{"", "Europe/Lisbon", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "America/New_York", "Asia/Tehran", "Pacific/Apia"}
	pick := func(t *rapid.T, label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	rapid.Check(t, func(t *rapid.T) {
		when := strings.Join([]string{pick(t, "second", "0", "30", "*/17"), pick(t, "minute", "0", "*/20", "15,45", "59"),
			pick(t, "hour", "0", "1", "2", "1-3", "23", "*/2", "0-22", "*"), "*", "*", pick(t, "weekday", "*", "0", "0,6")}, " ")
		zone := pick(t, "zone", zones...)
		c, err := parseCalendar(when, zone)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Date(rapid.IntRange(2010, 2027).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		end := begin.AddDate(0, 0, 9)
		seen := map[string]time.Time{}
		for now := begin; now.Before(end); {
			until := now.Add(time.Duration(rapid.IntRange(600, 48*3600).Draw(t, "step")) * time.Second)
			var last time.Time
			for _, m := range c.upcoming(now, until) {
				if m.at.After(until) {
					break
				}
				if _, twice := seen[c.name(m)]; twice || m.at.Before(last) || !m.at.After(now) {
					t.Fatalf("%s in %s: %s at %v, after %v", when, zone, c.name(m), m.at, last)
				}
				seen[c.name(m)], last = m.at, m.at
			}
			now = until
		}
		shown := func(at time.Time) time.Time { return asUTC(at, offset(at, c.zone)) }
		if c.elapsed {
			for at := begin.Add(time.Second); !at.After(end.AddDate(0, 0, -1)); at = at.Add(time.Second) {
				if at.Second() != 0 && at.Second() != 17 && at.Second() != 30 {
					continue
				}
				if _, ok := seen[at.Format(layout)+"Z"]; ok != c.spec.Next(shown(at).Add(-time.Second)).Equal(shown(at)) {
					t.Fatalf("%s in %s: %v is %v", when, zone, at.In(c.zone), ok)
				}
			}
			return
		}
		for local := c.spec.Next(begin.AddDate(0, 0, 2)); local.Before(end.AddDate(0, 0, -2)); local = c.spec.Next(local) {
			at, ok := seen[local.Format(layout)]
			if !ok {
				t.Fatalf("%s in %s: %v was not met", when, zone, local)
			}
			if shown(at) != local && (shown(at).Before(local) || offset(at.Add(-farthest), c.zone) == offset(at, c.zone)) {
				t.Fatalf("%s in %s: %v at %v", when, zone, local, at.In(c.zone))
			}
			if early := at.Add(offset(at, c.zone) - offset(at.Add(-farthest), c.zone)); early.Before(at) && shown(early) == local {
				t.Fatalf("%s in %s: %v is earlier at %v", when, zone, local, early)
			}
		}
	})
}

// TestScheduleForms: what is refused is told with the form that is wanted.
func TestScheduleForms(t *testing.T) {
	for when, problem := range map[string]string{
		"30 6 * *":                       "5 to 6 fields",
		"0 0 25 * * *":                   "25",
		"0 9 30 2 *":                     "no such day comes",
		"0 9 * * 1/2":                    "wants a range, such as 1-5/2",
		"@every":                         "such as @every 1h30m",
		"@every 1ms":                     "at least a second",
		"@every -1h":                     "at least a second",
		"@at 2026-12-24 18:00":           "such as @at 2026-12-24T18:00:00Z",
		"@noon":                          "want @every DURATION",
		"soon":                           "such as 30 6 * * 1-5",
		"":                               "want @every",
		"TZ=Europe/Lisbon 0 6 * * *":     "a key of its own",
		"@reboot":                        "want @every DURATION",
		"0 0 * * * *\x00":                "want @every",
		strings.Repeat("1,", 2000) + "1": "want @every",
	} {
		if err := (&Schedule{When: when}).Check(); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%.40q: %v, want %s", when, err, problem)
		}
	}
	for when, zone := range map[string]string{"@daily": "Mars/Phobos", "0 6 * * *": "Local", "@every 1h": "Europe/Lisbon", "@at 2030-01-01T00:00:00Z": "UTC", "@hourly": "../etc/passwd"} {
		if err := (&Schedule{When: when, Zone: zone}).Check(); err == nil || !strings.Contains(err.Error(), "zone") {
			t.Errorf("%s in %s: %v", when, zone, err)
		}
	}
	for _, when := range []string{"30 6 * * *", "0 30 6 * * *", "0 9 * * 7", "0 9 * * sun", "@every 90m", "@at 2026-12-24T18:00:00+01:00", "@midnight", "0 0 22-2 * * FRI-MON"} {
		if err := (&Schedule{When: when}).Check(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add("0 30 1 * * *", "Europe/Lisbon")
	f.Add("@every 1h", "")
	f.Add("@at 2026-12-24T18:00:00Z", "")
	f.Add("*/5 1-3,22-2 ? jan-mar/2 5-7", "Asia/Tehran")
	f.Fuzz(func(t *testing.T, when, zone string) {
		now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
		sc := Schedule{When: when, Zone: zone}
		next, err := sc.Next(now)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(when+zone, "\n") {
				t.Error(err)
			}
			return
		}
		if !next.IsZero() && !next.After(now) {
			t.Errorf("%q in %q: %v", when, zone, next)
		}
	})
}

// TestServerAgrees: where no clock changes, moments are those that the NATS server computes
// for the same fields. What it computed is read from the file that it leaves behind.
func TestServerAgrees(t *testing.T) {
	dir := t.TempDir()
	s, err := Start(ServerOptions{StoreDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	c, err := Connect(ctx, Options{Server: s})
	if err != nil {
		t.Fatal(err)
	}
	q, err := OpenQueue(ctx, c, QueueOptions{Agent: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	pick := func(from ...string) string { return from[rand.IntN(len(from))] }
	type put struct {
		when, zone string
		at         time.Time
	}
	all := map[string]put{}
	for i := range 300 {
		when := strings.Join([]string{pick("0", "30", "*/7", "5-50/9"), pick("*", "0", "10,50", "3/4"), pick("*", "0", "6-18", "*/5", "23"),
			pick("*", "?", "1", "31", "10-20/3"), pick("*", "jan", "2,8", "5-12/2", "*/3"), pick("*", "0", "mon-fri", "*/2", "6")}, " ")
		p := put{when: when, zone: pick("", "UTC", "Asia/Kolkata", "America/Phoenix", "Asia/Kathmandu")}
		h := nats.Header{headerSchedule: {when}, headerScheduleTarget: {subjectStart + "shop"}}
		if p.zone != "" {
			h["Nats-Schedule-Time-Zone"] = []string{p.zone}
		}
		subject := q.subject(fmt.Sprint("s", i))
		ack, err := c.js.PublishMsg(ctx, &nats.Msg{Subject: subject, Header: h, Data: []byte("x")})
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		msg, err := q.stream.GetMsg(ctx, ack.Sequence)
		if err != nil {
			t.Fatal(err)
		}
		p.at = msg.Time
		all[subject] = p
	}
	c.Close()
	s.Close()
	var state string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if filepath.Base(path) == "sched.db" {
			state = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for b = b[17:]; len(b) > 2; { // a version, the count and the last sequence go before
		n := int(binary.LittleEndian.Uint16(b))
		subject := string(b[2 : 2+n])
		ts, m := binary.Varint(b[2+n:])
		_, k := binary.Uvarint(b[2+n+m:])
		b = b[2+n+m+k:]
		p, ok := all[subject]
		if !ok {
			t.Fatalf("%q is in the server's state", subject)
		}
		sc := Schedule{When: p.when, Zone: p.zone}
		next, err := sc.Next(p.at)
		if fired := !time.Unix(0, ts).After(time.Now()) || next.Before(time.Now()); fired && err == nil {
			continue // while this test ran
		}
		if compared++; err != nil || !next.Equal(time.Unix(0, ts)) {
			t.Errorf("%s in %q: %v here, %v at the server, %v", p.when, p.zone, next, time.Unix(0, ts).In(next.Location()), err)
		}
	}
	if compared < 200 {
		t.Errorf("%d compared", compared)
	}
}
