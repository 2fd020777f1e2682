package bus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Headers of a scheduled message, see NATS's ADR-51.
const (
	headerSchedule       = "Nats-Schedule"
	headerScheduleTarget = "Nats-Schedule-Target"
)

// The moments of local times are put on the server this long before they come, the next one
// of each schedule whenever it is.
const (
	ahead = time.Minute
	rearm = 20 * time.Second
)

// skew is how far the clocks of this machine and of the server may differ without a warning.
const skew = 5 * time.Second

// Schedule starts a run by the clock of the NATS server.
type Schedule struct {
	When   string // "@every 1h", "@at 2026-12-24T18:00:00Z", "@daily", or five or six fields of cron, six with seconds first
	Zone   string // of "@daily" and fields, such as Europe/Lisbon; "" is UTC
	Prompt string
}

// Name identifies the schedule among those of its agent.
func (sc *Schedule) Name() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", sc.When, sc.Zone, sc.Prompt))
	return hex.EncodeToString(sum[:8])
}

// Check says what is wrong with a schedule and what form is wanted.
func (sc *Schedule) Check() error {
	_, err := sc.Next(time.Unix(0, 0))
	return err
}

// Next returns the first moment after another one, in the schedule's zone; the zero time if
// there is none. An interval counts from the given moment.
func (sc *Schedule) Next(after time.Time) (time.Time, error) {
	next, c, err := sc.read()
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("schedule %q: %w", sc.When, err)
	case c == nil:
		return next(after), nil
	}
	all := c.upcoming(after, after)
	if len(all) == 0 {
		return time.Time{}, fmt.Errorf("schedule %q: no such day comes in the next twelve years", sc.When)
	}
	return all[0].at.In(c.zone), nil
}

// read returns the calendar of local times, or how an interval or a single moment goes on.
func (sc *Schedule) read() (next func(time.Time) time.Time, c *calendar, err error) {
	kind, rest, _ := strings.Cut(sc.When, " ")
	if sc.Zone != "" && (kind == "@every" || kind == "@at") {
		return nil, nil, fmt.Errorf("%s has no zone: it goes by no local time", kind)
	}
	switch kind {
	case "@every":
		every, err := time.ParseDuration(rest)
		if err != nil || every < time.Second {
			return nil, nil, errors.New("want @every and a duration of at least a second, such as @every 1h30m")
		}
		return func(after time.Time) time.Time { return after.Add(every) }, nil, nil
	case "@at":
		at, err := time.Parse(time.RFC3339, rest)
		if err != nil {
			return nil, nil, errors.New("want @at and a time as RFC 3339 writes it, such as @at 2026-12-24T18:00:00Z or @at 2026-12-24T18:00:00+01:00")
		}
		return func(after time.Time) time.Time {
			if at.After(after) {
				return at
			}
			return time.Time{}
		}, nil, nil
	}
	c, err = parseCalendar(sc.When, sc.Zone)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; want @every DURATION, @at TIME, @hourly, @daily, @weekly, @monthly, @yearly, "+
			"or the fields [second] minute hour day month weekday, such as 30 6 * * 1-5", err)
	}
	return nil, c, nil
}

// Schedules makes these the agent's schedules: new ones begin now, those that were there
// go on undisturbed, all others are removed. A time that has passed is no error and
// starts nothing. While Serve runs, moments of local times are put on the server as they
// come near.
func (s *Queue) Schedules(ctx context.Context, all []Schedule) error {
	calendars := map[string]*dated{}
	want := map[string]bool{}
	for _, sc := range all {
		if err := sc.Check(); err != nil {
			return fmt.Errorf("bus: %w", err)
		}
		_, c, _ := sc.read()
		if c != nil {
			calendars[sc.Name()] = &dated{Schedule: sc, calendar: c}
		} else {
			want[s.subject(sc.Name())] = true
		}
	}
	var info *jetstream.StreamInfo
	err := s.conn.ride(ctx, func(ctx context.Context) (err error) {
		info, err = s.stream.Info(ctx, jetstream.WithSubjectFilter(s.subject(">")))
		return err
	})
	if err != nil {
		return fmt.Errorf("bus: the schedules of agent %s: %w", s.o.Agent, err)
	}
	for subject := range info.State.Subjects {
		name, moment, _ := strings.Cut(strings.TrimPrefix(subject, s.subject("")), ".")
		if d := calendars[name]; want[subject] || d != nil && d.calendar.has(moment) {
			continue
		}
		err := s.conn.ride(ctx, func(ctx context.Context) error {
			return s.stream.Purge(ctx, jetstream.WithPurgeSubject(subject))
		})
		if err != nil {
			return fmt.Errorf("bus: the old schedule %s: %w", subject, err)
		}
	}
	for _, sc := range all {
		if calendars[sc.Name()] != nil {
			continue
		}
		if next, _ := sc.Next(info.TimeStamp); next.IsZero() {
			s.o.Logger.Warn().Str("schedule", sc.When).Msg("its time has passed: it starts nothing")
			continue
		}
		if err := s.schedule(ctx, sc.Name(), sc.When, sc, ""); err != nil {
			return err
		}
	}
	s.calendars = calendars
	return s.arm(ctx, info.TimeStamp)
}

