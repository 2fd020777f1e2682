package bus_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/bus"
)

// TestOperatorsSettings opens a queue whose streams and consumer an operator has set up
// or changed: nothing of it is changed back.
func TestOperatorsSettings(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := connect(t, start(t, bus.ServerOptions{}))
	_, err := bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: "jobs"})
	must(t, err)
	js := c.JetStream()
	for _, name := range []string{"CHASKI_STARTS_jobs", "CHASKI_ANSWERS"} {
		s, err := js.Stream(ctx, name)
		must(t, err)
		config := s.CachedInfo().Config
		config.MaxAge, config.MaxBytes, config.Description = 90*time.Hour, 1<<20, "the operator's"
		_, err = js.UpdateStream(ctx, config)
		must(t, err)
	}
	_, err = js.UpdateConsumer(ctx, "CHASKI_STARTS_jobs", jetstream.ConsumerConfig{Durable: "runners", FilterSubject: "chaski.start.jobs",
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Minute, MaxDeliver: -1, MaxAckPending: 7})
	must(t, err)
	_, err = bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: "jobs", AckWait: time.Second})
	must(t, err)
	for _, name := range []string{"CHASKI_STARTS_jobs", "CHASKI_ANSWERS"} {
		s, err := js.Stream(ctx, name)
		must(t, err)
		if is := s.CachedInfo().Config; is.MaxAge != 90*time.Hour || is.MaxBytes != 1<<20 || is.Description != "the operator's" {
			t.Errorf("%s: %+v", name, is)
		}
	}
	consumer, err := js.Consumer(ctx, "CHASKI_STARTS_jobs", "runners")
	must(t, err)
	if is := consumer.CachedInfo().Config; is.AckWait != time.Minute || is.MaxAckPending != 7 {
		t.Errorf("%+v", is)
	}
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "CHASKI_STARTS_odd", Subjects: []string{"odd"}})
	must(t, err)
	if _, err := bus.OpenQueue(ctx, c, bus.QueueOptions{Agent: "odd"}); err == nil {
		t.Error("a stream without the queue's subjects was taken")
	}
}
