package bus

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// Echo answers every message on a subject with its own data and nothing else: the
// bare request that measurements of tool calls are set against.
func Echo(conn *Conn, subject string) error {
	_, err := conn.nc.Subscribe(subject, func(m *nats.Msg) {
		if err := m.Respond(m.Data); err != nil {
			conn.log.Warn().Err(err).Msg("echo")
		}
	})
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	return conn.nc.Flush()
}
