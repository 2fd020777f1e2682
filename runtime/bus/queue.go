package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/objects"
)

// Subjects and streams of the runs that messages start; docs/protocol.md explains them.
const (
	subjectStart    = "chaski.start."    // + agent: the work queue
	subjectSchedule = "chaski.schedule." // + agent + "." + name
	subjectAnswer   = "chaski.answer."   // + run
	answerStream    = "CHASKI_ANSWERS"
	startStream     = "CHASKI_STARTS_" // + agent
	startConsumer   = "runners"

	headerReply  = "Chaski-Reply"  // subject that the final answer is published to as well
	headerSource = "Chaski-Source" // what the start came by
)

// Job is a run that a message asks for.
type Job struct {
	Run    string // its id: the same at each delivery
	Prompt string
	Source string // the subject or the schedule that it came by
	Reply  string // a subject for the answer; "" is none
	Again  int    // earlier deliveries
}

// Answer is what came of a started run, or where it stands: a message of JSON on
// chaski.answer.RUN.
type Answer struct {
	Run    string `json:"run"`
	Status string `json:"status"` // as planner.Status
	Reason string `json:"reason,omitempty"`
	Answer string `json:"answer,omitempty"`
	Final  bool   `json:"final"` // no other answer will follow
}

// QueueOptions configure a queue of starts. Agent is needed.
type QueueOptions struct {
	Agent    string        // letters, digits, - and _: names the queue
	Parallel int           // runs at once in this process; 0 is 4
	AckWait  time.Duration // after which the work of a runner that died goes to another; 0 is 30 s
	Poll     time.Duration // how soon a run that could not go on is tried again; it grows to 10 s. 0 is 1 s
	Keep     time.Duration // how long answers are kept; 0 is 7 days
	Logger   zerolog.Logger

	// Wait returns once a run whose answer was not final can go on. The run stays with
	// this runner meanwhile and is none of the Parallel. nil looks again after Poll.
	Wait func(ctx context.Context, run string) error
}

// Queue is a durable queue of runs to start, shared by the runners of one agent. What
// was accepted is handed out until a runner has finished it: a runner that is killed
// loses nothing. A start may be handed out more than once, with the same run id.
type Queue struct {
	conn      *Conn
	o         QueueOptions
	stream    jetstream.Stream
	consumer  jetstream.Consumer
	services  []micro.Service
	accepting sync.WaitGroup
	slots     chan struct{} // one for each start that is being put into the queue
	parked    atomic.Int32  // runs that wait without a slot
	held      held

	calendars map[string]*dated // of schedules by local time, by name
}

// acceptAtOnce is how many starts a process puts into the queue side by side.
const acceptAtOnce = 64

// OpenQueue makes the queue, or finds it.
func OpenQueue(ctx context.Context, conn *Conn, o QueueOptions) (*Queue, error) {
	if !idPattern.MatchString(o.Agent) {
		return nil, fmt.Errorf("bus: %.140q cannot name an agent: want letters, digits, - and _", o.Agent)
	}
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if o.AckWait <= 0 {
		o.AckWait = 30 * time.Second
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.Keep <= 0 {
		o.Keep = 7 * 24 * time.Hour
	}
	s := &Queue{conn: conn, o: o, slots: make(chan struct{}, acceptAtOnce)}
	var err error
	s.stream, err = ensure(ctx, conn, jetstream.StreamConfig{
		Name: startStream + o.Agent, Description: "runs that agent " + o.Agent + " is to start", Retention: jetstream.WorkQueuePolicy,
		Subjects: []string{subjectStart + o.Agent, subjectSchedule + o.Agent + ".>"}, AllowMsgSchedules: true})
	if err != nil {
		return nil, fmt.Errorf("bus: the queue of agent %s: %w", o.Agent, err)
	}
	if err = s.runners(ctx); err != nil {
		return nil, fmt.Errorf("bus: the runners of agent %s: %w", o.Agent, err)
	}
	if is := s.consumer.CachedInfo().Config.AckWait; is > 0 && is != o.AckWait {
		o.Logger.Info().Stringer("ack_wait", is).Msg("the queue is there already, and keeps its time without a sign of life")
		s.o.AckWait = is
	}
	_, err = ensure(ctx, conn, jetstream.StreamConfig{
		Name: answerStream, Description: "answers of runs that messages started", Subjects: []string{subjectAnswer + "*"},
		MaxMsgsPerSubject: 1, MaxAge: o.Keep, AllowDirect: true})
	if err != nil {
		return nil, fmt.Errorf("bus: the stream of answers: %w", err)
	}
	return s, nil
}

// runners finds the consumer that the runners share, or makes it: also where it was deleted
// while they served. What was under way is handed out again then.
func (s *Queue) runners(ctx context.Context) error {
	return s.conn.ride(ctx, func(ctx context.Context) error {
		c, err := objects.Made(
			func() (jetstream.Consumer, error) { return s.stream.Consumer(ctx, startConsumer) },
			func() (jetstream.Consumer, error) {
				return s.stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
					Durable: startConsumer, FilterSubject: subjectStart + s.o.Agent, AckPolicy: jetstream.AckExplicitPolicy,
					AckWait: s.o.AckWait, MaxDeliver: -1, MaxAckPending: 100_000})
			})
		if err == nil {
			s.consumer = c
		}
		return err
	})
}

