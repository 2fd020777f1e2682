package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// act changes a run, and leads back to where the form was.
func (c *Console) act(w http.ResponseWriter, r *http.Request) error {
	id, action := r.PathValue("id"), r.PathValue("action")
	to := r.PostFormValue("to")
	if !strings.HasPrefix(to, "/console/") {
		to = "/console" + strings.TrimPrefix(runPath(id), "/v1")
	}
	in := map[string]any{}
	set := func(names ...string) {
		for _, name := range names {
			if v := r.PostFormValue(name); v != "" {
				in[name] = v
			}
		}
	}
	notice := ""
	switch action {
	case "approve", "deny":
		set("call_id", "hash", "reason")
		notice = map[string]string{"approve": "Approved.", "deny": "Refused."}[action]
	case "settle":
		set("call_id")
		if value := strings.TrimSpace(r.PostFormValue("value")); r.PostFormValue("outcome") == "ran" {
			if value == "" {
				value = "null"
			}
			if !json.Valid([]byte(value)) {
				quoted, err := json.Marshal(value)
				if err != nil {
					return err
				}
				value = string(quoted)
			}
			in["ok"] = json.RawMessage(value)
		} else {
			if value == "" {
				value = "it did not run"
			}
			in["failed"] = value
		}
		notice = "Recorded what came of the call."
	case "cancel":
		set("reason")
		notice = "Cancelled."
	case "resume":
		notice = "Goes on."
	case "fork":
		return c.fork(w, r, id)
	default:
		return &problem{status: http.StatusNotFound, message: "a run cannot be asked to " + action}
	}
	var one run
	if err := c.ask(r, http.MethodPost, runPath(id, action), in, &one); err != nil {
		return err
	}
	if elsewhere(&one) {
		notice += " " + one.Elsewhere()
	}
	return back(w, r, to, notice)
}

// elsewhere says that a run can go on only where it was begun: in a program with tools of
// its own, or with another model, and that nobody drives there. One that a parent waits for
// goes on with it.
func elsewhere(one *run) bool {
	return one.Aside != nil && !one.Driven && one.Parent == "" && one.Status != "running"
}

// Elsewhere says how a run goes on that cannot here.
func (r *run) Elsewhere() string {
	how := "in the program that began it, by Agent.Resume"
	if !r.Aside.Program {
		how = "where it was begun, or with `chaski runs resume " + r.ID + "`"
	}
	return "The run cannot go on here: " + r.Aside.Why + ". It goes on " + how + "."
}

// fork begins a new run with the first events of another, and leads to it.
func (c *Console) fork(w http.ResponseWriter, r *http.Request, id string) error {
	n, err := strconv.Atoi(r.PostFormValue("event"))
	if err != nil {
		return &problem{status: http.StatusBadRequest, message: "name the event after which the new run goes its own way"}
	}
	var as run
	if err := c.ask(r, http.MethodPost, runPath(id, "fork"), map[string]any{"event": n}, &as); err != nil {
		return err
	}
	to := "/console" + strings.TrimPrefix(runPath(as.ID), "/v1")
	if r.PostFormValue("chat") != "" {
		to = chatPath(as.Agent, as.ID)
	}
	return back(w, r, to, fmt.Sprintf("A new run, with the first %d events of %s.", n, id))
}

// answerAll answers the calls that are ticked.
func (c *Console) answerAll(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &problem{status: http.StatusBadRequest, message: err.Error()}
	}
	action := r.PostFormValue("action")
	if action != "approve" && action != "deny" {
		return &problem{status: http.StatusBadRequest, message: "say approve or deny"}
	}
	done, failed, left := 0, []string{}, []*run{}
	for _, v := range r.PostForm["call"] {
		parts := strings.Split(v, " ")
		if len(parts) != 3 {
			return &problem{status: http.StatusBadRequest, message: "a call is named by its run, its id and its hash"}
		}
		in := map[string]any{"call_id": parts[1], "hash": parts[2]}
		var one run
		if err := c.ask(r, http.MethodPost, runPath(parts[0], action), in, &one); err != nil {
			failed = append(failed, err.Error())
			continue
		}
		done++
		if elsewhere(&one) && !slices.ContainsFunc(left, func(o *run) bool { return o.ID == one.ID }) {
			left = append(left, &one)
		}
	}
	notice := fmt.Sprintf("%s: %d.", map[string]string{"approve": "Approved", "deny": "Refused"}[action], done)
	if len(failed) > 0 {
		notice += fmt.Sprintf(" Not answered: %d (%s).", len(failed), failed[0])
	}
	if len(left) > 0 {
		notice += " " + left[0].Elsewhere()
		if n := len(left) - 1; n > 0 {
			notice += fmt.Sprintf(" And %d more cannot: their pages say how they go on.", n)
		}
	}
	return back(w, r, "/console/approvals", notice)
}
