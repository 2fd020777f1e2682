package bus_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

var faultCalls = flag.Int("calls", 1500, "calls of the fault test; 10000 for the long version")

type job struct {
	N int `json:"n"`
}

// workerProcess is this test binary run again as a worker, to be killed with SIGKILL.
// A run of a tool is a line in the log of this process; the effect of an idempotent
// tool, which knows its call by the id, is a file named for it.
func workerProcess(dir string) {
	die := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	ctx := context.Background()
	conn, err := bus.Connect(ctx, bus.Options{URL: os.Getenv("CHASKI_TEST_URL"), Logger: zerolog.Nop()})
	if err != nil {
		die(err)
	}
	log, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("runs-%d", os.Getpid())), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		die(err)
	}
	halt := os.Getenv("CHASKI_TEST_HALT") // where to stand still until killed
	var all []*tools.Tool
	for _, e := range []tools.Effect{tools.Read, tools.Idempotent, tools.Once} {
		all = append(all, tools.New("job_"+string(e), "", func(ctx context.Context, in job) (job, error) {
			if halt == "before" {
				fmt.Println("halted")
				select {}
			}
			call, _ := tools.CallFrom(ctx)
			if _, err := fmt.Fprintf(log, "%s %s %d\n", e, call.ID, call.Attempt); err != nil {
				return job{}, err
			}
			if e == tools.Idempotent {
				f, err := os.OpenFile(filepath.Join(dir, "effect-"+call.ID), os.O_CREATE|os.O_EXCL, 0o600)
				if err == nil {
					f.Close()
					fmt.Fprintf(log, "effect %s %d\n", call.ID, call.Attempt)
				}
			}
			if halt == "after" {
				fmt.Println("halted")
				select {}
			}
			time.Sleep(time.Duration(in.N%3) * time.Millisecond)
			return in, nil
		}, tools.Options{Effect: e, Timeout: timeoutOf(), Concurrency: 32}))
	}
	r, err := tools.NewRegistry(all...)
	if err != nil {
		die(err)
	}
	if _, err := bus.Serve(ctx, conn, r, bus.WorkerOptions{Logger: zerolog.Nop()}); err != nil {
		die(err)
	}
	fmt.Println("ready")
	select {}
}

func timeoutOf() time.Duration {
	if s := os.Getenv("CHASKI_TEST_TIMEOUT"); s != "" {
		d, _ := time.ParseDuration(s)
		return d
	}
	return 2 * time.Second
}

type process struct {
	cmd   *exec.Cmd
	lines chan string
	dead  sync.Once
}

func spawn(t *testing.T, dir, url string, env ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), append(env, "CHASKI_TEST_WORKER="+dir, "CHASKI_TEST_URL="+url)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, lines: make(chan string, 8)}
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
		close(p.lines)
	}()
	p.expect(t, "ready")
	t.Cleanup(p.kill)
	return p
}

func (p *process) expect(t *testing.T, line string) {
	t.Helper()
	select {
	case got := <-p.lines:
		if got != line {
			t.Fatalf("the worker process says %q, not %q", got, line)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("the worker process does not say %q", line)
	}
}

// kill is SIGKILL: nothing of the process runs on.
func (p *process) kill() {
	p.dead.Do(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
}

// counts reads the logs of all worker processes, dead ones included.
func counts(t *testing.T, dir string) (runs map[string]map[string]int) {
	t.Helper()
	runs = map[string]map[string]int{"read": {}, "idempotent": {}, "once": {}, "effect": {}}
	files, err := filepath.Glob(filepath.Join(dir, "runs-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			if parts := strings.Fields(line); len(parts) == 3 {
				runs[parts[0]][parts[1]]++
			}
		}
	}
	// The file is the effect: a worker killed before it wrote its line left one as well.
	made, err := filepath.Glob(filepath.Join(dir, "effect-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range made {
		id := strings.TrimPrefix(filepath.Base(f), "effect-")
		runs["effect"][id] = max(runs["effect"][id], 1)
	}
	return runs
}

// TestKilled kills a worker before the effect, after it, and after its record, and
// calls again with the same id through another worker.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, effect := range []tools.Effect{tools.Idempotent, tools.Once} {
		for _, halt := range []string{"before", "after", "recorded"} {
			t.Run(string(effect)+"/"+halt, func(t *testing.T) {
				t.Parallel()
				s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
				conn := connect(t, s)
				cl := client(t, conn)
				dir := t.TempDir()
				env := []string{"CHASKI_TEST_TIMEOUT=1s"}
				first := spawn(t, dir, s.URL(), append(env, "CHASKI_TEST_HALT="+halt)...)
				k := call("job_"+string(effect), `{"n":1}`)
				answered := make(chan tools.Result, 1)
				go func() {
					r, err := cl.Call(context.Background(), k)
					if err != nil {
						t.Error(err)
					}
					answered <- r
				}()
				var r tools.Result
				if halt == "recorded" { // the reply has been read here; the caller forgets it
					r = <-answered
					first.kill()
				} else {
					first.expect(t, "halted")
					first.kill()
					r = <-answered
				}
				want := map[string]tools.Status{"idempotent": tools.StatusTimeout, "once": tools.StatusUnknown}[string(effect)]
				if halt == "recorded" {
					want = tools.StatusOK
				}
				if r.Status != want {
					t.Fatalf("first attempt: %+v, want %s", r, want)
				}
				spawn(t, dir, s.URL(), env...)
				k.Attempt = 2
				r = mustCall(t, cl, k)
				if effect == tools.Idempotent {
					want = tools.StatusOK
				}
				if r.Status != want || r.Replayed != (halt == "recorded") {
					t.Errorf("second attempt: %+v, want %s", r, want)
				}
				n := counts(t, dir)
				ran := n[string(effect)][k.ID]
				expect := 1
				switch {
				case effect == tools.Once && halt == "before":
					expect = 0
				case effect == tools.Idempotent && halt == "after":
					expect = 2 // run again with its key, under which it took effect once
				}
				if ran != expect || n["effect"][k.ID] > 1 {
					t.Errorf("%d runs, want %d; %d effects", ran, expect, n["effect"][k.ID])
				}
			})
		}
	}
}