// ensure makes a stream if it is missing. One that is there is only checked: its copies,
// limits and placement are its operator's.
func ensure(ctx context.Context, conn *Conn, want jetstream.StreamConfig) (jetstream.Stream, error) {
	var stream jetstream.Stream
	err := conn.ride(ctx, func(ctx context.Context) (err error) {
		stream, err = objects.Made(
			func() (jetstream.Stream, error) { return conn.js.Stream(ctx, want.Name) },
			func() (jetstream.Stream, error) {
				want.Replicas = conn.Replicas()
				return conn.js.CreateStream(ctx, want)
			})
		return err
	})
	if err != nil {
		if want.Replicas > 1 {
			return nil, fmt.Errorf("%d copies: %w", want.Replicas, err)
		}
		return nil, err
	}
	is := stream.CachedInfo().Config
	for _, subject := range want.Subjects {
		if !slices.Contains(is.Subjects, subject) {
			return nil, fmt.Errorf("stream %s is there and lacks the subject %s", want.Name, subject)
		}
	}
	switch {
	case is.Retention != want.Retention:
		return nil, fmt.Errorf("stream %s is there with retention %v, want %v", want.Name, is.Retention, want.Retention)
	case want.AllowMsgSchedules && !is.AllowMsgSchedules:
		return nil, fmt.Errorf("stream %s is there and does not allow message schedules", want.Name)
	}
	return stream, nil
}

// Put accepts a run: when it returns, the start is in the queue. The same run within two
// minutes is accepted once.
func (s *Queue) Put(ctx context.Context, job Job) error {
	if !idPattern.MatchString(job.Run) {
		return fmt.Errorf("bus: run %.140q: want letters, digits, - and _", job.Run)
	}
	h := nats.Header{headerRun: {job.Run}}
	for key, value := range map[string]string{headerReply: job.Reply, headerSource: job.Source} {
		if value != "" {
			h[key] = []string{oneLine(value)}
		}
	}
	msg := &nats.Msg{Subject: subjectStart + s.o.Agent, Header: h, Data: []byte(job.Prompt)}
	err := s.conn.ride(ctx, func(ctx context.Context) error {
		_, err := s.conn.js.PublishMsg(ctx, msg, jetstream.WithMsgID(job.Run))
		return err
	})
	if err != nil {
		return fmt.Errorf("bus: run %s was not accepted: %w", job.Run, err)
	}
	return nil
}

// Listen accepts runs by messages on a subject: the body is the prompt. A request is
// answered {"run": …} once the start is in the queue. newRun names runs whose message
// has no Chaski-Run header of its own.
func (s *Queue) Listen(subject string, newRun func() string) error {
	service, err := micro.AddService(s.conn.nc, micro.Config{Name: "chaski-agent-" + s.o.Agent, Version: "1.0.0",
		Description: "starts runs of agent " + s.o.Agent, QueueGroup: queueGroup})
	if err != nil {
		return fmt.Errorf("bus: listen on %s: %w", subject, err)
	}
	s.services = append(s.services, service)
	err = service.AddEndpoint("start", micro.HandlerFunc(func(r micro.Request) {
		s.slots <- struct{}{} // one after another they would all wait for the stream's leader
		s.accepting.Go(func() {
			defer func() { <-s.slots }()
			s.accept(subject, r, newRun)
		})
	}), micro.WithEndpointSubject(subject))
	if err == nil {
		err = s.conn.nc.FlushTimeout(s.conn.wait) // from here on the server has the subscription
	}
	if err != nil {
		return fmt.Errorf("bus: listen on %s: %w", subject, err)
	}
	return nil
}

