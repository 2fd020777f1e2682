//go:build unix

package runtime_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/bus/secured"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

var killings = flag.Int("kills", 7, "processes that TestKilledForReal kills; 30 for the long version")

// TestMain runs this binary as a driver process when a test asks for one.
func TestMain(m *testing.M) {
	if url := os.Getenv("CHASKI_TEST_DRIVER"); url != "" {
		fmt.Println(driverProcess(url))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// errand is a run of the test: it looks, puts and pays, and then says so.
func errand() llm.Model {
	return &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		var results []string
		for _, m := range req.Messages {
			if m.Role == llm.RoleTool {
				results = append(results, string(m.Value)+m.Content)
			}
		}
		switch len(results) {
		case 0:
			return llm.Turn{Calls: []llm.ToolCall{call("look", `{"n":1}`), call("look", `{"n":2}`)}}
		case 2:
			return llm.Turn{Calls: []llm.ToolCall{call("put", `{}`), call("pay", `{}`)}}
		}
		return llm.Turn{Text: strings.Join(results, " ")}
	}}
}

// connected returns a runtime over the bus at url.
func connected(url string) (*runtime.Runtime, journal.Journal, error) {
	conn, err := bus.Connect(ctx, bus.Options{URL: url, Wait: 20 * time.Second})
	if err != nil {
		return nil, nil, err
	}
	cl, err := bus.NewClient(conn, bus.ClientOptions{})
	if err != nil {
		return nil, nil, err
	}
	j, err := journal.OpenStream(ctx, conn.JetStream(), journal.StreamOptions{LeaseTTL: 2 * time.Second})
	if err != nil {
		return nil, nil, err
	}
	rt, err := runtime.New(runtime.Options{Journal: j, Model: errand(), Caller: cl, Reconciler: cl, Gate: verdict(planner.Allow)})
	return rt, j, err
}

// driverProcess drives whatever runs are open, until it is killed.
func driverProcess(url string) error {
	rt, j, err := connected(url)
	if err != nil {
		return err
	}
	slots := make(chan struct{}, 12)
	var busy sync.Map
	for {
		runs, err := j.Runs(ctx)
		if err != nil {
			time.Sleep(100 * time.Millisecond) // the server is away
			continue
		}
		rand.Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
		for _, run := range runs {
			if _, taken := busy.LoadOrStore(run, true); taken {
				continue
			}
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				s, err := rt.Drive(ctx, run, nil)
				if err == nil && s.Status.Done() {
					return // and stays in busy: it is not looked at again
				}
				time.Sleep(50 * time.Millisecond)
				busy.Delete(run)
			}()
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// victims are processes that are killed with SIGKILL and started again.
type victim struct {
	name  string
	start func() *exec.Cmd
	ready string // what it says when it is there
	cmd   *exec.Cmd
}

func (v *victim) run(t *testing.T) {
	t.Helper()
	v.cmd = v.start()
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a worker's commands die with it
	out, in := io.Pipe()
	v.cmd.Stdout, v.cmd.Stderr = in, in
	if err := v.cmd.Start(); err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	there := make(chan bool, 1)
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			if v.ready != "" && strings.Contains(s.Text(), v.ready) {
				select {
				case there <- true:
				default:
				}
			}
		}
	}()
	if v.ready == "" {
		return
	}
	select {
	case <-there:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s does not come up", v.name)
	}
}

func (v *victim) kill() {
	if v.cmd != nil {
		_ = syscall.Kill(-v.cmd.Process.Pid, syscall.SIGKILL)
		_ = v.cmd.Wait() // it was killed
	}
}

