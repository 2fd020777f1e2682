package agent

import (
	"github.com/rs/zerolog"
)

// log writes an event of the stream: run and call on each line. What a tool is called
// with is logged at debug; the writer is to redact it, as that of package host does.
func (a *Agent) log(ev *Event) {
	l := &a.opt.Log
	if ev.Text != "" || l.GetLevel() == zerolog.Disabled {
		return
	}
	line := func(e *zerolog.Event) *zerolog.Event {
		e = e.Str("run", ev.Run)
		if ev.Call != nil {
			e = e.Str("call", ev.Call.ID).Str("tool", ev.Call.Tool)
		}
		return e
	}
	switch {
	case ev.Decision != nil:
		d := ev.Decision
		line(l.Info()).Str("verdict", string(d.Verdict)).Str("rule", d.Rule).Str("policy", d.Policy).Str("reason", d.Reason).Str("hint", d.Hint).Msg("decided")
	case ev.Result != nil:
		r := ev.Result
		line(l.Info()).Str("status", string(r.Status)).Int("attempt", r.Attempt).Dur("ms", r.Duration).Str("reason", r.Reason).Msg("result")
		line(l.Trace()).Str("value", string(r.Value)).Msg("value")
	case ev.Call != nil:
		line(l.Info()).Msg("call")
		line(l.Debug()).Str("arguments", string(ev.Call.Arguments)).Msg("arguments")
	case ev.Journal == nil:
	case ev.Journal.Started != nil:
	case ev.Journal.Leased != nil:
		line(l.Info()).Str("owner", ev.Journal.Leased.Owner).Int("epoch", ev.Journal.Leased.Epoch).Msg("driving")
	case ev.Journal.Generated != nil:
		g := ev.Journal.Generated
		e := l.Info()
		if g.Error != "" {
			e = l.Error().Str("error", g.Error)
		}
		line(e).Int("prompt_tokens", g.Usage.PromptTokens).Int("cached_tokens", g.Usage.CachedTokens).
			Int("generated_tokens", g.Usage.GeneratedTokens).Int("calls", len(g.Message.Calls)).Msg("generated")
	case ev.Journal.Screened != nil:
		sc := ev.Journal.Screened
		line(l.Info()).Str("call", sc.Call).Str("hook", string(sc.Hook)).Str("verdict", string(sc.Verdict)).Str("rule", sc.Rule).Str("reason", sc.Reason).Msg("screened")
	case ev.Journal.Answered != nil:
		line(l.Info()).Str("call", ev.Journal.Answered.Call).Bool("approved", ev.Journal.Answered.Approve).Str("by", ev.Journal.Answered.By).Msg("answered")
	case ev.Journal.Compacted != nil:
		line(l.Warn()).Int("dropped", len(ev.Journal.Compacted.Dropped)).Int("tokens", ev.Journal.Compacted.Tokens).Msg("compacted")
	case ev.Journal.Ended != nil:
		line(l.Info()).Str("status", string(ev.Journal.Ended.Status)).Str("reason", ev.Journal.Ended.Reason).Msg("ended")
	}
}