func (s *Queue) accept(subject string, r micro.Request, newRun func() string) {
	refuse := func(code, text string) {
		s.o.Logger.Warn().Str("subject", subject).Str("reason", text).Msg("a start was refused")
		if r.Reply() != "" {
			_ = r.Error(code, oneLine(text), nil) // whoever asked may have gone
		}
	}
	h := map[string][]string(r.Headers())
	job := Job{Run: header(h, headerRun), Prompt: string(r.Data()), Source: subject, Reply: header(h, headerReply)}
	if job.Run == "" {
		job.Run = journal.NewRun()
	}
	if strings.TrimSpace(job.Prompt) == "" {
		refuse("400", "the message is empty: its body is the prompt")
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), max(s.conn.wait, election))
	defer cancel()
	if err := s.Put(ctx, job); err != nil {
		code := "503"
		if !idPattern.MatchString(job.Run) {
			code = "400"
		}
		refuse(code, err.Error())
		return
	}
	s.o.Logger.Info().Str("run", job.Run).Str("subject", subject).Msg("accepted")
	if r.Reply() != "" {
		_ = r.RespondJSON(map[string]string{"run": job.Run}) // likewise
	}
}

// Serve hands starts to do until ctx is done, several at once. do runs the start, or goes
// on with its run, and returns how it stands. A final answer takes the start out of the
// queue; after one that is not, do is called again once QueueOptions.Wait has returned, or
// after a while, here or at another runner; after an error likewise. do must return soon
// after its context is done.
func (s *Queue) Serve(ctx context.Context, do func(ctx context.Context, job Job) (Answer, error)) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	beating, still := context.WithCancel(context.Background()) // until the last is settled
	defer still()
	go s.held.beat(beating, s.o.AckWait)
	if len(s.calendars) > 0 {
		wg.Go(func() { s.keepArmed(ctx) })
	}
	slots := make(chan struct{}, s.o.Parallel)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		msg, err := s.next(ctx)
		if err != nil || msg == nil {
			<-slots
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if lookErr := s.runners(ctx); lookErr != nil && err == nil {
				err = lookErr
			}
			if err != nil {
				s.o.Logger.Warn().Err(err).Msg("no start could be fetched")
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
				}
			}
			continue
		}
		wg.Go(func() {
			defer func() { <-slots }()
			s.handle(ctx, msg, slots, do)
		})
	}
}

// next waits a few seconds for a message; nil if none came. It holds a slot, which a run
// that has waited may need soon.
func (s *Queue) next(ctx context.Context) (jetstream.Msg, error) {
	patience := 5 * time.Second
	if s.parked.Load() > 0 {
		patience = time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	msg, err := s.consumer.Next(jetstream.FetchContext(ctx))
	if errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, jetstream.ErrNoMessages) {
		return nil, nil //nolint:nilnil // nothing to do is no error
	}
	return msg, err
}

func (s *Queue) handle(ctx context.Context, msg jetstream.Msg, slots chan struct{}, do func(context.Context, Job) (Answer, error)) {
	meta, err := msg.Metadata()
	if err != nil {
		s.o.Logger.Error().Err(err).Msg("a start without its place in the queue")
		return
	}
	h := map[string][]string(msg.Headers())
	job := Job{Run: header(h, headerRun), Prompt: string(msg.Data()), Source: header(h, headerSource), Reply: header(h, headerReply), Again: int(meta.NumDelivered) - 1}
	if job.Run == "" || !idPattern.MatchString(job.Run) { // of a schedule: by its place in the queue, the same each time
		job.Run = fmt.Sprintf("%s-%s-%d", s.o.Agent, meta.Timestamp.UTC().Format("20060102-150405"), meta.Sequence.Stream)
	}
	if s.overtaken(ctx, job, meta.Timestamp) {
		s.o.Logger.Info().Str("run", job.Run).Str("schedule", job.Source).Msg("a later start of the schedule stands for this one")
		if err := s.conn.ride(ctx, msg.DoubleAck); err != nil { // it is handed out again
			s.o.Logger.Warn().Err(err).Str("run", job.Run).Msg("the queue was not told")
		}
		return
	}
	release := s.held.hold(msg, s.o.AckWait)
	a, err := do(ctx, job)
	for err == nil && !a.Final && s.o.Wait != nil && ctx.Err() == nil {
		a.Run = job.Run
		if err = s.publish(ctx, job, a); err != nil {
			break
		}
		if err = s.park(ctx, job.Run, slots); err == nil {
			a, err = do(ctx, job)
		}
	}
	release()
	s.settle(ctx, msg, job, a, err)
}

// park gives the slot up until the run can go on.
func (s *Queue) park(ctx context.Context, run string, slots chan struct{}) error {
	s.parked.Add(1)
	<-slots
	defer func() {
		slots <- struct{}{}
		s.parked.Add(-1)
	}()
	return s.o.Wait(ctx, run)
}

