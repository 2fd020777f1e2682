// Package agent is what a program imports to run agents.
//
// An [Agent] is a model, tools and the rules under which they may be called. Run
// streams one run; [Agent.Resume] goes on with a run that was left, by this process
// or by one that died. With a journal on disk nothing that happened is lost.
//
//	a, err := agent.New(model, agent.Options{Tools: []*tools.Tool{weather}})
//	for ev, err := range a.Run(ctx, "Do I need an umbrella in Lima?") {
//		if err != nil {
//			return err
//		}
//		fmt.Print(ev.Text)
//	}
//
// Tools that only read may be called unless a policy says otherwise; tools with effects
// need one that allows them: [Options].Policies names bundles of rules, Gate is a guard or
// a function of your own. Where a rule asks for a person, Options.Approve is asked.
//
// [Ask] returns an answer as a Go value. A [Session] is a conversation, which
// [Agent.Reopen] goes on with by its id. tools.Value gives a run's tools what the model is
// not to see, Options.Instructions tells the model what is new in each run.
package agent