// TestLostRequest loses a once call on its way: the caller closes the id, so that the
// call, when it does arrive, is not run any more.
func TestLostRequest(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{})
	c := connect(t, s)
	var runs atomic.Int64
	pay := raw("pay", tools.Once, 300*time.Millisecond, func(context.Context, tools.Call) (json.RawMessage, error) {
		runs.Add(1)
		return json.RawMessage("1"), nil
	})
	w := serve(t, c, pay)
	cl, err := bus.NewClient(c, bus.ClientOptions{Grace: 20 * time.Second}) // the id is closed as soon as the store answers
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cl.Tools(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.Close()
	held := make(chan *nats.Msg, 1)
	sub, err := c.NATS().ChanSubscribe("chaski.call.pay."+pay.Spec().Revision, held)
	if err != nil {
		t.Fatal(err)
	}
	r := mustCall(t, cl, call("pay", `{}`))
	if r.Status != tools.StatusFail || !strings.Contains(r.Reason, "did not run") {
		t.Fatalf("%+v", r)
	}
	if err := sub.Unsubscribe(); err != nil {
		t.Fatal(err)
	}
	serve(t, c, pay)
	msg := <-held
	msg.Header.Set("Chaski-Deadline", strconv.FormatInt(time.Now().Add(time.Second).UnixMilli(), 10))
	if err := c.NATS().PublishMsg(&nats.Msg{Subject: msg.Subject, Reply: c.NATS().NewInbox(), Header: msg.Header, Data: msg.Data}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if runs.Load() != 0 {
		t.Error("a call whose id was closed ran")
	}
}

// TestLostReply loses every reply. What the store knows is the answer of a call with
// effects; a once tool that keeps no record leaves "unknown". Nothing is run again.
func TestLostReply(t *testing.T) {
	t.Parallel()
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
	c := connect(t, s)
	var runs [3]atomic.Int64
	var all []*tools.Tool
	// A once call has the time that a stalled disk takes to keep its claim: at its end an
	// unclaimed id is closed. An idempotent one can be asked for again.
	limits := [3]time.Duration{time.Second, 3 * time.Second, 10 * time.Second}
	for i, e := range []tools.Effect{tools.Read, tools.Idempotent, tools.Once} {
		all = append(all, raw("job_"+string(e), e, limits[i], func(context.Context, tools.Call) (json.RawMessage, error) {
			return json.Marshal(runs[i].Add(1))
		}))
	}
	serve(t, c, all...)
	cl := lossyClient(t, s, func(reply bool) fault {
		if reply {
			return drop
		}
		return double
	})
	for i, want := range []tools.Status{tools.StatusTimeout, tools.StatusOK, tools.StatusOK} {
		k := call(all[i].Spec().Name, `{}`)
		r := mustCall(t, cl, k)
		for k.Attempt = 2; all[i].Spec().Effect == tools.Idempotent && r.Status == tools.StatusTimeout && k.Attempt < 6; k.Attempt++ {
			r = mustCall(t, cl, k)
		}
		// On a busy machine the store may be asked too late: what became of the call is there still.
		for begin := time.Now(); all[i].Spec().Effect == tools.Once && r.Status == tools.StatusUnknown && time.Since(begin) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
			if known, err := cl.Reconcile(context.Background(), k); err == nil {
				r = known
			}
		}
		if r.Status != want || want == tools.StatusOK && string(r.Value) != "1" {
			t.Errorf("%s: %+v", all[i].Spec().Name, r)
		}
	}
	time.Sleep(400 * time.Millisecond) // for the doubles
	if runs[1].Load() != 1 || runs[2].Load() != 1 {
		t.Errorf("%d and %d runs", runs[1].Load(), runs[2].Load())
	}

	var silent atomic.Int64
	foreign(t, c, tools.Spec{Name: "silent", Effect: tools.Once, Timeout: 200 * time.Millisecond}, func(req micro.Request) {
		silent.Add(1)
		id := req.Headers().Get("Chaski-Call-Id")
		sum := sha256.Sum256(req.Data())
		text := fmt.Sprintf(`{"state":"claimed","attempt":1,"tool":"silent","tenant":"acme","arguments":"%x","worker":"gone"}`, sum)
		if _, err := results(t, c).Create(context.Background(), id, []byte(text)); err != nil {
			t.Error(err)
		}
	})
	k := call("silent", `{}`)
	sound := client(t, c)
	if r, err := (tools.Retrying{Caller: sound, Catalog: sound}).Call(context.Background(), k); err != nil || r.Status != tools.StatusUnknown || silent.Load() != 1 {
		t.Errorf("%+v %v, %d runs", r, err, silent.Load())
	}
}

