package bus_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/runtime/bus"
)

// TestNotPermitted: who may neither listen for an answer nor look it up is told so by the
// subject, and waits for nothing; one of the two will do.
func TestNotPermitted(t *testing.T) {
	may := func(name string, publish, subscribe []string) *server.User {
		return &server.User{Username: name, Password: "p", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: publish}, Subscribe: &server.SubjectPermission{Allow: subscribe}}}
	}
	info := []string{"$JS.API.INFO", "$JS.API.STREAM.INFO.CHASKI_ANSWERS"}
	ns, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, Users: []*server.User{
		{Username: "all", Password: "p"},
		may("deaf", info, []string{"_INBOX.>"}),
		may("listens", info, []string{"_INBOX.>", "chaski.answer.>"}),
		may("looks", append(info, "$JS.API.DIRECT.GET.CHASKI_ANSWERS.>"), []string{"_INBOX.>"}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	if !ns.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not come up")
	}
	as := func(name string) *bus.Conn {
		c, err := bus.Connect(t.Context(), bus.Options{URL: fmt.Sprintf("nats://%s:p@%s", name, ns.Addr()), Wait: 2 * time.Second})
		if err != nil {
			t.Fatal(name, err)
		}
		t.Cleanup(c.Close)
		return c
	}
	all := as("all")
	q, err := bus.OpenQueue(t.Context(), all, bus.QueueOptions{Agent: "jobs"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := bus.WaitAnswer(ctx, as("deaf"), "one", nil); !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), "CHASKI_ANSWERS") {
		t.Errorf("who may do neither: %v", err)
	}
	for _, name := range []string{"listens", "looks"} {
		c := as(name)
		time.AfterFunc(500*time.Millisecond, func() {
			if err := all.NATS().Publish("chaski.answer."+name, []byte(`{"answer": "yes", "status": "finished", "final": true}`)); err != nil {
				t.Error(err)
			}
		})
		if a, err := bus.WaitAnswer(ctx, c, name, nil); err != nil || a.Answer != "yes" {
			t.Errorf("who %s: %+v, %v", name, a, err)
		}
	}
}
