package bench

import (
	"bufio"
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
func traces(ctx context.Context, sources []*policies.Source, name, dir string, each func(Outcome)) error {
	raw, err := os.ReadFile(filepath.Join(dir, toolsFile))
	if errors.Is(err, fs.ErrNotExist) {
		inside, err := filepath.Glob(filepath.Join(dir, "*", toolsFile))
		if err != nil {
			return err
		}
		if len(inside) == 0 {
			return fmt.Errorf("%s: no suite: want %s, or folders with one, or %s", dir, toolsFile, programFile)
		}
		for _, file := range inside {
			if err := traces(ctx, sources, name, filepath.Dir(file), each); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	specs, err := policies.ParseTools(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, toolsFile), err)
	}
	bundle, err := policies.Compile(sources, specs)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	found := 0
	for _, file := range []string{honestFile, attacksFile} {
		err := traceFile(filepath.Join(dir, file), func(t *policies.Trace) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			found++
			b := bundle
			if len(t.Tools) > 0 { // a trace with tools of its own
				if b, err = policies.Compile(sources, t.Tools); err != nil {
					return err
				}
			}
			if (file == attacksFile) != (len(t.Bad) > 0) {
				return fmt.Errorf("trace %s: an attack, and no honest task, marks its bad calls", t.ID)
			}
			o, err := play(b, name, t)
			if err != nil {
				return fmt.Errorf("trace %s: %w", t.ID, err)
			}
			each(o)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if found == 0 {
		return fmt.Errorf("%s: neither %s nor %s has a task", dir, honestFile, attacksFile)
	}
	return nil
}

// traceFile reads JSON lines; an error names the file and the line.
func traceFile(name string, f func(*policies.Trace) error) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	in := bufio.NewScanner(bytes.NewReader(data))
	in.Buffer(nil, 64<<20)
	for n := 1; in.Scan(); n++ {
		if len(in.Bytes()) == 0 {
			continue
		}
		var t policies.Trace
		if err := json.Unmarshal(in.Bytes(), &t); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if err := f(&t); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	return in.Err()
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
