package mcp

import (
	"context"
	"log/slog"
	"runtime/debug"

	"github.com/rs/zerolog"
)

// logHandler writes what the protocol's library logs.
type logHandler struct{ log zerolog.Logger }

// Enabled implements slog.Handler.
func (h logHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle implements slog.Handler.
func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	e := h.log.Warn()
	r.Attrs(func(a slog.Attr) bool {
		e = e.Str(a.Key, clean(a.Value.String(), maxLine))
		return true
	})
	e.Msg(clean(r.Message, maxLine))
	return nil
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := h.log.With()
	for _, a := range attrs {
		with = with.Str(a.Key, clean(a.Value.String(), maxLine))
	}
	return logHandler{with.Logger()}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(string) slog.Handler { return h }

// version is that of this program, as servers are told.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