// subject of a schedule, or of one moment of it.
func (s *Queue) subject(name string) string { return subjectSchedule + s.o.Agent + "." + name }

// schedule puts a message on the server that starts a run by its clock, unless it is there.
func (s *Queue) schedule(ctx context.Context, name, when string, sc Schedule, run string) error {
	h := nats.Header{headerSchedule: {when}, headerScheduleTarget: {subjectStart + s.o.Agent}, headerSource: {oneLine(sc.When)}}
	if run != "" {
		h[headerRun] = []string{run}
	}
	err := s.conn.ride(ctx, func(ctx context.Context) error { // one whose answer was lost is there
		_, err := s.conn.js.PublishMsg(ctx, &nats.Msg{Subject: s.subject(name), Header: h, Data: []byte(sc.Prompt)}, jetstream.WithExpectLastSequencePerSubject(0))
		return err
	})
	var api *jetstream.APIError
	if errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("bus: schedule %q in zone %q: %w", sc.When, sc.Zone, err)
	}
	return nil
}

// overtaken says that a start of an interval was put in the queue so long ago, by the
// server's clock, that the next one is there, too: what piled up while nobody served is one
// run. A start that a runner had before is its own to end.
func (s *Queue) overtaken(ctx context.Context, job Job, at time.Time) bool {
	kind, rest, _ := strings.Cut(job.Source, " ")
	every, err := time.ParseDuration(rest)
	if kind != "@every" || err != nil || job.Again > 0 {
		return false
	}
	info, err := s.stream.Info(ctx)
	return err == nil && info.TimeStamp.Sub(at) >= every
}

// dated is a schedule by local time with how far its moments are on the server.
type dated struct {
	Schedule
	calendar *calendar
	armed    time.Time
}

// arm puts on the server what is to start in the next minute, and the next moment of each
// schedule whenever it is. A moment names its run: if it starts twice, because a runner's
// clock is behind, it is one run.
func (s *Queue) arm(ctx context.Context, now time.Time) error {
	for name, d := range s.calendars {
		after := now
		if d.armed.After(after) {
			after = d.armed
		}
		if d.armed.After(now.Add(ahead)) {
			continue
		}
		for _, m := range d.calendar.upcoming(after, now.Add(ahead)) {
			moment := d.calendar.name(m)
			run := fmt.Sprintf("%s-%s-%s", s.o.Agent, moment, name[:8])
			if err := s.schedule(ctx, name+"."+moment, "@at "+m.at.UTC().Format(time.RFC3339), d.Schedule, run); err != nil {
				return err
			}
			d.armed = m.at
		}
	}
	return nil
}

// keepArmed arms schedules until ctx is done, by the server's clock.
func (s *Queue) keepArmed(ctx context.Context) {
	warned := false
	for {
		select {
		case <-time.After(rearm):
		case <-ctx.Done():
			return
		}
		asked := time.Now()
		info, err := s.stream.Info(ctx)
		if err == nil {
			behind := info.TimeStamp.Sub(asked)
			if off := behind.Abs() - time.Since(asked); off > skew && !warned {
				warned = true
				s.o.Logger.Warn().Stringer("server_ahead", behind.Round(time.Second)).Msg("the clocks of this machine and of the NATS server differ: schedules go by the server's")
			}
			err = s.arm(ctx, info.TimeStamp)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Logger.Warn().Err(err).Msg("schedules could not be put on the server: tried again")
		}
	}
}
