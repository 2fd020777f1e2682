package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// The files of a suite of traces.
const (
	toolsFile   = "tools.json"
	honestFile  = "honest.jsonl"
	attacksFile = "attacks.jsonl"
)

// traces plays a folder of traces; a folder without tools.json is one of such folders.
func traces(ctx context.Context, sources []*policies.Source, name, dir string, to sink) {
	declared := filepath.Join(dir, toolsFile)
	raw, err := os.ReadFile(declared)
	if errors.Is(err, fs.ErrNotExist) {
		inside, err := filepath.Glob(filepath.Join(dir, "*", toolsFile))
		if err == nil && len(inside) == 0 {
			err = fmt.Errorf("no suite: want %s, or folders with one, or %s", toolsFile, programFile)
		}
		if err != nil {
			to.refuse(dir, err)
		}
		for _, file := range inside {
			traces(ctx, sources, name, filepath.Dir(file), to)
		}
		return
	}
	var specs []tools.Spec
	if err == nil {
		specs, err = policies.ParseTools(raw)
	}
	var bundle *policies.Bundle
	if err == nil {
		bundle, err = policies.Compile(sources, specs)
	}
	if err != nil {
		to.refuse(declared, err)
		return
	}
	found := 0
	for _, file := range []string{honestFile, attacksFile} {
		path := filepath.Join(dir, file)
		lines, err := traceLines(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			to.refuse(path, err)
		}
		for n, line := range lines {
			if ctx.Err() != nil {
				return
			}
			if len(line) == 0 {
				continue
			}
			found++
			out, err := playLine(sources, bundle, name, line, file == attacksFile)
			if err != nil {
				to.refuse(fmt.Sprintf("%s:%d", path, n+1), err)
				continue
			}
			to.each(out)
		}
	}
	if found == 0 {
		to.refuse(dir, fmt.Errorf("neither %s nor %s has a task", honestFile, attacksFile))
	}
}

// traceLines are the lines of a file, without the space around them.
func traceLines(name string) (lines [][]byte, err error) {
	data, err := os.ReadFile(name)
	for line := range bytes.Lines(data) {
		lines = append(lines, bytes.TrimSpace(line))
	}
	return lines, err
}

// playLine plays a trace as it stands in a file of honest tasks or of attacks.
func playLine(sources []*policies.Source, b *policies.Bundle, suite string, line []byte, attack bool) (out Outcome, err error) {
	var t policies.Trace
	if err := json.Unmarshal(line, &t); err != nil {
		return out, err
	}
	named := func(err error) error {
		if t.ID == "" || err == nil {
			return err
		}
		return fmt.Errorf("trace %s: %w", t.ID, err)
	}
	if attack != (len(t.Bad) > 0) {
		return out, named(errors.New("an attack, and no honest task, marks its bad calls"))
	}
	if len(t.Tools) > 0 { // a trace with tools of its own
		if b, err = policies.Compile(sources, t.Tools); err != nil {
			return out, named(err)
		}
	}
	out, err = play(b, suite, &t)
	return out, named(err)
}

// play plays a trace. What a call that did not run would have answered is left out.
func play(b *policies.Bundle, suite string, t *policies.Trace) (Outcome, error) {
	begins, err := t.Begins()
	if err != nil {
		return Outcome{}, err
	}
	j := newJudge(b, Outcome{Suite: suite, ID: t.ID, Kind: t.Kind, Attack: len(t.Bad) > 0, Why: t.Why}, begins)
	if t.System != "" {
		if err := j.system(t.System); err != nil {
			return j.out, err
		}
	}
	if err := j.user(t.User); err != nil {
		return j.out, err
	}
	var open []pending
	for i, s := range t.Steps {
		if err := j.step(t, i, s, &open); err != nil {
			return j.out, fmt.Errorf("step %d: %w", i, err)
		}
	}
	for _, at := range t.Bad {
		if at < 0 || at >= j.out.Calls {
			return j.out, fmt.Errorf("call %d is marked bad, and there are %d", at, j.out.Calls)
		}
	}
	return j.out, nil
}

// pending is a call that has no answer yet.
type pending struct {
	call tools.Call
	ran  bool
}

func (j *judge) step(t *policies.Trace, i int, s policies.TraceStep, open *[]pending) error {
	switch {
	case s.Call != nil:
		id := s.Call.ID
		if id == "" {
			id = fmt.Sprintf("call_%d", j.out.Calls)
		}
		c := tools.Call{ID: id, Tool: s.Call.Name, Arguments: s.Call.Arguments}
		_, ran, err := j.call(c, slices.Contains(t.Bad, j.out.Calls))
		*open = append(*open, pending{c, ran})
		return err
	case s.Result != nil:
		p := take(open, s.Result)
		if !p.ran {
			return nil
		}
		_, err := j.result(p.call, s.Result.Result())
		return err
	case s.Passage != nil:
		var res policies.TraceResult
		if err := json.Unmarshal(s.Passage, &res); err != nil {
			return fmt.Errorf("the passage: %w", err)
		}
		return j.passage(tools.Call{ID: fmt.Sprintf("passage_%d", i), Tool: res.Name}, res.Result())
	case s.User != "":
		return j.user(s.User)
	case s.Assistant != "":
		return j.assistant(s.Assistant)
	case s.Compact:
		return j.compact()
	case s.Resume:
		return j.resume()
	}
	return nil
}

// take takes out the call that a result names, or the oldest one. A result of no call
// is one of a call that ran before the trace begins.
func take(open *[]pending, res *policies.TraceResult) pending {
	for i, p := range *open {
		if res.CallID != "" && p.call.ID != res.CallID || res.CallID == "" && res.Name != "" && p.call.Tool != res.Name {
			continue
		}
		*open = slices.Delete(*open, i, i+1)
		return p
	}
	return pending{tools.Call{Tool: res.Name}, true}
}
