package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// lookAgain is how often a kept answer is looked for while none has come by itself.
const lookAgain = 2 * time.Second

// WaitAnswer returns the final answer of a run that a message started, as soon as there
// is one. see, if it is not nil, is told where the run stands until then.
//
// Answers are heard as they are published, and looked up in their stream besides: what was
// said before anybody listened is there, and what was said while a server was away. A
// consumer of the stream would die with the server that holds it, and be missed only after
// its heartbeats.
func WaitAnswer(ctx context.Context, conn *Conn, run string, see func(Answer)) (Answer, error) {
	if !idPattern.MatchString(run) {
		return Answer{}, fmt.Errorf("bus: run %.140q: want letters, digits, - and _", run)
	}
	heard := make(chan *nats.Msg, 16)
	sub, err := conn.nc.ChanSubscribe(subjectAnswer+run, heard)
	if err == nil { // who may not listen may look
		defer func() { _ = sub.Unsubscribe() }()
		_ = conn.nc.FlushTimeout(storeTry) // the server has said by then whether it is permitted
	}
	deaf := err != nil || conn.denied(subjectAnswer+run) != nil
	var last Answer
	var problem error
	for tick := time.After(0); ; {
		var body []byte
		select {
		case <-ctx.Done():
			return Answer{}, fmt.Errorf("bus: the answer of run %s: %w", run, errors.Join(ctx.Err(), problem))
		case msg := <-heard:
			body = msg.Data
		case <-tick:
			if body, problem = kept(ctx, conn, run); errors.Is(problem, jetstream.ErrStreamNotFound) {
				return Answer{}, fmt.Errorf("bus: the answer of run %s: %w", run, problem)
			}
			if no := conn.denied(answerStream); deaf && problem != nil && no != nil {
				return Answer{}, fmt.Errorf("bus: the answer of run %s: %w", run, no)
			}
			tick = time.After(lookAgain)
		}
		if body == nil {
			continue
		}
		a := Answer{}
		if err := json.Unmarshal(body, &a); err != nil {
			problem = fmt.Errorf("what is said of it is no answer: %w", err)
			continue
		}
		if a.Final {
			return a, nil
		}
		if see != nil && a != last {
			see(a)
		}
		last = a
	}
}

// denied is the server's last word if it does not permit something about a subject.
func (c *Conn) denied(subject string) error {
	if err := c.nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), subject) {
		return err
	}
	return nil
}

// kept is the last answer of a run in the stream; nil if there is none yet.
func kept(ctx context.Context, conn *Conn, run string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTry)
	defer cancel()
	stream, err := conn.js.Stream(ctx, answerStream)
	if err != nil {
		return nil, err
	}
	msg, err := stream.GetLastMsgForSubject(ctx, subjectAnswer+run)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil //nolint:nilnil // no answer yet is no error
	}
	if err != nil {
		return nil, err
	}
	return msg.Data, nil
}
