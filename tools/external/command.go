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
	argv []string
	dir  string
	env  map[string]string
}

var errOutput = fmt.Errorf("it wrote more than %d bytes", tools.MaxResult)

// bounded keeps what is written up to a limit, then refuses, which ends the copying.
// It shows io.Copy no way around Write.
type bounded struct {
	text  bytes.Buffer
	limit int
	full  func()
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > b.limit {
		b.full()
		return 0, errOutput
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
	out := &bounded{limit: tools.MaxResult, full: func() { cancel(errOutput) }}
	errs := &tail{}
	cmd.Stdout, cmd.Stderr = out, errs
	ownGroup(cmd)
	cmd.WaitDelay = time.Second // for output held open by what outlives the group
	err := cmd.Run()
	if cause := context.Cause(ctx); cause != nil {
		return nil, fmt.Errorf("%s: %w", c.argv[0], cause)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		reason := strings.TrimSpace(string(errs.text))
		if reason == "" {
			reason = exit.Error()
		}
		if exit.ExitCode() == tempFail {
			return nil, tools.Retry("%s", reason)
		}
		return nil, tools.Fail("%s", reason)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.argv[0], err)
	}
	return bytes.TrimSpace(out.text.Bytes()), nil
}
