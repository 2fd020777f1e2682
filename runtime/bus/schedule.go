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
	headerScheduleZone   = "Nats-Schedule-Time-Zone"
)

// Schedule starts a run by the clock of the NATS server.
type Schedule struct {
	When   string // "@every 1h", "@at 2026-12-24T18:00:00Z", "@daily", or six fields of cron, seconds first
	Zone   string // of "@daily" and six fields, such as Europe/Lisbon; "" is UTC
	Prompt string
}

// Name identifies the schedule among those of its agent.
func (sc *Schedule) Name() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", sc.When, sc.Zone, sc.Prompt))
	return hex.EncodeToString(sum[:8])
}

// Schedules makes these the agent's schedules: new ones begin now, those that were there
// go on undisturbed, all others are removed. A time that has passed is no error and
// starts nothing.
func (s *Queue) Schedules(ctx context.Context, all []Schedule) error {
	prefix := subjectSchedule + s.o.Agent + "."
	want := map[string]bool{}
	for _, sc := range all {
		subject := prefix + sc.Name()
		want[subject] = true
		_, err := s.stream.GetLastMsgForSubject(ctx, subject)
		switch {
		case err == nil:
			continue
		case !errors.Is(err, jetstream.ErrMsgNotFound):
			return fmt.Errorf("bus: schedule %q: %w", sc.When, err)
		case sc.passed():
			s.o.Logger.Warn().Str("schedule", sc.When).Msg("its time has passed: it starts nothing")
			continue
		}
		h := nats.Header{headerSchedule: {sc.When}, headerScheduleTarget: {subjectStart + s.o.Agent}, headerSource: {oneLine(sc.When)}}
		if sc.Zone != "" {
			h[headerScheduleZone] = []string{sc.Zone}
		}
		if _, err := s.conn.js.PublishMsg(ctx, &nats.Msg{Subject: subject, Header: h, Data: []byte(sc.Prompt)}); err != nil {
			return fmt.Errorf("bus: schedule %q in zone %q: %w", sc.When, sc.Zone, err)
		}
	}
	info, err := s.stream.Info(ctx, jetstream.WithSubjectFilter(prefix+">"))
	if err != nil {
		return fmt.Errorf("bus: the schedules of agent %s: %w", s.o.Agent, err)
	}
	for subject := range info.State.Subjects {
		if want[subject] {
			continue
		}
		if err := s.stream.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
			return fmt.Errorf("bus: the old schedule %s: %w", subject, err)
		}
	}
	return nil
}

func (sc *Schedule) passed() bool {
	at, ok := strings.CutPrefix(sc.When, "@at ")
	if !ok {
		return false
	}
	t, err := time.Parse(time.RFC3339, at)
	return err == nil && t.Before(time.Now())
}
