package api

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// responseAnswer builds a response out of a turn's events, and the events that tell it.
type responseAnswer struct {
	object *responseObject
	custom map[string]bool
	run    map[string]string // metadata of an agent's run: filled as it goes
	probs  bool
	tops   bool

	told []responseEvent // of the event in hand
	next int             // sequence number
	open *item           // whose pieces come
}

// responseEvent is an event of a stream. Its fields are those of its type.
type responseEvent struct {
	Type         string          `json:"type"`
	Sequence     int             `json:"sequence_number"`
	Response     *responseObject `json:"response,omitempty"`
	OutputIndex  *int            `json:"output_index,omitempty"`
	ItemID       string          `json:"item_id,omitempty"`
	ContentIndex *int            `json:"content_index,omitempty"`
	Item         *item           `json:"item,omitempty"`
	Part         *itemPart       `json:"part,omitempty"`
	Delta        *string         `json:"delta,omitempty"`
	Text         *string         `json:"text,omitempty"`
	Name         string          `json:"name,omitempty"`
	Arguments    *string         `json:"arguments,omitempty"`
	Input        *string         `json:"input,omitempty"`
	LogProbs     *[]tokenLogProb `json:"logprobs,omitempty"`
}

func newResponseAnswer(in *responsesRequest, by *answering) *responseAnswer {
	a := &responseAnswer{object: newResponseObject(in, by), custom: in.custom, run: by.metadata}
	a.tops = in.TopLogProbs != nil && *in.TopLogProbs > 0
	for _, name := range in.Include {
		a.probs = a.probs || name == "message.output_text.logprobs"
	}
	a.probs = a.probs || a.tops
	a.noteRun()
	return a
}

// noteRun puts what is known of an agent's run into the metadata.
func (a *responseAnswer) noteRun() {
	if a.run != nil {
		a.object.Metadata = maps.Clone(a.object.Metadata)
		maps.Copy(a.object.Metadata, a.run)
	}
}

// tell adds an event. A copy of an item goes with it: the item itself grows.
func (a *responseAnswer) tell(e responseEvent) {
	e.Sequence = a.next
	a.next++
	if e.Response != nil {
		shot := *e.Response
		shot.Output = append([]*item{}, shot.Output...)
		for i, it := range shot.Output {
			shot.Output[i] = it.copied()
		}
		e.Response = &shot
	}
	if e.Item != nil {
		e.Item = e.Item.copied()
	}
	a.told = append(a.told, e)
}

func (it *item) copied() *item {
	out := *it
	if out.Content != nil {
		parts := append([]itemPart{}, *out.Content...)
		out.Content = &parts
	}
	return &out
}

// ofItem adds an event of the open item.
func (a *responseAnswer) ofItem(e responseEvent) {
	i := len(a.object.Output) - 1
	e.OutputIndex = &i
	if e.Item == nil {
		e.ItemID = a.open.ID
	}
	a.tell(e)
}

// ofText adds an event of the open message's text.
func (a *responseAnswer) ofText(e responseEvent) {
	e.ContentIndex = new(int)
	a.ofItem(e)
}

// take returns the events that were added.
func (a *responseAnswer) take() []responseEvent {
	out := a.told
	a.told = nil
	return out
}

// begin tells that the response exists and is worked on.
func (a *responseAnswer) begin() {
	if a.next > 0 && a.object.Status != statusQueued {
		return
	}
	if a.next == 0 {
		a.tell(responseEvent{Type: "response.created", Response: a.object})
	}
	a.object.Status = statusInProgress
	a.tell(responseEvent{Type: "response.in_progress", Response: a.object})
}

// queue tells that the response exists and waits.
func (a *responseAnswer) queue() []responseEvent {
	a.object.Status = statusQueued
	a.tell(responseEvent{Type: "response.created", Response: a.object})
	a.tell(responseEvent{Type: "response.queued", Response: a.object})
	return a.take()
}

// events adds an event of the turn to the response and returns those that tell it.
func (a *responseAnswer) events(ev llm.Event) []responseEvent {
	a.begin()
	switch e := ev.(type) {
	case llm.TextDelta:
		a.text(e)
	case llm.CallStart:
		a.close(statusCompleted)
		a.call(e.Name)
	case llm.CallDelta:
		if a.open.Arguments != nil {
			a.grow(a.open.Arguments, e.Text, "response.function_call_arguments.delta")
		}
	case llm.CallEnd:
		if a.open.Input != nil {
			a.grow(a.open.Input, customText(e.Call.Arguments), "response.custom_tool_call_input.delta")
		}
		a.close(statusCompleted)
	case llm.Stop:
		a.stop(e)
	}
	return a.take()
}

