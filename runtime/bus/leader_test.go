package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// errand is what the runs of TestStepDowns do: they look, pay, note, get something large, and
// say so.
func errand(delay time.Duration) llm.Model {
	return &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		time.Sleep(delay)
		done, which := 0, ""
		for _, m := range req.Messages {
			switch m.Role {
			case llm.RoleTool:
				done++
			case llm.RoleUser:
				which = m.Content
			}
		}
		if names := []string{"look", "pay", "note", "large"}; done < len(names) {
			return llm.Turn{Calls: []llm.ToolCall{{Name: names[done], Arguments: fmt.Appendf(nil, `{"n":%q}`, which)}}}
		}
		return llm.Turn{Text: "done " + which}
	}}
}

// effects counts what tools did, by call.
type effects struct {
	mu    sync.Mutex
	calls map[string]int
}

func (e *effects) tool(name string, effect tools.Effect, value json.RawMessage) *tools.Tool {
	return e.timed(name, effect, 20*time.Second, value)
}

// timed is a tool with a time-out of its own.
func (e *effects) timed(name string, effect tools.Effect, timeout time.Duration, value json.RawMessage) *tools.Tool {
	return raw(name, effect, timeout, func(_ context.Context, c tools.Call) (json.RawMessage, error) {
		time.Sleep(10 * time.Millisecond)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.calls[name+" "+c.ID]++
		return value, nil
	})
}

