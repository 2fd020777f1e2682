package bus

import (
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// TestServerLog: what follows from a kill and is mended by itself is no warning to whoever
// resumes the run; what may have lost something is.
func TestServerLog(t *testing.T) {
	for line, warns := range map[string]bool{
		"Filestore [KV_x] Stream state outdated, last block has additional entries, will rebuild": false,
		"Filestore [KV_x] Recovering stream state from index errored: prior state file":           false,
		"Filestore [KV_x] Stream state detected prior state, could not locate msg block 3":        false,
		"Filestore [KV_x] Stream state checksum did not match":                                    true,
		"Filestore [KV_x] Recovering stream state from index errored: corrupt state file":         true,
		"Filestore [KV_x] Stream state encountered internal inconsistency on recover":             true,
	} {
		var b strings.Builder
		l := &serverLog{log: zerolog.New(&b).Level(zerolog.WarnLevel)}
		l.Warnf("%s", line)
		if strings.Contains(b.String(), "Filestore") != warns {
			t.Errorf("%s: %q", line, b.String())
		}
	}
}
