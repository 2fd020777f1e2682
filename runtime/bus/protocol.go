package bus

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/tools"
)

// The wire protocol; docs/protocol.md explains it.
const (
	subjectCall   = "chaski.call."   // + tool + "." + revision
	subjectCancel = "chaski.cancel." // + call id
	queueGroup    = "chaski"

	resultBucket = "chaski_results"
	objectBucket = "chaski_objects" // large values of recorded results
	replyBucket  = "chaski_replies" // large replies of read tools, kept for an hour

	metaProtocol = "chaski" // metadata key of the protocol's version
	metaSpec     = "spec"
	protocol     = "1"

	headerCallID   = "Chaski-Call-Id"
	headerAttempt  = "Chaski-Attempt"
	headerRun      = "Chaski-Run"
	headerTenant   = "Chaski-Tenant"
	headerBy       = "Chaski-By"
	headerDeadline = "Chaski-Deadline" // Unix milliseconds
	headerTrace    = "traceparent"
	headerValues   = "Chaski-Values" // a JSON object
	headerStore    = "Chaski-Store"  // of a once call: what the store of results was before it was sent

	headerStatus   = "Chaski-Status"
	headerWorker   = "Chaski-Worker"
	headerReplayed = "Chaski-Replayed"
	headerDuration = "Chaski-Duration-Ns"
	headerLabels   = "Chaski-Labels" // a JSON object of strings
	headerObject   = "Chaski-Object" // name of a large result
	headerError    = "Nats-Service-Error"
	headerCode     = "Nats-Service-Error-Code"

	headerRoom = 16 << 10 // bytes kept free in a message for headers
)

// codes are the error codes of the micro convention, by status.
var codes = map[tools.Status]string{
	tools.StatusInvalid: "400",
	tools.StatusDenied:  "403",
	tools.StatusRetry:   "409",
	tools.StatusFail:    "500",
	tools.StatusTimeout: "504",
	tools.StatusUnknown: "520",
}

// codeNotRun is the code of a worker that could not start the call at all.
const codeNotRun = "503"

var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

func callSubject(tool, revision string) string { return subjectCall + tool + "." + revision }

// requestMsg writes a call as a message.
func requestMsg(subject, reply string, call tools.Call) *nats.Msg {
	h := make(nats.Header, 7)
	set := func(key, value string) {
		if value != "" {
			h[key] = []string{oneLine(value)}
		}
	}
	set(headerCallID, call.ID)
	set(headerAttempt, strconv.Itoa(call.Attempt))
	set(headerRun, call.Run)
	set(headerTenant, call.Tenant)
	set(headerBy, call.By)
	set(headerTrace, call.Trace)
	set(headerStore, call.Store)
	if len(call.Values) > 0 {
		text, _ := json.Marshal(call.Values) // raw JSON, checked when it was written
		set(headerValues, string(text))
	}
	if !call.Deadline.IsZero() {
		set(headerDeadline, strconv.FormatInt(call.Deadline.UnixMilli(), 10))
	}
	return &nats.Msg{Subject: subject, Reply: reply, Header: h, Data: call.Arguments}
}

// header returns a header by its exact name; micro and nats share the type.
func header(h map[string][]string, key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// parseCall reads a call from a message's headers and body.
func parseCall(tool string, h map[string][]string, data []byte) (tools.Call, error) {
	call := tools.Call{ID: header(h, headerCallID), Attempt: 1, Run: header(h, headerRun), Tenant: header(h, headerTenant), By: header(h, headerBy),
		Tool: tool, Arguments: data, Trace: header(h, headerTrace), Store: header(h, headerStore)}
	if !idPattern.MatchString(call.ID) {
		return call, fmt.Errorf("header %s must hold 1 to 128 letters, digits, '_' or '-'", headerCallID)
	}
	if s := header(h, headerAttempt); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return call, fmt.Errorf("header %s must hold a number from 1", headerAttempt)
		}
		call.Attempt = n
	}
	if s := header(h, headerDeadline); s != "" {
		ms, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return call, fmt.Errorf("header %s must hold Unix milliseconds", headerDeadline)
		}
		call.Deadline = time.UnixMilli(ms)
	}
	if s := header(h, headerValues); s != "" {
		if len(s) > headerRoom || json.Unmarshal([]byte(s), &call.Values) != nil {
			return call, fmt.Errorf("header %s must hold a JSON object of at most %d bytes", headerValues, headerRoom)
		}
	}
	return call, nil
}

// replyHeader describes a result.
func replyHeader(r tools.Result) nats.Header {
	h := nats.Header{
		headerCallID:   {r.CallID},
		headerAttempt:  {strconv.Itoa(r.Attempt)},
		headerStatus:   {string(r.Status)},
		headerWorker:   {r.Worker},
		headerDuration: {strconv.FormatInt(int64(r.Duration), 10)},
	}
	if r.Replayed {
		h[headerReplayed] = []string{"true"}
	}
	if len(r.Labels) > 0 {
		if text, err := json.Marshal(r.Labels); err == nil {
			h[headerLabels] = []string{string(text)}
		}
	}
	if code, ok := codes[r.Status]; ok {
		h[headerCode] = []string{code}
		h[headerError] = []string{oneLine(r.Reason)}
	}
	return h
}

// parseReply reads a result without its value. A worker that knows only the micro
// convention sets an error and its code; the status follows from them.
func parseReply(h map[string][]string) (tools.Result, error) {
	r := tools.Result{CallID: header(h, headerCallID), Worker: header(h, headerWorker),
		Status: tools.Status(header(h, headerStatus)), Reason: tools.CleanReason(header(h, headerError)),
		Replayed: header(h, headerReplayed) == "true"}
	r.Attempt, _ = strconv.Atoi(header(h, headerAttempt))
	if ns, err := strconv.ParseInt(header(h, headerDuration), 10, 64); err == nil {
		r.Duration = time.Duration(ns)
	}
	if text := header(h, headerLabels); text != "" {
		if err := json.Unmarshal([]byte(text), &r.Labels); err != nil {
			return r, fmt.Errorf("header %s: %w", headerLabels, err)
		}
	}
	code, failed := header(h, headerCode), header(h, headerError) != ""
	if r.Status == "" {
		r.Status = tools.StatusOK
		if code != "" || failed {
			r.Status = tools.StatusFail
			for status, c := range codes {
				if c == code {
					r.Status = status
				}
			}
		}
	}
	if r.Status == tools.StatusOK && (code != "" || failed) {
		return r, fmt.Errorf("the reply says ok and carries the error %s %s", code, r.Reason)
	}
	if _, known := codes[r.Status]; !known && r.Status != tools.StatusOK {
		return r, fmt.Errorf("unknown status %.20q", r.Status)
	}
	return r, nil
}

// oneLine makes text fit for a header.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s))
}
