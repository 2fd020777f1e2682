package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Requests for messages of the stream. The leader's answers are up to date; any server of
// the stream answers direct ones, which may be behind. Streams that were made before there
// were direct answers have the leader's only.
const (
	leaderGet = jetstream.DefaultAPIPrefix + "STREAM.MSG.GET."
	directGet = jetstream.DefaultAPIPrefix + "DIRECT.GET."
)

// wanted is a message that is asked for: the last of a subject, or the next from a sequence;
// or messages, the last of several subjects or the next from a sequence on.
type wanted struct {
	Last string `json:"last_by_subj,omitempty"`
	Seq  uint64 `json:"seq,omitempty"`
	Next string `json:"next_by_subj,omitempty"`

	// Of direct answers.
	Lasts    []string `json:"multi_last,omitempty"`
	Batch    int      `json:"batch,omitempty"`
	MaxBytes int      `json:"max_bytes,omitempty"`
}

// got is an answer: a message, or why there is none.
type got struct {
	data    []byte
	seq     uint64
	subject string // of a direct answer
	err     error
}

func (s *Stream) direct() bool { return s.stream.CachedInfo().Config.AllowDirect }

// getMany asks for messages side by side, so that thousands cost few turns of waiting. What
// is not answered in time is asked for again.
func (s *Stream) getMany(ctx context.Context, all []wanted) []got {
	if len(all) == 0 {
		return nil
	}
	subject, read := leaderGet+s.name, readLeader
	if s.direct() {
		subject, read = directGet+s.name, readDirect
	}
	out := make([]got, len(all))
	open := make([]int, len(all))
	for i := range open {
		open[i] = i
	}
	err := s.ride(ctx, func(ctx context.Context) error {
		nc := s.js.Conn()
		inbox := nc.NewInbox()
		answers := make(chan *nats.Msg, len(open))
		sub, err := nc.ChanSubscribe(inbox+".*", answers)
		if err != nil {
			return err
		}
		defer func() { _ = sub.Unsubscribe() }()
		for _, i := range open {
			body, err := json.Marshal(all[i])
			if err == nil {
				err = nc.PublishRequest(subject, inbox+"."+strconv.Itoa(i), body)
			}
			if err != nil {
				return err
			}
		}
		left := map[int]bool{}
		for _, i := range open {
			left[i] = true
		}
		var last error
		for answered := 0; answered < len(open); answered++ {
			select {
			case msg := <-answers:
				i, err := strconv.Atoi(msg.Subject[strings.LastIndexByte(msg.Subject, '.')+1:])
				if err != nil || !left[i] {
					continue
				}
				if out[i] = read(msg); out[i].err == nil || !passing(out[i].err) {
					delete(left, i)
				} else {
					last = out[i].err
				}
			case <-ctx.Done():
				answered, last = len(open), ctx.Err()
			}
		}
		open = open[:0]
		for i := range left {
			open = append(open, i)
		}
		return last
	})
	for _, i := range open {
		out[i] = got{err: fmt.Errorf("journal: stream %s: %w", s.name, err)}
	}
	return out
}

// getBatch returns messages of a subject from a sequence on, as some server of the stream
// has them. None is no proof that there are none.
func (s *Stream) getBatch(ctx context.Context, run string, seq uint64) (out []got) {
	const batch = 256
	s.several(ctx, wanted{Seq: seq, Next: subjectPrefix + run, Batch: batch, MaxBytes: batchBytes}, batch, func(g got) bool {
		if len(out) > 0 && g.seq <= out[len(out)-1].seq {
			return false
		}
		out = append(out, g)
		return true
	})
	return out
}

// batchBytes bounds what a server sends in one go.
const batchBytes = 8 << 20

// several makes a request that some server of the stream answers with up to most messages,
// and yields them. Those that are lost on the way are missing; whole says that the server
// sent all that it has.
func (s *Stream) several(ctx context.Context, w wanted, most int, yield func(got) bool) (whole bool) {
	body, err := json.Marshal(w)
	if err != nil {
		return false
	}
	nc := s.js.Conn()
	answers := make(chan *nats.Msg, most+1)
	inbox := nc.NewInbox()
	sub, err := nc.ChanSubscribe(inbox, answers)
	if err != nil {
		return false
	}
	defer func() { _ = sub.Unsubscribe() }()
	if nc.PublishRequest(directGet+s.name, inbox, body) != nil {
		return false
	}
	patience := time.NewTimer(s.opt.Wait / 3)
	defer patience.Stop()
	for range most {
		select {
		case msg := <-answers:
			patience.Reset(s.opt.Wait / 3)
			if g := readDirect(msg); g.err != nil {
				return errors.Is(g.err, jetstream.ErrMsgNotFound) && cmp.Or(msg.Header.Get("Nats-Num-Pending"), "0") == "0"
			} else if !yield(g) {
				return false
			}
		case <-patience.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// readDirect reads a message as a server of the stream sends it; also the end of a batch.
func readDirect(msg *nats.Msg) got {
	switch status := msg.Header.Get("Status"); status {
	case "":
	case "404", "204":
		return got{err: jetstream.ErrMsgNotFound}
	case "503":
		return got{err: nats.ErrNoResponders}
	default:
		return got{err: fmt.Errorf("status %s %s", status, msg.Header.Get("Description"))}
	}
	seq, err := strconv.ParseUint(msg.Header.Get("Nats-Sequence"), 10, 64)
	return got{data: msg.Data, seq: seq, subject: msg.Header.Get("Nats-Subject"), err: err}
}

// readLeader reads a message as the leader's interface gives it.
func readLeader(msg *nats.Msg) got {
	if msg.Header.Get("Status") == "503" {
		return got{err: nats.ErrNoResponders}
	}
	var answer struct {
		Message struct {
			Seq  uint64 `json:"seq"`
			Data []byte `json:"data"`
		} `json:"message"`
		Error *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return got{err: err}
	}
	switch e := answer.Error; {
	case e != nil && e.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return got{err: jetstream.ErrMsgNotFound}
	case e != nil:
		return got{err: e}
	}
	return got{data: answer.Message.Data, seq: answer.Message.Seq}
}

// get asks the leader for one message: nobody knows better.
func (s *Stream) get(ctx context.Context, w wanted) (g got) {
	body, err := json.Marshal(w)
	if err != nil {
		return got{err: err}
	}
	err = s.ride(ctx, func(ctx context.Context) error {
		msg, err := s.js.Conn().RequestWithContext(ctx, leaderGet+s.name, body)
		if err != nil {
			return err
		}
		g = readLeader(msg)
		return g.err
	})
	if err != nil {
		return got{err: err}
	}
	return g
}

// single is how many messages are asked for one by one before they come in batches.
const single = 3

// following gives a run's messages from a sequence on, up to the last that the leader knows.
func (s *Stream) following(ctx context.Context, run string, seq uint64) iter.Seq2[got, error] {
	return func(yield func(got, error) bool) {
		for n := 0; ; n++ {
			g := s.get(ctx, wanted{Seq: seq, Next: subjectPrefix + run})
			if errors.Is(g.err, jetstream.ErrMsgNotFound) {
				return
			}
			if !yield(g, g.err) || g.err != nil {
				return
			}
			seq = g.seq + 1
			if n < single || !s.direct() {
				continue
			}
			for _, g := range s.getBatch(ctx, run, seq) {
				if !yield(g, nil) {
					return
				}
				seq = g.seq + 1
			}
		}
	}
}
