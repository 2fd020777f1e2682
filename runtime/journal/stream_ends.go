package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"

	"github.com/nats-io/nats.go/jetstream"
)

// mostLasts is of how many subjects a server gives the last messages at once; it refuses
// more than 1,024.
const mostLasts = 1000

// Firsts implements [Ender].
func (s *Stream) Firsts(ctx context.Context, runs []string) []End {
	all := make([]wanted, len(runs))
	for i, run := range runs {
		all[i] = wanted{Seq: 1, Next: subjectPrefix + run}
	}
	out := make([]End, len(runs))
	for i, g := range s.getMany(ctx, all) {
		out[i] = s.end(ctx, runs[i], 1, g)
	}
	return out
}

// Lasts implements [Ender]. What a server does not give for many runs at once is asked for
// one by one. Who asks for one run may act on it: the leader answers, who knows best.
func (s *Stream) Lasts(ctx context.Context, runs []string) []End {
	if len(runs) == 1 {
		return []End{s.end(ctx, runs[0], 0, s.get(ctx, wanted{Last: subjectPrefix + runs[0]}))}
	}
	out := make([]End, len(runs))
	missing := make(map[string]int, len(runs)) // by subject, and where it stands in runs
	for i, run := range runs {
		if out[i].Err = CheckRun(run); out[i].Err == nil {
			missing[subjectPrefix+run] = i
		}
	}
	for s.direct() && len(missing) > 1 {
		ask := wanted{Lasts: s.fitting(maps.Keys(missing)), MaxBytes: batchBytes}
		var some []got
		s.several(ctx, ask, len(ask.Lasts), func(g got) bool {
			some = append(some, g)
			return true
		})
		before := len(missing)
		for _, g := range some {
			if i, ok := missing[g.subject]; ok {
				delete(missing, g.subject)
				out[i] = s.end(ctx, runs[i], 0, g)
			}
		}
		if len(missing) == before {
			break
		}
	}
	left := make([]wanted, 0, len(missing))
	for subject := range missing {
		left = append(left, wanted{Last: subject})
	}
	for n, g := range s.getMany(ctx, left) {
		i := missing[left[n].Last]
		out[i] = s.end(ctx, runs[i], 0, g)
	}
	return out
}

// Checked implements [Checker]: a run that has as many messages as records lost none. They are
// counted when runs are listed; what nobody has counted is not checked.
func (s *Stream) Checked(ctx context.Context, runs []string) []End {
	out := s.Lasts(ctx, runs)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, run := range runs {
		if n, ok := s.counted[run]; ok && out[i].Err == nil && n != uint64(out[i].Seq) {
			out[i].Err = &CorruptError{Run: run, Seq: out[i].Seq, Reason: fmt.Sprintf("there are %d messages", n)}
		}
	}
	return out
}

// fitting takes as many subjects as one request may name, at least one.
func (s *Stream) fitting(subjects iter.Seq[string]) (some []string) {
	room := s.js.Conn().MaxPayload() - 1024
	for subject := range subjects {
		if room -= int64(len(subject)) + 3; len(some) > 0 && (room < 0 || len(some) == mostLasts) {
			break
		}
		some = append(some, subject)
	}
	return some
}

// end reads an answer; seq is 1 for a first record.
func (s *Stream) end(ctx context.Context, run string, seq int, g got) (e End) {
	if errors.Is(g.err, jetstream.ErrMsgNotFound) {
		g.err = fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if e.Err = errorsFirst(CheckRun(run), g.err); e.Err != nil {
		return e
	}
	if e.Record, e.Err = s.decode(ctx, run, seq, g.data); e.Err == nil && e.Hash != e.sum() {
		e.Err = &CorruptError{Run: run, Seq: seq, Reason: "its hash does not fit its content"}
	}
	if e.Err == nil && seq > 0 && e.Seq != seq { // those before it are gone
		e.Err = &CorruptError{Run: run, Seq: seq, Reason: fmt.Sprintf("it is numbered %d", e.Seq)}
	}
	return e
}