// TestStepDowns changes the leaders of everything that is written while runs go on: starts,
// schedules, records, large events, leases, results, approvals, answers. Nothing is lost, no
// effect is there twice, no call fails. CHASKI_STEPDOWNS is how many changes, with four runs
// each; by default 10.
func TestStepDowns(t *testing.T) {
	steps := 10
	if n, err := strconv.Atoi(os.Getenv("CHASKI_STEPDOWNS")); err == nil {
		steps = n
	}
	if testing.Short() {
		steps = 5
	}
	nodes := cluster(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+time.Duration(steps)*5*time.Second)
	defer cancel()
	var urls string
	for _, n := range nodes {
		urls += "," + n.ClientURL()
	}
	dial := func(at int) *bus.Conn {
		c, err := bus.Connect(ctx, bus.Options{URL: nodes[at%3].ClientURL() + urls, Logger: testLog(t)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	done := &effects{calls: map[string]int{}}
	for at := range 2 {
		serve(t, dial(at), done.tool("look", tools.Read, json.RawMessage(`"seen"`)), done.tool("pay", tools.Once, json.RawMessage(`"paid"`)),
			done.tool("note", tools.Idempotent, json.RawMessage(`"noted"`)), done.tool("large", tools.Idempotent, json.RawMessage(`"`+strings.Repeat("x", 1<<20)+`"`)))
	}
	// Of every third run the payment waits for a person.
	gate := runtime.GateFunc(func(_ context.Context, s planner.State, c planner.CallState) (planner.Decided, error) {
		if c.Tool == "pay" && strings.HasSuffix(s.Run, "0") {
			return planner.Decided{Verdict: planner.RequireApproval, Rule: "money", Expires: time.Now().Add(time.Hour).UTC()}, nil
		}
		return planner.Decided{Verdict: planner.Allow, Rule: "test"}, nil
	})
	open := func(at int) (*runtime.Runtime, *bus.Queue) {
		c := dial(at)
		cl := client(t, c)
		j, err := journal.OpenStream(ctx, c.JetStream(), journal.StreamOptions{Replicas: c.Replicas()})
		if err != nil {
			t.Fatal(err)
		}
		rt, err := runtime.New(runtime.Options{Journal: j, Model: errand(50 * time.Millisecond), Caller: cl, Reconciler: cl, Gate: gate, Log: testLog(t)})
		if err != nil {
			t.Fatal(err)
		}
		return rt, queue(t, c, bus.QueueOptions{Parallel: 8, Logger: testLog(t), Wait: func(ctx context.Context, run string) error {
			_, err := rt.Wait(ctx, run)
			return err
		}})
	}
	specs, err := client(t, dial(0)).Tools(ctx)
	if err != nil || len(specs) != 4 {
		t.Fatal(len(specs), err)
	}
	person, q := open(0)
	for at := range 2 {
		rt, served := open(at)
		if at == 0 {
			q = served
		}
		r := serveQueue(t, served, func(ctx context.Context, job bus.Job) (bus.Answer, error) {
			s, err := driveJob(ctx, rt, job.Run, specs)
			if err != nil {
				if ctx.Err() == nil {
					t.Errorf("run %s was left: %v", job.Run, err)
				}
				return bus.Answer{}, err
			}
			return bus.Answer{Status: string(s.Status), Answer: s.Answer(), Reason: s.Reason, Final: s.Status.Done()}, nil
		})
		t.Cleanup(r.stop)
		if err := served.Listen("shop.ask", runtime.NewRunID); err != nil {
			t.Fatal(err)
		}
	}

	stepped := make(chan int)
	over, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		names := []string{"CHASKI_JOURNAL", "KV_chaski_results", "CHASKI_STARTS_shop", "KV_CHASKI_JOURNAL_LEASES", "CHASKI_ANSWERS", "OBJ_CHASKI_JOURNAL_LARGE", "OBJ_chaski_objects"}
		c, n := dial(2), 0
		for n < steps && over.Err() == nil {
			m, err := c.NATS().Request("$JS.API.STREAM.LEADER.STEPDOWN."+names[n%len(names)], nil, 3*time.Second)
			if err == nil && strings.Contains(string(m.Data), `"success":true`) {
				n++
			}
			time.Sleep(300 * time.Millisecond)
		}
		stepped <- n
	}()

	// A third of the runs is asked for, the others are put into the queue, and a schedule
	// starts one each second.
	asker := dial(2)
	var mu sync.Mutex
	var runs []string
	var asked sync.WaitGroup
	asked.Go(func() {
		if err := q.Schedules(ctx, []bus.Schedule{{When: "* * * * * *", Prompt: "tick"}}); err != nil {
			t.Error(err)
		}
	})
	for i := range 4 * steps {
		time.Sleep(75 * time.Millisecond)
		asked.Go(func() {
			run, err := fmt.Sprintf("put-%04d", i), error(nil)
			if i%3 == 0 {
				run, err = bus.Ask(ctx, asker, "shop.ask", "go")
			} else {
				err = q.Put(ctx, bus.Job{Run: run, Prompt: "go"})
			}
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			runs = append(runs, run)
		})
	}
	asked.Wait()
	// On a machine that is slower than the schedule, runs would pile up: it ends once it has begun.
	for ticked := false; !ticked; time.Sleep(100 * time.Millisecond) {
		all, err := person.Runs(ctx)
		if ctx.Err() != nil {
			t.Fatal("no schedule started a run: ", err)
		}
		ticked = slices.ContainsFunc(all, func(run string) bool { return strings.HasPrefix(run, "shop-2") })
	}
	if err := q.Schedules(ctx, nil); err != nil {
		t.Error(err)
	}
	var answered sync.WaitGroup
	for _, run := range runs {
		answered.Go(func() {
			a, err := bus.WaitAnswer(ctx, asker, run, func(a bus.Answer) {
				if a.Status != string(planner.Waiting) {
					return
				}
				answered.Go(func() {
					s, err := person.Load(ctx, run)
					if err == nil {
						c, _ := s.Call(s.Calls[0].ID)
						err = person.Answer(ctx, run, planner.Answered{Call: c.ID, Hash: c.Hash(), Approve: true, By: "eva"})
					}
					if err != nil {
						t.Errorf("run %s was not approved: %v", run, err)
					}
				})
			})
			if err != nil || a.Status != string(planner.Finished) || a.Answer != "done "+run {
				t.Errorf("%+v %v", a, err)
			}
		})
	}
	answered.Wait()
	stop()
	n := <-stepped
	ctx = t.Context() // what is left is to be looked at, however long the rest took
	all, err := person.Runs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d runs, of which %d by schedule, and %d changes of leaders", len(all), len(all)-len(runs), n)
	for _, run := range all {
		events, _, err := person.Events(ctx, run)
		if err != nil {
			t.Error(err)
		}
		for _, ev := range events {
			if r := ev.Result; r != nil && (r.Status != tools.StatusOK || tools.IsOdd(r.Value)) {
				t.Errorf("run %s: %s %s %.100s … %s", run, r.Status, r.Reason, r.Value, r.Value[max(0, len(r.Value)-300):])
			}
		}
	}
	done.mu.Lock()
	defer done.mu.Unlock()
	for call, n := range done.calls {
		if n != 1 && !strings.HasPrefix(call, "look") {
			t.Errorf("%s ran %d times", call, n)
		}
	}
}

// testLog writes warnings to the test's log while it runs.
func testLog(t *testing.T) zerolog.Logger {
	return zerolog.New(zerolog.NewConsoleWriter(func(w *zerolog.ConsoleWriter) { w.NoColor = true; w.Out = logWriter{t} })).Level(zerolog.WarnLevel)
}

type logWriter struct{ t *testing.T }

func (w logWriter) Write(b []byte) (int, error) {
	if w.t.Context().Err() == nil {
		w.t.Log(strings.TrimSpace(string(b)))
	}
	return len(b), nil
}

// driveJob starts a run that a queue holds, unless it is there, and drives it to its end.
func driveJob(ctx context.Context, rt *runtime.Runtime, run string, specs []tools.Spec) (planner.State, error) {
	s, err := rt.Load(ctx, run)
	if errors.Is(err, journal.ErrNoRun) {
		_, err = rt.Start(ctx, planner.Started{Run: run, Messages: []llm.Message{{Role: llm.RoleUser, Content: run}}, Tools: specs})
		if errors.Is(err, journal.ErrConflict) {
			err = nil
		}
	}
	if err == nil && !s.Status.Done() {
		s, err = rt.Drive(ctx, run, nil)
	}
	return s, err
}
