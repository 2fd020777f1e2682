package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
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
	Text  string // what stands in the form: a message that is said anew
}

// turn is what the user said and what came of it.
type turn struct {
	Run    string // whose turn it is; "" if it is not known
	User   string
	Parts  []part
	Last   bool
	Branch string // where the conversation goes on from here anew
	Anew   string // where the user's message is said otherwise
}

// part is a text of the agent, or a call with its result.
type part struct {
	Text string
	Call *callCard

	Model int // the model's turn that it is of, from 0
	Run   string
	Event int // after which a fork makes that turn anew; 0 is none
}

// callCard is a call as people see it.
type callCard struct {
	call
	Verdict, Rule, Reason string
	Took                  string
	Confidence            float64
	Origin                map[string]label.Origin
	Result                string
	Failed, Done          bool
	Approval              *approval
	Unknown               bool
	Over, Left            bool // the run is, whatever became of the call
}

// chat shows a conversation: the run that is named and those that it follows.
func (c *Console) chat(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("agent")
	if c.agent(name) == nil {
		return &problem{status: http.StatusNotFound, message: "there is no agent " + name + " here"}
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
		body.Turns = turnsOf(last)
		if err := c.nameTurns(r, last, body.Turns); err != nil {
			return err
		}
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
				if !last.Driven {
					body.Says = "The model did not answer; whoever drives the run tries again."
				}
			case "left":
				body.Says = leftAlone
				if elsewhere(last) {
					body.Says += " " + last.Elsewhere()
				}
			}
		case last.Status != "finished":
			body.Says = "This turn ended as " + word(last.Status) + ". Go on from an earlier one, or begin anew."
		}
	}
	if id := r.URL.Query().Get("again"); id != "" {
		again, err := c.runByID(r, id)
		if err != nil {
			return err
		}
		body.Text = again.Prompt
	}
	p.Body = body
	return c.show(w, r, "chat", p)
}

// leftAlone says what became of a run that is left.
const leftAlone = "Nobody is at work here: the process that was died or was told to stop."

// turnsOf cuts the messages of a run at what the user said.
func turnsOf(last *run) []turn {
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
	phases := map[string]string{}
	for _, c := range last.Calls {
		phases[c.ID] = c.Phase
	}
	unknown := map[string]bool{}
	for _, u := range last.Unknown {
		unknown[u.ID] = true
	}
	var turns []turn
	spoken := 0 // turns of the model since the user's last word
	for _, m := range last.Messages {
		switch {
		case m.Role == "user":
			turns, spoken = append(turns, turn{User: m.Content}), 0
		case len(turns) == 0 || m.Role == "system" || m.CallID != "":
		default:
			t := &turns[len(turns)-1]
			if strings.TrimSpace(m.Content) != "" {
				t.Parts = append(t.Parts, part{Text: m.Content, Model: spoken})
			}
			for _, one := range m.Calls {
				one.Phase = phases[one.ID]
				card := &callCard{call: one, Approval: waits[one.ID], Unknown: unknown[one.ID], Over: last.Over(), Left: last.Left()}
				if res := results[one.ID]; res != nil {
					if json.Valid([]byte(res.Content)) {
						res.Content = pretty(json.RawMessage(res.Content))
					}
					card.Result, card.Failed, card.Done = res.Content, res.IsError, true
				}
				t.Parts = append(t.Parts, part{Call: card, Model: spoken})
			}
			spoken++
		}
	}
	if len(turns) > 0 {
		turns[len(turns)-1].Last = true
	}
	return turns
}

// detailedTurns is how many turns, the last, are shown with what their journals say.
const detailedTurns = 30

// nameTurns finds the run of each turn, the last first: each follows the one before. What
// its journal says goes to its calls, for those who may read it.
func (c *Console) nameTurns(r *http.Request, last *run, turns []turn) error {
	agent := r.PathValue("agent")
	at := last
	for i := len(turns) - 1; i >= 0 && at != nil; i-- {
		t := &turns[i]
		t.Run = at.ID
		if at.Status == "finished" {
			t.Branch = chatPath(agent, at.ID)
		}
		before := at.Follows
		if before != "" || i == 0 {
			t.Anew = anewPath(agent, before, at.ID)
		}
		if who(r).Operate && len(turns)-i <= detailedTurns {
			events, err := c.journal(r, at.ID)
			if err != nil {
				return err
			}
			t.detail(at.ID, events)
		}
		if before == "" {
			return nil
		}
		var err error
		if at, err = c.runByID(r, before); err != nil {
			return nil // gone, or another's: the turns stay, without links
		}
	}
	return nil
}

func anewPath(agent, before, run string) string {
	p := chatPath(agent, before)
	if before == "" {
		return p + "?again=" + url.QueryEscape(run)
	}
	return p + "&again=" + url.QueryEscape(run)
}

// detail adds what the journal says to the parts of a turn.
func (t *turn) detail(run string, events []numbered) {
	facts := map[string]*callFacts{}
	factsOf(events, facts)
	at := branches(events)
	for i := range t.Parts {
		p := &t.Parts[i]
		if p.Run = run; p.Model < len(at) && (i == 0 || t.Parts[i-1].Model != p.Model) {
			p.Event = at[p.Model]
		}
		if p.Call == nil || facts[p.Call.ID] == nil {
			continue
		}
		f := facts[p.Call.ID]
		p.Call.Verdict, p.Call.Rule, p.Call.Reason, p.Call.Took = f.verdict, f.rule, f.reason, f.took
		p.Call.Confidence, p.Call.Origin = f.confidence, f.origin
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