// TestFaults puts a bad network between a caller and two worker processes, which are
// killed again and again, and counts what took effect by call id.
func TestFaults(t *testing.T) {
	s := start(t, bus.ServerOptions{Listen: "127.0.0.1:0"})
	dir := t.TempDir()
	workers := []*process{spawn(t, dir, s.URL()), spawn(t, dir, s.URL())}
	lossy := lossyClient(t, s, badNetwork)
	total := *faultCalls
	if testing.Short() {
		total = min(total, 300)
	}
	stop := make(chan struct{})
	var killing sync.WaitGroup
	killing.Add(1)
	kills := 0
	go func() {
		defer killing.Done()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(300+rand.IntN(700)) * time.Millisecond):
			}
			workers[i%2].kill()
			kills++
			workers[i%2] = spawn(t, dir, s.URL())
		}
	}()
	var byStatus sync.Map
	var next atomic.Int64
	var group sync.WaitGroup
	results := make([]tools.Result, total)
	for range 64 {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := int(next.Add(1)) - 1; i < total; i = int(next.Add(1)) - 1 {
				tool := []string{"job_read", "job_idempotent", "job_once"}[i%3]
				arguments := fmt.Sprintf(`{"n":%d}`, i)
				k := tools.Call{ID: tools.CallID("faults", i, 0, tool, []byte(arguments)), Attempt: 1, Tool: tool, Arguments: json.RawMessage(arguments)}
				var r tools.Result
				var err error
				for ; k.Attempt < 30; k.Attempt++ {
					k.Deadline = time.Now().Add(500 * time.Millisecond)
					r, err = lossy.Call(context.Background(), k)
					if err == nil && r.Status != tools.StatusTimeout {
						break
					}
					if errors.Is(err, bus.ErrOutcomeUnknown) {
						t.Error(err)
					}
				}
				if err != nil {
					t.Errorf("call %d: %v", i, err)
				}
				results[i] = r
				n, _ := byStatus.LoadOrStore(tool+" "+string(r.Status), new(atomic.Int64))
				n.(*atomic.Int64).Add(1)
			}
		}()
	}
	group.Wait()
	close(stop)
	killing.Wait()
	n := counts(t, dir)
	for class, byID := range n {
		for id, ran := range byID {
			if ran > 1 && (class == "once" || class == "effect") {
				t.Errorf("%s: call %s took effect %d times", class, id, ran)
			}
		}
	}
	for i, r := range results {
		class := []string{"read", "idempotent", "once"}[i%3]
		switch effects := map[string]map[string]int{"read": n["read"], "idempotent": n["effect"], "once": n["once"]}[class]; {
		case r.Status == tools.StatusOK && effects[r.CallID] == 0:
			t.Errorf("call %d of a %s tool is ok and never ran", i, class)
		case r.Status == tools.StatusFail && effects[r.CallID] != 0:
			t.Errorf("call %d of a %s tool is said not to have run, and ran", i, class)
		case class != "once" && r.Status != tools.StatusOK:
			t.Errorf("call %d of a %s tool was lost: %+v", i, class, r)
		}
	}
	again := 0
	for _, ran := range n["idempotent"] {
		if ran > 1 {
			again++
		}
	}
	var lines []string
	byStatus.Range(func(k, v any) bool {
		lines = append(lines, fmt.Sprintf("%v %d", k, v.(*atomic.Int64).Load()))
		return true
	})
	t.Logf("%d calls, %d kills, %d idempotent calls run more than once (one effect each); %s", total, kills, again, strings.Join(lines, ", "))
	if kills == 0 {
		t.Error("no worker was killed")
	}
}
