package bus

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/micro"
)

// Stats are a tool's figures in one worker, in the data field of $SRV.STATS.
type Stats struct {
	Requests     int64 `json:"requests"`
	Errors       int64 `json:"errors"` // results other than ok
	Running      int64 `json:"running"`
	Overdue      int64 `json:"overdue"` // handlers that run on though their time is over
	Replayed     int64 `json:"replayed"`
	ProcessingNs int64 `json:"processing_ns"` // from arrival to answer
	AverageNs    int64 `json:"average_ns"`
}

// Figures are what one worker on the bus says of one of its tools.
type Figures struct {
	Tool      string    `json:"tool"`
	Worker    string    `json:"worker"` // service id
	Started   time.Time `json:"started"`
	LastError string    `json:"last_error,omitempty"`
	Stats
}

// Figures asks all workers for their figures, and returns them by tool and worker. Workers
// that speak the protocol and keep no figures of their own have those of NATS.
func (c *Client) Figures(ctx context.Context) ([]Figures, error) {
	if err := c.conn.ready(ctx); err != nil {
		return nil, err
	}
	var out []Figures
	_, err := c.everybody(ctx, "$SRV.STATS", firstAnswer, func(data []byte) {
		var s micro.Stats
		if json.Unmarshal(data, &s) != nil {
			return
		}
		for _, e := range s.Endpoints {
			if !strings.HasPrefix(e.Subject, subjectCall+s.Name+".") { // no tool
				continue
			}
			f := Figures{Tool: s.Name, Worker: s.ID, Started: s.Started, LastError: e.LastError}
			if len(e.Data) == 0 || json.Unmarshal(e.Data, &f.Stats) != nil {
				f.Stats = Stats{Requests: int64(e.NumRequests), Errors: int64(e.NumErrors), ProcessingNs: int64(e.ProcessingTime), AverageNs: int64(e.AverageProcessingTime)}
			}
			out = append(out, f)
		}
	})
	slices.SortFunc(out, func(a, b Figures) int {
		return cmp.Or(cmp.Compare(a.Tool, b.Tool), a.Started.Compare(b.Started), cmp.Compare(a.Worker, b.Worker))
	})
	return out, err
}

// counts are what Stats are made of.
type counts struct {
	requests, errors, running, replayed, nanos atomic.Int64
	lastError                                  atomic.Pointer[string]
}

func (s *served) stats() Stats {
	out := Stats{Requests: s.requests.Load(), Errors: s.errors.Load(), Running: s.running.Load(), Overdue: s.overdue.Load(),
		Replayed: s.replayed.Load(), ProcessingNs: s.nanos.Load()}
	if done := out.Requests - out.Running; done > 0 {
		out.AverageNs = out.ProcessingNs / done
	}
	return out
}

// endpointStats are the same in the form of micro services, which the nats command shows.
func (s *served) endpointStats(subject string) micro.EndpointStats {
	st := s.stats()
	data, _ := json.Marshal(st) // numbers only
	out := micro.EndpointStats{Name: "call", Subject: subject, QueueGroup: queueGroup, NumRequests: int(st.Requests), NumErrors: int(st.Errors),
		ProcessingTime: time.Duration(st.ProcessingNs), AverageProcessingTime: time.Duration(st.AverageNs), Data: data}
	if last := s.lastError.Load(); last != nil {
		out.LastError = *last
	}
	return out
}

func (s *served) failed(reason string) {
	s.errors.Add(1)
	s.lastError.Store(&reason)
}

// Stats returns the figures of each tool by name.
func (w *Worker) Stats() map[string]Stats {
	out := make(map[string]Stats, len(w.served))
	for _, s := range w.served {
		out[s.spec.Name] = s.stats()
	}
	return out
}