// settle publishes the answer and then takes the start out of the queue, or leaves it for
// later.
func (s *Queue) settle(ctx context.Context, msg jetstream.Msg, job Job, a Answer, err error) {
	log := s.o.Logger.With().Str("run", job.Run).Logger()
	switch {
	case ctx.Err() != nil:
		err = s.handBack(msg)
	case err != nil:
		log.Warn().Err(err).Msg("the run could not go on: it is tried again")
		err = msg.NakWithDelay(s.delay(job.Again))
	default:
		a.Run = job.Run
		if err = s.publish(ctx, job, a); err == nil {
			if !a.Final {
				err = msg.NakWithDelay(s.delay(job.Again))
			} else {
				err = s.conn.ride(ctx, msg.DoubleAck)
			}
		}
	}
	if err != nil { // it is handed out again after AckWait
		log.Warn().Err(err).Msg("the queue was not told")
	}
}

// handBack has a start handed out again at once: by another runner, or by this one when it is
// started again. The server writes down only a refusal with a delay; a plain one is forgotten
// if it ends with its runner, and the start would come after AckWait. So it is asked to answer.
func (s *Queue) handBack(msg jetstream.Msg) error {
	if !s.conn.nc.IsConnected() {
		return nats.ErrDisconnected
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTry)
	defer cancel()
	_, err := s.conn.nc.RequestWithContext(ctx, msg.Reply(), []byte(`-NAK {"delay": 1000000}`))
	return err
}

func (s *Queue) delay(again int) time.Duration {
	return min(s.o.Poll<<min(again, 10), max(s.o.Poll, 10*time.Second))
}

func (s *Queue) publish(ctx context.Context, job Job, a Answer) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	// The id lets the same standing, seen again and again while a run waits, be kept once.
	id := a.Run + "/" + a.Status + "/" + a.Reason
	err = s.conn.ride(ctx, func(ctx context.Context) error {
		_, err := s.conn.js.Publish(ctx, subjectAnswer+a.Run, body, jetstream.WithMsgID(id))
		return err
	})
	if err != nil {
		return fmt.Errorf("bus: the answer of run %s: %w", a.Run, err)
	}
	if a.Final && job.Reply != "" {
		if err := s.conn.nc.Publish(job.Reply, body); err != nil {
			return fmt.Errorf("bus: the answer of run %s to %s: %w", a.Run, job.Reply, err)
		}
	}
	return nil
}

// Close accepts no more runs. Serve ends with its context.
func (s *Queue) Close() error {
	var errs []error
	for _, service := range s.services {
		if err := service.Stop(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			errs = append(errs, err)
		}
	}
	s.accepting.Wait() // those that came in time are in the queue
	return errors.Join(errs...)
}

// Ask sends a prompt to the subject of an agent and returns the id of the run that it
// began. It is sent again where no answer comes or the queue has no leader, at most for
// as long as an election takes: by its id it is one run.
func Ask(ctx context.Context, conn *Conn, subject, prompt string) (run string, err error) {
	if err := conn.ready(ctx); err != nil {
		return "", err
	}
	name := journal.NewRun()
	for began := time.Now(); ; {
		run, again, err := ask(ctx, conn, subject, name, prompt)
		if err == nil {
			return run, nil
		}
		if time.Since(began) >= again || sleep(ctx, 200*time.Millisecond) != nil {
			return "", err
		}
	}
}

// ask is one try; again says for how long to try.
func ask(ctx context.Context, conn *Conn, subject, name, prompt string) (run string, again time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, conn.wait)
	defer cancel()
	msg, err := conn.nc.RequestMsgWithContext(ctx, &nats.Msg{Subject: subject, Header: nats.Header{headerRun: {name}}, Data: []byte(prompt)})
	switch {
	case errors.Is(err, nats.ErrNoResponders): // or the agent is on its way to another server
		return "", time.Second, fmt.Errorf("bus: no agent listens on %s", subject)
	case err != nil:
		return "", election, fmt.Errorf("bus: %s: %w", subject, err)
	}
	if text := header(msg.Header, headerError); text != "" {
		if header(msg.Header, headerCode) == "503" {
			again = election
		}
		return "", again, fmt.Errorf("bus: %s: refused: %s", subject, text)
	}
	var reply struct {
		Run string `json:"run"`
	}
	if err := json.Unmarshal(msg.Data, &reply); err != nil || !idPattern.MatchString(reply.Run) {
		return "", 0, fmt.Errorf("bus: %s: the reply names no run", subject)
	}
	return reply.Run, 0, nil
}
