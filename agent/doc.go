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
// Tools that only read may be called unless the Gate says otherwise; tools with
// effects need a Gate that allows them.
package agent