// text adds to the open message, or opens one.
func (a *responseAnswer) text(e llm.TextDelta) {
	if a.open == nil || a.open.Content == nil {
		a.close(statusCompleted)
		m := messageItem("assistant")
		m.Status = statusInProgress
		a.add(&m)
		*m.Content = append(*m.Content, outputPart(""))
		part := outputPart("")
		a.ofText(responseEvent{Type: "response.content_part.added", Part: &part})
	}
	if e.Text == "" {
		return
	}
	part := &(*a.open.Content)[0]
	probs := []tokenLogProb{}
	if a.probs {
		probs = append(probs, logProbs(e.LogProbs, a.tops)...)
	}
	part.Text += e.Text
	all := append(*part.LogProbs, probs...)
	part.LogProbs = &all
	a.ofText(responseEvent{Type: "response.output_text.delta", Delta: &e.Text, LogProbs: &probs})
}

func (a *responseAnswer) call(name string) {
	it := &item{Type: "function_call", ID: newID("fc_"), Status: statusInProgress, CallID: newID("call_"), Name: name}
	if a.custom[name] {
		it.Type, it.ID, it.Input = "custom_tool_call", newID("ctc_"), new(string)
	} else {
		it.Arguments = new(string)
	}
	a.add(it)
}

// add opens an item of the output.
func (a *responseAnswer) add(it *item) {
	a.object.Output = append(a.object.Output, it)
	a.open = it
	a.ofItem(responseEvent{Type: "response.output_item.added", Item: it})
}

// grow adds a piece to a call.
func (a *responseAnswer) grow(to *string, piece, kind string) {
	whole := *to + piece // a new text: earlier copies of the item keep theirs
	if a.open.Input != nil {
		a.open.Input = &whole
	} else {
		a.open.Arguments = &whole
	}
	a.ofItem(responseEvent{Type: kind, Delta: &piece})
}

// close ends the open item.
func (a *responseAnswer) close(status string) {
	it := a.open
	if it == nil {
		return
	}
	switch {
	case it.Content != nil:
		part := (*it.Content)[0]
		a.ofText(responseEvent{Type: "response.output_text.done", Text: &part.Text, LogProbs: part.LogProbs})
		a.ofText(responseEvent{Type: "response.content_part.done", Part: &part})
	case it.Input != nil:
		a.ofItem(responseEvent{Type: "response.custom_tool_call_input.done", Input: it.Input})
	default:
		a.ofItem(responseEvent{Type: "response.function_call_arguments.done", Name: it.Name, Arguments: it.Arguments})
	}
	it.Status = status
	a.ofItem(responseEvent{Type: "response.output_item.done", Item: it})
	a.open = nil
}

// stop ends the response as the turn ended. An empty answer is a text too.
func (a *responseAnswer) stop(e llm.Stop) {
	if len(a.object.Output) == 0 {
		a.text(llm.TextDelta{})
	}
	status, reason := statusCompleted, ""
	switch e.Reason {
	case llm.StopMaxTokens:
		status, reason = statusIncomplete, "max_output_tokens"
	case stopDenied:
		status, reason = statusIncomplete, "content_filter"
	}
	a.close(status)
	a.object.Usage = newResponseUsage(e.Usage)
	if reason != "" {
		a.object.IncompleteDetails = &incompleteDetails{reason}
	}
	a.end(status)
}

// fail ends the response with a failure.
func (a *responseAnswer) fail(f *failure) []responseEvent {
	a.begin()
	a.close(statusIncomplete)
	code := f.code
	if code == "" {
		code = "server_error"
	}
	a.object.Error = &responseError{Code: code, Message: f.message}
	a.end(statusFailed)
	return a.take()
}

// cancel ends the response as its client wished. No event tells that.
func (a *responseAnswer) cancel() {
	a.close(statusIncomplete)
	a.object.Status = statusCancelled
	a.noteRun()
	a.told = nil
}

func (a *responseAnswer) end(status string) {
	a.object.Status = status
	if status == statusCompleted {
		now := time.Now().Unix()
		a.object.CompletedAt = &now
	}
	a.noteRun()
	a.tell(responseEvent{Type: "response." + status, Response: a.object})
}

// customText is the text that a call of a custom tool gives it.
func customText(arguments json.RawMessage) string {
	var in map[string]string
	_ = json.Unmarshal(arguments, &in) // the grammar holds it to one text
	return in[customInput]
}
