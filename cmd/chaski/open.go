package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/agent/mcp"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools/documents"
)

// logFlags say what is logged, on stderr.
type logFlags struct {
	LogLevel string `help:"What is logged: trace, debug, info, warn, error, off." env:"CHASKI_LOG_LEVEL"`
	LogJSON  bool   `help:"Log JSON lines; they are for people if stderr is a terminal."`
}

func (f *logFlags) options() host.LogOptions {
	return host.LogOptions{Level: f.LogLevel, People: !f.LogJSON && term.IsTerminal(int(os.Stderr.Fd()))}
}

// agentFlags say which agent to open, and on what.
type agentFlags struct {
	logFlags
	File    string `short:"f" help:"The agent's YAML file; agent.yaml here by default, if there is one." type:"path"`
	Example string `help:"An example that ships in this program, in place of a file."`
	Model   string `short:"m" help:"In place of the configured model: a GGUF file, a directory, mini, which ships in this program, a name as chaski pull takes it, or script:FILE, which plays a file."`
	Draft   string `help:"A small model of the same vocabulary that guesses what the model writes, to be faster: a GGUF file, a directory, or a name. No token changes."`
	Data    string `help:"Folder of journals, audit logs and the bus; .chaski here by default." type:"path" env:"CHASKI_DATA"`
	NATS    string `name:"nats" help:"URL of a NATS cluster, in place of the embedded bus."`
	accessFlags
	Replicas int `help:"Copies of what is made on the cluster: by default 3 there, 1 on a single server. What is there stays as it is."`

	read reader // asks the person at the terminal; nil is askLine
}

// config reads the agent's configuration.
func (f *agentFlags) config() (*host.Config, host.Options, error) {
	read := f.read
	if read == nil {
		read = askLine
	}
	if err := known(f.Model); err != nil {
		return nil, host.Options{}, err
	}
	o := host.Options{MCP: person(read), Models: pulled, Model: f.Model, Draft: f.Draft, Data: f.Data, NATS: f.NATS, Access: f.access(), Replicas: f.Replicas, By: me()}
	switch {
	case f.Example != "" && f.File != "":
		return nil, o, usage("give -f or --example, not both")
	case f.Example != "":
		for _, e := range examples {
			if e.Name != f.Example {
				continue
			}
			c, err := e.Config()
			if e.Tools != nil {
				o.Tools = e.Tools(cmp.Or(o.Data, host.DefaultData))
			}
			o.Agent = "example:" + e.Name
			return c, o, err
		}
		return nil, o, usage("there is no example %q: want %s", f.Example, exampleNames())
	}
	file := f.File
	if file == "" {
		if _, err := os.Stat("agent.yaml"); errors.Is(err, os.ErrNotExist) {
			return &host.Config{Name: "agent", System: "You are a helpful assistant."}, o, nil
		}
		file = "agent.yaml"
	}
	c, err := host.Load(file)
	if err != nil {
		return nil, o, err
	}
	o.Agent, err = filepath.Abs(file)
	return c, o, err
}

// open opens the agent, on a bus of its own or in that folder.
func (f *agentFlags) open(ctx context.Context, place string) (*host.Host, error) {
	c, o, err := f.config()
	if err != nil {
		return nil, err
	}
	if f.NATS == "" && f.Context == "" {
		o.Place = place
	}
	if o.Log, err = host.NewLog(os.Stderr, f.options()); err != nil {
		return nil, usage("%v", err)
	}
	h, err := openHost(ctx, c, o)
	if err == nil {
		f.say(c)
	}
	return h, err
}

// say tells what stands in for the file of an agent where there is none.
func (f *agentFlags) say(c *host.Config) {
	if c.Declares() || f.Example != "" {
		return
	}
	model := cmp.Or(f.Model, "the small model in the box")
	fmt.Fprintf(os.Stderr, "no agent.yaml here: %s answers, without tools; `chaski init` makes an agent\n", model)
}

// openHost opens it, with a bar while documents are being read, and one while vectors are
// made of them.
func openHost(ctx context.Context, c *host.Config, o host.Options) (*host.Host, error) {
	outliveReaders()
	var mu sync.Mutex
	opened := false // later changes are followed without a bar
	stage := documents.Reading
	step, end := progress(string(stage))
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		opened = true
		end()
	}()
	o.Progress = func(p documents.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if opened {
			return
		}
		if p.Stage != stage {
			stage = p.Stage
			end()
			step, end = progress(string(stage))
		}
		step(int64(p.Done), int64(p.All))
	}
	return host.Open(ctx, c, o)
}

// onlyItsProgram says whether a run can go on only in the program that began it: no file
// says what its tools are.
func onlyItsProgram(s *planner.State) bool {
	return s.Start != nil && s.Start.Meta[host.MetaAgent] == "" && len(s.Start.Tools) > 0
}

// reopen opens the agent as the run's journal names it, unless flags say otherwise.
func (f *agentFlags) reopen(ctx context.Context, s *planner.State, runs string) (*host.Host, error) {
	meta := s.Start.Meta
	if onlyItsProgram(s) && f.File == "" && f.Example == "" {
		return nil, fmt.Errorf("run %s was started by a program with tools of its own (%s), which this command does not have: resume it there, or name the agent's file with -f",
			s.Run, s.Start.Tools[0].Name)
	}
	if f.File == "" && f.Example == "" {
		switch name, example := strings.CutPrefix(meta[host.MetaAgent], "example:"); {
		case example:
			f.Example = name
		default:
			f.File = name
		}
	}
	if f.Model == "" {
		f.Model = meta[host.MetaModel]
	}
	if f.NATS == "" && f.Context == "" {
		if f.NATS = meta[host.MetaNATS]; f.NATS == "" && bus.IsURL(runs) { // with a password, which no journal holds
			f.NATS = runs
		}
	}
	place := meta[host.MetaBus]
	if s.Run != s.Start.Run && place != "" { // a fork has a bus of its own
		place = s.Run
	}
	if f.Data == "" {
		f.Data = meta[host.MetaData]
		beside := filepath.Dir(filepath.Clean(runs)) // where it is if all of it was moved
		if _, err := os.Stat(filepath.Join(beside, "bus", place)); err == nil && place != "" {
			f.Data = beside
		}
	}
	c, o, err := f.config()
	if err != nil {
		return nil, err
	}
	o.Place, o.Runs = place, runs
	if s.Start.Model == mcp.DirectName { // a client's own call, which no other model may go on with
		o.LLM = mcp.Direct{}
	}
	o.Calls = slices.ContainsFunc(s.Calls, func(c planner.CallState) bool { return c.Phase == planner.Intended || c.Phase == planner.Lost })
	if o.Log, err = host.NewLog(os.Stderr, f.options()); err != nil {
		return nil, usage("%v", err)
	}
	return openHost(ctx, c, o)
}

// usage is an error of the arguments: exit status 2.
func usage(format string, args ...any) error {
	return &exitError{code: 2, err: fmt.Errorf(format, args...)}
}

func exampleNames() string {
	var names []string
	for _, e := range examples {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "none, this build has no examples"
	}
	return strings.Join(names, ", ")
}
