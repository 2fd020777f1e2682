package bus

import (
	"encoding/json"
	"testing"

	"github.com/nats-io/nats.go/micro"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
)

// FuzzParse reads messages, records and declarations as anybody on the bus may write
// them. What is taken must be whole; what is written must be read back.
func FuzzParse(f *testing.F) {
	f.Add("id", "1", "1700000000000", "ok", "409", `{"integrity":"tool"}`, []byte(`{"name":"a","parameters":{"type":"object"}}`))
	f.Add("", "-1", "x", "nonsense", "", "{", []byte(`{"state":"done","status":"ok","value":1}`))
	f.Fuzz(func(t *testing.T, id, attempt, number, status, code, labels string, data []byte) {
		h := map[string][]string{headerCallID: {id}, headerAttempt: {attempt}, headerDeadline: {number}, headerDuration: {number},
			headerStatus: {status}, headerCode: {code}, headerError: {labels}, headerLabels: {labels}, headerValues: {labels}}
		if call, err := parseCall("tool", h, data); err == nil {
			if call.Attempt < 1 || checkCall(&call) != nil {
				t.Fatalf("%+v", call)
			}
			again, err := parseCall("tool", requestMsg("s", "r", call).Header, data)
			if err != nil || again.ID != call.ID || again.Attempt != call.Attempt || !again.Deadline.Equal(call.Deadline) || len(again.Values) != len(call.Values) {
				t.Fatalf("%+v became %+v, %v", call, again, err)
			}
		}
		if r, err := parseReply(h); err == nil {
			if _, known := codes[r.Status]; !known && r.Status != tools.StatusOK {
				t.Fatalf("%+v", r)
			}
			again, err := parseReply(replyHeader(r))
			if err != nil || again.Status != r.Status || again.CallID != r.CallID {
				t.Fatalf("%+v became %+v, %v", r, again, err)
			}
		}
		if e, err := parseEntry(data); err == nil {
			if text, err := e.encode(); err != nil || !json.Valid(text) {
				t.Fatalf("%s %v", text, err)
			}
		}
		c := &Client{log: zerolog.Nop()}
		found := map[string][]*declared{}
		c.note(found, data)
		text, err := json.Marshal(micro.Info{ServiceIdentity: micro.ServiceIdentity{Name: "a", ID: "w"},
			Endpoints: []micro.EndpointInfo{{Subject: callSubject("a", tools.Revision(data)), Metadata: map[string]string{metaProtocol: protocol, metaSpec: string(data)}}}})
		if err != nil {
			t.Fatal(err)
		}
		c.note(found, text)
		for name, all := range found {
			for _, d := range all {
				if d.spec.Name != name || d.input == nil || d.spec.Check() != nil {
					t.Fatalf("%+v", d)
				}
			}
		}
	})
}
