package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools/strictyaml"
)

const programFile = "suite.yaml"

// program is a suite that another program plays.
type program struct {
	Name  string   `yaml:"name"`
	Run   []string `yaml:"run"`   // the command, started in the suite's folder
	Needs []string `yaml:"needs"` // a command that must succeed, or the suite is skipped
}

// readProgram reads a suite.yaml; without one in the folder it returns nil.
func readProgram(dir string) (*program, error) {
	file := filepath.Join(dir, programFile)
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p program
	if err := strictyaml.Decode(raw, &p, strictyaml.Kinds{"bench.program": "a program"}); err != nil {
		return nil, err
	}
	if p.Name == "" || len(p.Run) == 0 {
		return nil, errors.New("want name and run")
	}
	return &p, nil
}

// play starts the program and serves it; it returns why it was skipped, or "".
func (p *program) play(ctx context.Context, sources []*policies.Source, dir string, args []string, each func(Outcome)) (string, error) {
	if len(p.Needs) > 0 {
		cmd := exec.CommandContext(ctx, p.Needs[0], p.Needs[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Sprintf("%s: %v: %s", strings.Join(p.Needs, " "), err, lastLine(out)), nil
		}
	}
	cmd := exec.CommandContext(ctx, p.Run[0], append(p.Run[1:len(p.Run):len(p.Run)], args...)...)
	cmd.Dir = dir
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("suite %s: %w", p.Name, err)
	}
	gate := &Gate{Sources: sources, Suite: p.Name, Each: each}
	err = gate.Serve(out, in)
	in.Close()
	_, _ = io.Copy(io.Discard, out) // so that a program that goes on is not held up
	if e := cmd.Wait(); e != nil {
		return "", fmt.Errorf("suite %s: %w: %s", p.Name, errors.Join(err, e), lastLine(complaint.Bytes()))
	}
	if err != nil {
		return "", fmt.Errorf("suite %s: %w", p.Name, err)
	}
	return gate.Skipped(), nil
}

func lastLine(b []byte) string {
	s := strings.TrimSpace(string(b))
	return s[strings.LastIndexByte(s, '\n')+1:]
}
