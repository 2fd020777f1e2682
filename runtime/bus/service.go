package bus

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/nats-io/nuid"
)

// service answers $SRV.PING, INFO and STATS for one tool, as NATS micro services do.
// The micro package itself is not used for serving: it runs the calls of an endpoint one
// after another, its statistics end where a call is handed on, and when it stops, the
// worker seems dead while its last calls still run.
type service struct {
	nc      *nats.Conn
	info    micro.Info
	started time.Time
	stats   func() micro.EndpointStats
	subs    []*nats.Subscription
	alive   *nats.Subscription // $SRV.PING.NAME.ID: kept until the last call has ended
}

// announce makes the tool discoverable.
func announce(nc *nats.Conn, name, version, description string, metadata map[string]string, endpoint micro.EndpointInfo, stats func() micro.EndpointStats) (*service, error) {
	s := &service{nc: nc, started: time.Now().UTC(), stats: stats}
	s.info = micro.Info{ServiceIdentity: micro.ServiceIdentity{Name: name, ID: nuid.Next(), Version: version, Metadata: metadata},
		Type: micro.InfoResponseType, Description: description, Endpoints: []micro.EndpointInfo{endpoint}}
	for _, verb := range []struct {
		name string
		say  func() any
	}{
		{"PING", func() any { return micro.Ping{ServiceIdentity: s.info.ServiceIdentity, Type: micro.PingResponseType} }},
		{"INFO", func() any { return s.info }},
		{"STATS", func() any {
			e := s.stats()
			return micro.Stats{ServiceIdentity: s.info.ServiceIdentity, Type: micro.StatsResponseType, Started: s.started, Endpoints: []*micro.EndpointStats{&e}}
		}},
	} {
		for _, whom := range []string{"", "." + name, "." + name + "." + s.info.ID} {
			sub, err := nc.Subscribe(micro.APIPrefix+"."+verb.name+whom, func(m *nats.Msg) {
				if text, err := json.Marshal(verb.say()); err == nil {
					_ = m.Respond(text) // a lost answer is asked for again
				}
			})
			if err != nil {
				s.stop()
				return nil, fmt.Errorf("service %s: %w", name, err)
			}
			if verb.name == "PING" && strings.HasSuffix(whom, s.info.ID) {
				s.alive = sub
			} else {
				s.subs = append(s.subs, sub)
			}
		}
	}
	return s, nil
}

// leave takes the tool out of discovery; whoever asks for this very worker still finds it.
func (s *service) leave() {
	for _, sub := range s.subs {
		_ = sub.Unsubscribe() // fails only on a connection that is gone
	}
	s.subs = nil
}

// stop ends all answers.
func (s *service) stop() {
	s.leave()
	if s.alive != nil {
		_ = s.alive.Unsubscribe()
	}
}
