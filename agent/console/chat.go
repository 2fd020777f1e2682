package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// home leads to the first agent, or to the runs.
func (c *Console) home(w http.ResponseWriter, r *http.Request) error {
	if len(c.o.Agents) == 0 {
		return back(w, r, "/console/runs", "")
	}
	return back(w, r, chatPath(c.o.Agents[0].Name, ""), "")
}

func chatPath(agent, run string) string {
	p := "/console/chat/" + url.PathEscape(agent)
	if run != "" {
		p += "?run=" + url.QueryEscape(run)
	}
	return p
}

// chatBody is a conversation as it stands after one of its runs.
type chatBody struct {
	Agent string
	Run   *run
	Turns []turn
	Says  string // why nothing can be said now, if so
}

// turn is what the user said and what came of it.
type turn struct {
	Run    string // whose turn it is; "" if it is not known
	User   string
	Parts  []part
	Last   bool
	Branch string // where the conversation goes on from here anew
}

// part is a text of the agent, or a call with its result.
type part struct {
	Text string
	Call *callCard
}

// callCard is a call as people see it.
type callCard struct {
	call
	Verdict, Rule, Reason string
	Took                  string
	Result                string
	Failed, Done          bool
	Approval              *approval
	Unknown               bool
}

// chat shows a conversation: the run that is named and those that it follows.
func (c *Console) chat(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("agent")
	if c.agent(name) == nil {
		return &problem{http.StatusNotFound, "there is no agent " + name + " here"}
	}
	p := page{Title: name, Here: "chat", Export: "/v1/runs?agent=" + url.QueryEscape(name)}
	body := chatBody{Agent: name}
	if id := r.URL.Query().Get("run"); id != "" {
		last, err := c.runByID(r, id)
		if err != nil {
			return err
		}
		body.Run = last
		p.Export = runPath(last.ID)
		calls, err := c.callFacts(r, last.ID)
		if err != nil {
			return err
		}
		body.Turns = turnsOf(last, calls)
		c.nameTurns(r, last, body.Turns)
		switch {
		case !last.Over():
			p.Events = runPath(last.ID, "events")
			body.Says = "The agent is at work."
			switch last.Status {
			case "waiting":
				body.Says = "The agent waits for you."
			case "outcome_unknown":
				body.Says = "The agent waits: nobody knows whether a call ran."
			case "suspended":
				body.Says = "The model does not answer; the agent tries again by itself."
			}
		case last.Status != "finished":
			body.Says = "This turn ended as " + word(last.Status) + ". Go on from an earlier one, or begin anew."
		}
	}
	p.Body = body
	return c.show(w, r, "chat", p)
}

// turnsOf cuts the messages of a run at what the user said.
func turnsOf(last *run, facts map[string]*callFacts) []turn {
	results := map[string]*message{}
	for i := range last.Messages {
		if m := &last.Messages[i]; m.CallID != "" {
			results[m.CallID] = m
		}
	}
	waits := map[string]*approval{}
	for i := range last.Approvals {
		waits[last.Approvals[i].ID] = &last.Approvals[i]
	}
	unknown := map[string]bool{}
	for _, u := range last.Unknown {
		unknown[u.ID] = true
	}
	var turns []turn
	for _, m := range last.Messages {
		switch {
		case m.Role == "user":
			turns = append(turns, turn{User: m.Content})
		case len(turns) == 0 || m.Role == "system" || m.CallID != "":
		default:
			t := &turns[len(turns)-1]
			if strings.TrimSpace(m.Content) != "" {
				t.Parts = append(t.Parts, part{Text: m.Content})
			}
			for _, one := range m.Calls {
				card := &callCard{call: one, Approval: waits[one.ID], Unknown: unknown[one.ID]}
				if f := facts[one.ID]; f != nil {
					card.Verdict, card.Rule, card.Reason, card.Took = f.verdict, f.rule, f.reason, f.took
				}
				if res := results[one.ID]; res != nil {
					if json.Valid([]byte(res.Content)) {
						res.Content = pretty(json.RawMessage(res.Content))
					}
					card.Result, card.Failed, card.Done = res.Content, res.IsError, true
				}
				t.Parts = append(t.Parts, part{Call: card})
			}
		}
	}
	if len(turns) > 0 {
		turns[len(turns)-1].Last = true
	}
	return turns
}

// nameTurns finds the run of each turn, the last first: each follows the one before.
func (c *Console) nameTurns(r *http.Request, last *run, turns []turn) {
	at := last
	for i := len(turns) - 1; i >= 0 && at != nil; i-- {
		turns[i].Run = at.ID
		if at.Status == "finished" {
			turns[i].Branch = chatPath(r.PathValue("agent"), at.ID)
		}
		if at.Follows == "" {
			return
		}
		before, err := c.runByID(r, at.Follows)
		if err != nil {
			return // gone, or another's: the turns stay, without links
		}
		at = before
	}
}

// say starts the next turn.
func (c *Console) say(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("agent")
	text := strings.TrimSpace(r.PostFormValue("text"))
	follows := r.PostFormValue("follows")
	if text == "" {
		return back(w, r, chatPath(name, follows), "")
	}
	var started run
	in := map[string]string{"agent": name, "input": text}
	if follows != "" {
		in["follows"] = follows
	}
	if err := c.ask(r, http.MethodPost, "/v1/runs", in, &started); err != nil {
		return err
	}
	return back(w, r, chatPath(name, started.ID), "")
}
