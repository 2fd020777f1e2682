package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
)

// ask shows the waiting calls to the person at the terminal, like calls as one question. It
// returns false if one is left for later.
func ask(ctx context.Context, h *host.Host, p proposal, run string, waiting []planner.CallState,
	read func(ctx context.Context, prompt string, remember bool) (string, error)) (bool, error) {
	for _, calls := range alike(waiting) {
		for _, c := range calls {
			fmt.Fprint(os.Stderr, summary(&c, decisionOf(ctx, h, run, c.ID)))
		}
		for len(calls) > 0 {
			prompt := "Approve? [y]es, [n]o, [l]ater: "
			if n := len(calls); n > 1 {
				prompt = fmt.Sprintf("Approve all %d calls of %s? [y]es to all, [n]o to all, [o]ne by one, [l]ater: ", n, calls[0].Tool)
			}
			asked, done := whileWaiting(ctx, h, run, calls)
			text, err := read(asked, prompt, false)
			elsewhere := asked.Err() != nil && ctx.Err() == nil
			done()
			if elsewhere { // by whom is said by the events that follow
				return true, sayAnswered(ctx, h, run, calls)
			}
			if err != nil {
				if errors.Is(err, io.EOF) {
					fmt.Fprintln(os.Stderr)
					return false, nil
				}
				return false, err
			}
			yes := false
			switch strings.ToLower(strings.TrimSpace(text)) {
			case "y", "yes":
				yes = true
			case "n", "no":
			case "l", "later":
				return false, nil
			case "o", "one":
				if len(calls) > 1 {
					if ok, err := oneByOne(ctx, h, p, run, calls, read); err != nil || !ok {
						return ok, err
					}
					calls = nil
				}
				continue
			default:
				continue
			}
			for _, c := range calls {
				err := h.Answer(ctx, run, c, yes, me(), "")
				if errors.Is(err, planner.ErrEvent) {
					err = answeredBefore(p, run, &c, yes, err)
				}
				if err != nil {
					return false, err
				}
			}
			break
		}
	}
	return true, nil
}

// oneByOne asks for each call by itself.
func oneByOne(ctx context.Context, h *host.Host, p proposal, run string, calls []planner.CallState,
	read func(ctx context.Context, prompt string, remember bool) (string, error)) (bool, error) {
	for _, c := range calls {
		if ok, err := ask(ctx, h, p, run, []planner.CallState{c}, read); err != nil || !ok {
			return ok, err
		}
	}
	return true, nil
}

// alike groups calls of one tool, in the order of their first ones.
func alike(calls []planner.CallState) [][]planner.CallState {
	var out [][]planner.CallState
	at := map[string]int{}
	for _, c := range calls {
		i, ok := at[c.Tool]
		if !ok {
			i = len(out)
			at[c.Tool], out = i, append(out, nil)
		}
		out[i] = append(out[i], c)
	}
	return out
}