// TestKilledForReal kills the bus, workers and drivers, which are processes of the
// built program, while runs are in flight. A journal in JetStream, the tools behind
// chaski worker: no effect comes twice and none is lost.
func TestKilledForReal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and kills processes for some seconds")
	}
	dir := t.TempDir()
	chaski := filepath.Join(dir, "chaski")
	if out, err := exec.Command("go", "build", "-o", chaski, "github.com/chaski-dev/chaski/cmd/chaski").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	addr, err := secured.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	url := "nats://" + addr
	yaml := filepath.Join(dir, "tools.yaml")
	text := `tools:
  - {name: look, effect: read, retries: 20, timeout: 1s, parameters: {type: object, properties: {n: {type: integer}}}, shell: 'echo 1'}
  - {name: put, effect: idempotent, retries: 20, timeout: 1s, parameters: {type: object, properties: {}}, shell: 'mkdir "$DIR/put-$CHASKI_CALL_ID" 2>/dev/null; echo "\"$CHASKI_CALL_ID\""', env: {DIR: ` + dir + `}}
  - {name: pay, effect: once, timeout: 1s, parameters: {type: object, properties: {}}, shell: 'mkdir "$DIR/pay-$CHASKI_CALL_ID" || echo "$CHASKI_CALL_ID" >> "$DIR/twice"; echo "\"$CHASKI_CALL_ID\""', env: {DIR: ` + dir + `}}
`
	if err := os.WriteFile(yaml, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server := &victim{name: "bus", ready: "nats://", start: func() *exec.Cmd {
		return exec.Command(chaski, "bus", "--listen", addr, "--store", filepath.Join(dir, "store"))
	}}
	worker := func() *exec.Cmd { return exec.Command(chaski, "worker", "-f", yaml, "--nats", url) }
	driver := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "CHASKI_TEST_DRIVER="+url)
		return cmd
	}
	all := []*victim{server, {name: "worker", start: worker, ready: "serving"}, {name: "worker", start: worker, ready: "serving"},
		{name: "driver", start: driver}, {name: "driver", start: driver}}
	for _, v := range all {
		v.run(t)
		t.Cleanup(v.kill)
	}
	rt, _, err := connected(url)
	if err != nil {
		t.Fatal(err)
	}
	client := runSpecs(t, url)
	n := 30 + 3**killings
	go func() { // while the killing is on
		for i := range n {
			for {
				_, err := rt.Start(ctx, planner.Started{Run: fmt.Sprintf("run-%03d", i), Messages: []llm.Message{{Role: llm.RoleUser, Content: "go"}}, Tools: client})
				if err == nil || errors.Is(err, journal.ErrConflict) {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			time.Sleep(60 * time.Millisecond)
		}
	}()
	kills := map[string]int{}
	for i := range *killings {
		time.Sleep(time.Duration(150+rand.IntN(400)) * time.Millisecond)
		v := all[[]int{1, 3, 2, 4, 0, 1, 3}[i%7]]
		v.kill()
		v.run(t)
		kills[v.name]++
	}
	status, void := settleAll(t, rt, n, dir)
	made, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	effects := map[string]int{}
	for _, d := range made {
		if tool, id, ok := strings.Cut(d.Name(), "-"); ok && d.IsDir() && !void[id] {
			effects[tool+" "+id]++
		}
	}
	twice, err := os.ReadFile(filepath.Join(dir, "twice"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(twice)) {
		if id := strings.TrimSpace(line); !void[id] {
			t.Errorf("pay %s ran twice", id)
		}
	}
	for i := range n {
		run := fmt.Sprintf("run-%03d", i)
		events, s, err := rt.Events(ctx, run)
		if err != nil || s.Status != planner.Finished {
			t.Errorf("%s: %s %v", run, s.Status, err)
			continue
		}
		sent := map[string]string{}
		for _, ev := range events {
			if ev.Generated != nil {
				for k := range s.Messages {
					for _, c := range s.Messages[k].Calls {
						sent[c.ID] = c.Name
					}
				}
			}
			if r := ev.Result; r != nil && sent[r.CallID] != "look" && r.Status == tools.StatusOK && effects[sent[r.CallID]+" "+r.CallID] != 1 {
				t.Errorf("%s: %s is done, and its effect is lost", run, sent[r.CallID])
			}
			if r := ev.Result; r != nil && r.Status == tools.StatusFail && effects[sent[r.CallID]+" "+r.CallID] != 0 {
				t.Errorf("%s: %s is said not to have run (%s), and did", run, sent[r.CallID], r.Reason)
			}
		}
	}
	t.Logf("%d runs, killed %v; %d effects; results: %v", n, kills, len(effects), status)
	if kills["bus"] < 1 || kills["worker"] < 2 || kills["driver"] < 2 {
		t.Error("too few kills")
	}
}

// runSpecs returns the tools on the bus.
func runSpecs(t *testing.T, url string) []tools.Spec {
	t.Helper()
	conn, err := bus.Connect(ctx, bus.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	cl, err := bus.NewClient(conn, bus.ClientOptions{})
	if err != nil {
		t.Fatal(err)
	}
	specs, err := cl.Tools(ctx)
	if err != nil || len(specs) != 3 {
		t.Fatal(specs, err)
	}
	return specs
}

// settleAll waits for the runs to end; a person looks at the effects of the calls of which
// nobody knows the outcome. A command outlives the worker that began it, so that looking is
// not enough to say that a call did not run: the person takes its effect's place, and void
// holds such calls. It returns how many results of each status there are.
func settleAll(t *testing.T, rt *runtime.Runtime, n int, dir string) (status map[tools.Status]int, void map[string]bool) {
	t.Helper()
	status, void = map[tools.Status]int{}, map[string]bool{}
	for until := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		done := 0
		var open []string
		for i := range n {
			run := fmt.Sprintf("run-%03d", i)
			s, err := rt.Load(ctx, run)
			if err == nil && s.Status.Done() {
				done++
				continue
			}
			open = append(open, fmt.Sprintf("%s %s %v", run, s.Status, err))
			if s.Status != planner.OutcomeUnknown {
				continue
			}
			for _, c := range s.Calls {
				if c.Phase != planner.Unknown {
					continue
				}
				res := tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: tools.StatusFail, Reason: "did not run"}
				if err := os.Mkdir(filepath.Join(dir, c.Tool+"-"+c.ID), 0o700); err == nil {
					void[c.ID] = true
				} else if !void[c.ID] {
					v, _ := json.Marshal(c.ID)
					res.Status, res.Value, res.Reason = tools.StatusOK, v, ""
				}
				if err := rt.Settle(context.Background(), run, "the test", res); err == nil {
					status["settled by a person"]++
				}
			}
		}
		if done == n {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("%d of %d runs have ended: %s", done, n, strings.Join(open, "; "))
		}
	}
	for i := range n {
		events, _, _ := rt.Events(ctx, fmt.Sprintf("run-%03d", i))
		for _, ev := range events {
			if ev.Result != nil {
				status[ev.Result.Status]++
			}
		}
	}
	return status, void
}
