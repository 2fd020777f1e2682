package external

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// tempFail is the exit status by which a command asks for another try (EX_TEMPFAIL).
const tempFail = 75

type command struct {
	argv   []string
	dir    string
	env    map[string]string
	effect tools.Effect
	shell  bool
}

var errOutput = fmt.Errorf("it wrote more than %d bytes", tools.MaxResult)

// bounded keeps what is written up to a limit. Beyond it, full is called and the copying
// ends; without full the rest is dropped, and a byte beyond the limit tells of it.
// It shows io.Copy no way around Write.
type bounded struct {
	text  bytes.Buffer
	limit int
	full  func()
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.text.Len(); len(p) > room {
		if b.full != nil {
			b.full()
			return 0, errOutput
		}
		b.text.Write(p[:min(max(room+1, 0), len(p))])
		return len(p), nil
	}
	return b.text.Write(p)
}

// tail keeps the end of what is written: the last lines of stderr say what went wrong.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if len(t.text) > 4096 {
		t.text = append([]byte(nil), t.text[len(t.text)-2048:]...)
	}
	return len(p), nil
}

func (c command) call(ctx context.Context, call tools.Call) (json.RawMessage, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "CHASKI_CALL_ID="+call.ID, "CHASKI_ATTEMPT="+strconv.Itoa(call.Attempt))
	for k, v := range c.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Stdin = bytes.NewReader(call.Arguments)
	out := &bounded{limit: tools.MaxResult}
	if !c.effect.HasEffect() { // what changes something is not ended for what it says
		out.full = func() { cancel(errOutput) }
	}
	errs := &tail{}
	cmd.Stdout, cmd.Stderr = out, errs
	ownGroup(cmd)
	cmd.WaitDelay = time.Second // for output held open by what outlives the command
	err := cmd.Run()
	state := cmd.ProcessState
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errOutput):
		return nil, fmt.Errorf("%s: %w", c.argv[0], cause)
	case state == nil: // it never began
		return nil, tools.Fail("%s: %w; it did not run", c.argv[0], err)
	case state.Success(): // whatever became of its output, or of the time since
		return bytes.TrimSpace(out.text.Bytes()), nil
	case cause != nil:
		return nil, fmt.Errorf("%s: %w", c.argv[0], cause)
	}
	reason := strings.TrimSpace(string(errs.text))
	if reason == "" {
		reason = state.String()
	}
	switch code := state.ExitCode(); {
	case code == tempFail && c.effect != tools.Once:
		return nil, tools.Retry("%s", reason)
	case code < 0 || c.shell && code > signalled:
		// Killed from outside, or crashed: that says nothing of what it had done.
		return nil, tools.Unsure("it ended by a signal: %s", reason)
	}
	return nil, tools.Fail("%s", reason)
}

// signalled is what a shell adds to the number of the signal that ended its command.
const signalled = 128
