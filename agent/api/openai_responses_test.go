package api_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"
)

// orderTool is a tool of the kind that the model in the box was trained on.
var orderTool = responses.ToolParamOfFunction("lookup_order", map[string]any{"type": "object", "additionalProperties": false, "required": []string{"order_number"},
	"properties": object{"order_number": object{"type": "integer", "description": "Number of the order"}}}, true)

func asking(text string) responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: "mini", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(text)}}
}

// TestOpenAIResponses is OpenAI's client with the model in the box: whole, streamed, held to
// a schema.
func TestOpenAIResponses(t *testing.T) {
	c := client(serveMini(t))
	whole, err := c.Responses.New(ctx, asking("Hello!"))
	if err != nil || whole.OutputText() == "" || whole.Status != "completed" || whole.Usage.OutputTokens == 0 {
		t.Fatal(err, whole)
	}
	stream := c.Responses.NewStreaming(ctx, asking("Hello!"))
	joined, last, next := "", responses.Response{}, int64(0)
	for stream.Next() {
		ev := stream.Current()
		if ev.SequenceNumber != next {
			t.Error(ev.RawJSON())
		}
		next++
		switch e := ev.AsAny().(type) {
		case responses.ResponseTextDeltaEvent:
			joined += e.Delta
		case responses.ResponseCompletedEvent:
			last = e.Response
		}
	}
	if err := stream.Err(); err != nil || joined != whole.OutputText() || last.OutputText() != joined {
		t.Error(err, joined, last.RawJSON())
	}
	params := asking("Hello!")
	params.Text.Format = responses.ResponseFormatTextConfigParamOfJSONSchema("place", map[string]any{"type": "object", "additionalProperties": false, "required": []string{"city"}, "properties": object{"city": object{"enum": []string{"Lima", "Paris"}}}})
	out, err := c.Responses.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	var place struct{ City string }
	if err := json.Unmarshal([]byte(out.OutputText()), &place); err != nil || place.City != "Lima" && place.City != "Paris" {
		t.Error(out.OutputText(), err)
	}
}

// TestOpenAIResponsesState: a call comes back, its result goes in with nothing but the id of
// what was said; what is deleted is not found.
func TestOpenAIResponsesState(t *testing.T) {
	c := client(serveMini(t))
	params := asking("Where is my order 1042?")
	params.Instructions, params.Tools = openai.String(assistant), []responses.ToolUnionParam{orderTool}
	first, err := c.Responses.New(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	made := first.Output[len(first.Output)-1].AsFunctionCall()
	if made.Name != "lookup_order" || !strings.Contains(made.Arguments, "1042") {
		t.Fatal(first.RawJSON())
	}
	params.PreviousResponseID = openai.String(first.ID)
	found := responses.ResponseInputItemParamOfFunctionCallOutput(`{"order_number": 1042, "status": "shipped", "item": "blue lamp"}`)
	found.OfFunctionCallOutput.CallID = openai.String(made.CallID)
	params.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: responses.ResponseInputParam{found}}
	answer, err := c.Responses.New(ctx, params)
	if err != nil || !strings.Contains(answer.OutputText(), "shipped") || answer.PreviousResponseID != first.ID {
		t.Fatal(err, answer)
	}
	again, err := c.Responses.Get(ctx, answer.ID, responses.ResponseGetParams{})
	if err != nil || again.OutputText() != answer.OutputText() {
		t.Error(err, again)
	}
	items, err := c.Responses.InputItems.List(ctx, answer.ID, responses.InputItemListParams{Order: "asc"})
	if err != nil || len(items.Data) != 3 || items.Data[2].Type != "function_call_output" {
		t.Error(err, items)
	}
	if err := c.Responses.Delete(ctx, answer.ID); err != nil {
		t.Error(err)
	}
	var refused *openai.Error
	if _, err = c.Responses.Get(ctx, answer.ID, responses.ResponseGetParams{}); !errors.As(err, &refused) || refused.StatusCode != 404 {
		t.Error(err)
	}
	params.PreviousResponseID = param.NewOpt(answer.ID)
	if _, err = c.Responses.New(ctx, params); !errors.As(err, &refused) || refused.Code != "previous_response_not_found" {
		t.Error(err)
	}
}
