package host

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/policies/detect"
)

// LogOptions say how to log. The zero value logs warnings as JSON lines.
type LogOptions struct {
	Level  string // trace, debug, info, warn, error or off; "" is warn
	People bool   // for people to read, in place of JSON
}

// NewLog returns a logger that writes to w. Secrets and personal data that detectors find
// in any text of a line are replaced before it is written: see package detect.
func NewLog(w io.Writer, o LogOptions) (zerolog.Logger, error) {
	level := zerolog.WarnLevel
	switch o.Level {
	case "":
	case "off":
		level = zerolog.Disabled
	case "trace", "debug", "info", "warn", "error":
		level, _ = zerolog.ParseLevel(o.Level)
	default:
		return zerolog.Nop(), fmt.Errorf("log level %q: want trace, debug, info, warn, error or off", o.Level)
	}
	if o.People {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly, NoColor: true}
	}
	return zerolog.New(redactor{w}).Level(level).With().Timestamp().Logger(), nil
}

// redactor rewrites the texts within JSON lines.
type redactor struct{ w io.Writer }

// plainFields are names and hashes, some of which look like secrets.
var plainFields = []string{"run", "call", "time", "level", "policy", "worker", "hash"}

// pathFields are paths, whose parts look like one secret where they are taken together.
var pathFields = []string{"path", "folder", "file"}

// Write takes one line.
func (r redactor) Write(line []byte) (int, error) {
	if _, err := io.WriteString(r.w, redactLine(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}

// redactLine walks the strings of a JSON line: keys stay, values are redacted. The same
// value has the same placeholder within a line.
func redactLine(line string) string {
	var out strings.Builder
	var vault detect.Vault
	key := ""
	for {
		from := strings.IndexByte(line, '"')
		if from < 0 {
			break
		}
		to := from + 1
		for to < len(line) && line[to] != '"' {
			if line[to] == '\\' {
				to++
			}
			to++
		}
		if to >= len(line) {
			break
		}
		literal, rest := line[from:to+1], line[to+1:]
		out.WriteString(line[:from])
		var text string
		switch err := json.Unmarshal([]byte(literal), &text); {
		case strings.HasPrefix(rest, ":"):
			key = text
		case err == nil && !slices.Contains(plainFields, key):
			parts := []string{text}
			if slices.Contains(pathFields, key) {
				parts = strings.Split(text, "/")
			}
			found := false
			for i := range parts {
				clean, spans := vault.Redact(parts[i], detect.Kinds()...)
				parts[i], found = clean, found || len(spans) > 0
			}
			if found {
				b, _ := json.Marshal(strings.Join(parts, "/")) // a string always encodes
				literal = string(b)
			}
		}
		out.WriteString(literal)
		line = rest
	}
	out.WriteString(line)
	return out.String()
}
