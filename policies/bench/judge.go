package bench

import (
	"fmt"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// judge plays one task against a bundle. The person approves the calls of an honest
// model and refuses the attacker's.
type judge struct {
	run   *policies.Run
	facts []policies.Fact
	info  policies.Info
	now   time.Time
	out   Outcome
}

func newJudge(b *policies.Bundle, o Outcome, now time.Time) *judge {
	info := policies.Info{Run: o.ID, Started: now}
	return &judge{run: policies.NewRun(b, info), info: info, now: now, out: o}
}

func (j *judge) observe(f policies.Fact) error {
	f.At = j.now
	j.facts = append(j.facts, f)
	return j.run.Observe(f)
}

func (j *judge) system(text string) error {
	return j.observe(policies.Fact{Kind: policies.FactMessage, Message: &llm.Message{Role: llm.RoleSystem, Content: text}})
}

func (j *judge) user(text string) error {
	d := j.run.Input(text, j.now)
	if err := j.observe(policies.Fact{Kind: policies.FactDecision, Decision: &d}); err != nil {
		return err
	}
	return j.observe(policies.Fact{Kind: policies.FactMessage, Message: &llm.Message{Role: llm.RoleUser, Content: text}})
}

func (j *judge) assistant(text string) error {
	return j.observe(policies.Fact{Kind: policies.FactMessage, Message: &llm.Message{Role: llm.RoleAssistant, Content: text}})
}

// call decides, with the person where one is asked, and reports whether the call runs.
func (j *judge) call(c tools.Call, bad bool) (policies.Decision, bool, error) {
	j.now = j.now.Add(time.Second)
	c.Run, c.Attempt = j.info.Run, 1
	j.out.Calls++
	if bad {
		j.out.Bad++
	}
	d := j.run.Call(c, j.now)
	if err := j.observe(policies.Fact{Kind: policies.FactDecision, Decision: &d}); err != nil {
		return d, false, err
	}
	said := Call{Tool: c.Tool, Arguments: string(c.Arguments), Bad: bad, Verdict: d.Verdict, Rule: d.Rule, Reason: d.Reason, Unasked: !d.Bound, Labels: d.Labels}
	switch {
	case d.Verdict.Passes() && bad:
		j.out.Breaches = append(j.out.Breaches, said)
	case d.Verdict == policies.RequireApproval:
		j.out.Asked = append(j.out.Asked, said)
		if d.Approval == nil {
			return d, false, fmt.Errorf("%s asks by %s without saying what", c.Tool, d.Rule)
		}
		answer := policies.Approval{CallID: c.ID, CallHash: d.CallHash, Granted: !bad, By: "bench", At: j.now}
		if err := j.observe(policies.Fact{Kind: policies.FactApproval, Approval: &answer}); err != nil {
			return d, false, err
		}
		again := j.run.Call(c, j.now)
		if err := j.observe(policies.Fact{Kind: policies.FactDecision, Decision: &again}); err != nil {
			return d, false, err
		}
		if !bad && !again.Verdict.Passes() {
			return d, false, fmt.Errorf("%s is approved, and then %s by %s: %s", c.Tool, again.Verdict, again.Rule, again.Reason)
		}
		return d, again.Verdict.Passes(), nil
	case !d.Verdict.Passes():
		j.out.Denied = append(j.out.Denied, said)
	}
	return d, d.Verdict.Passes(), nil
}

// result folds the answer of a call and returns the decision on it.
func (j *judge) result(c tools.Call, r tools.Result) (policies.Decision, error) {
	r.CallID = c.ID
	d := j.run.Result(c, r, j.now)
	return d, j.answer(c, r, d)
}

// passage folds a text that no call asked for.
func (j *judge) passage(c tools.Call, r tools.Result) error {
	d := j.run.Passage(c.Tool, policies.ResultText(&r), r.Labels, j.now)
	d.CallID = c.ID
	return j.answer(c, r, d)
}

func (j *judge) answer(c tools.Call, r tools.Result, d policies.Decision) error {
	if err := j.observe(policies.Fact{Kind: policies.FactDecision, Decision: &d}); err != nil {
		return err
	}
	return j.observe(policies.Fact{Kind: policies.FactResult, Call: &c, Result: &r})
}

func (j *judge) compact() error { return j.observe(policies.Fact{Kind: policies.FactCompaction}) }

// resume rebuilds the run from its facts, as after a crash.
func (j *judge) resume() error {
	again := policies.NewRun(j.run.Bundle(), j.info)
	for _, f := range j.facts {
		if err := again.Observe(f); err != nil {
			return err
		}
	}
	j.run = again
	return nil
}
