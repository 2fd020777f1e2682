package external

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/chaski-dev/chaski/tools"
)

type endpoint struct {
	url     string
	headers map[string]string
}

// caller follows no redirect: a tool talks to the address that was declared.
var caller = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (e endpoint) call(ctx context.Context, call tools.Call) (json.RawMessage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(call.Arguments))
	if err != nil {
		return nil, err
	}
	// The standard client repeats requests with this key on a lost connection: without
	// a body to read again it cannot, and the effect class decides about repeating.
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", call.ID)
	if call.Trace != "" {
		req.Header.Set("Traceparent", call.Trace)
	}
	for k, v := range e.headers {
		req.Header.Set(k, os.ExpandEnv(v))
	}
	resp, err := caller.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, tools.MaxResult+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > tools.MaxResult:
		return nil, fmt.Errorf("the answer has more than %d bytes", tools.MaxResult)
	case resp.StatusCode/100 == 2:
		return bytes.TrimSpace(body), nil
	}
	reason := resp.Status
	if text := strings.TrimSpace(string(body[:min(len(body), 500)])); text != "" {
		reason += ": " + text
	}
	switch resp.StatusCode {
	case http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		return nil, tools.Retry("%s", reason)
	}
	return nil, tools.Fail("%s", reason)
}
