//lint:file-ignore SA1019 the scenarios ask for what is deprecated

package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

// TestConformance plays the server scenarios that two revisions of the protocol require, of
// npm's @modelcontextprotocol/conformance, against the HTTP door of this package. The
// scenarios want tools, prompts and resources of certain names, which no agent has: those
// stand behind the door in place of an agent's. CHASKI_MCP_CONFORMANCE names the folder in
// which npm installed it; node, of version 22 or later, is the one there or that of PATH.
func TestConformance(t *testing.T) {
	dir := os.Getenv("CHASKI_MCP_CONFORMANCE")
	if dir == "" {
		t.Skip("CHASKI_MCP_CONFORMANCE does not name the folder where @modelcontextprotocol/conformance is installed")
	}
	node := filepath.Join(dir, "node_modules", "node", "bin", "node")
	if _, err := os.Stat(node); err != nil {
		if node, err = exec.LookPath("node"); err != nil {
			t.Skip("there is no node")
		}
	}
	h := newHouse(t, Options{Who: api.From})
	stage := staged(t, func() string {
		return h.server.session(api.Principal{Name: "local", Approve: true, Operate: true, All: true})
	})
	h.server.web.newest, h.server.web.sessions = handlers(func(*http.Request) *sdk.Server { return stage })
	s, err := api.New(api.Options{Models: []api.Model{{Name: "m", LLM: llm.Script()}}})
	if err != nil {
		t.Fatal(err)
	}
	s.Handle("/mcp", api.Use, h.server.Handler())
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	address := strings.Replace(web.URL, "127.0.0.1", "localhost", 1) + "/mcp"
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		cmd := exec.CommandContext(t.Context(), node, filepath.Join(dir, "node_modules", "@modelcontextprotocol", "conformance", "dist", "index.js"),
			"server", "--url", address, "--requirements", revision, "--output-dir", t.TempDir())
		out, err := cmd.CombinedOutput()
		text := string(out)
		if at := strings.LastIndex(text, "=== SUMMARY"); at >= 0 && err == nil {
			text = text[at:]
		}
		if err != nil || !strings.Contains(text, "assed") {
			t.Errorf("%s: %v\n%s", revision, err, text)
			continue
		}
		t.Logf("%s:\n%s", revision, text)
	}
}

// pixel is a picture of one point, and click a sound of no length.
var (
	pixel = []byte("\x89PNG\r\n\x1a\n")
	click = []byte("RIFF\x24\x00\x00\x00WAVEfmt ")
)

func says(text string) *sdk.CallToolResult {
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: text}}}
}

func form(message, schema string) *sdk.ElicitParams {
	return &sdk.ElicitParams{Message: message, RequestedSchema: json.RawMessage(schema)}
}

const nameForm = `{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}`

// given is a value of a form that the client's user filled in.
func given(r *sdk.CallToolRequest, key, field string) any {
	if a, ok := r.Params.InputResponses[key].(*sdk.ElicitResult); ok && a.Action == "accept" {
		return a.Content[field]
	}
	return nil
}

// staged is a server with what the scenarios want, which is named in their texts.
func staged(t *testing.T, session func() string) *sdk.Server {
	s := sdk.NewServer(&sdk.Implementation{Name: "stage", Version: "1"}, &sdk.ServerOptions{GetSessionID: session,
		CompletionHandler: func(context.Context, *sdk.CompleteRequest) (*sdk.CompleteResult, error) {
			return &sdk.CompleteResult{Completion: sdk.CompletionResultDetails{Values: []string{}}}, nil
		},
		SubscribeHandler:   func(context.Context, *sdk.SubscribeRequest) error { return nil },
		UnsubscribeHandler: func(context.Context, *sdk.UnsubscribeRequest) error { return nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() {
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
				_ = s.ResourceUpdated(ctx, &sdk.ResourceUpdatedNotificationParams{URI: "test://watched-resource"})
			}
		}
	}()
	stageTools(s)
	stageQuestions(s)
	stagePrompts(s)
	stageResources(s)
	return s
}

func stageTool(s *sdk.Server, name, schema string, h func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error)) {
	if schema == "" {
		schema = `{"type":"object"}`
	}
	s.AddTool(&sdk.Tool{Name: name, Description: "For the scenario " + name, InputSchema: json.RawMessage(schema)}, h)
}

func stageTools(s *sdk.Server) {
	fixed := func(name string, r *sdk.CallToolResult) {
		stageTool(s, name, "", func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) { return r, nil })
	}
	inside := &sdk.EmbeddedResource{Resource: &sdk.ResourceContents{URI: "test://embedded-resource", MIMEType: "text/plain", Text: "within"}}
	fixed("test_simple_text", says("This is a simple text response for testing."))
	fixed("test_image_content", &sdk.CallToolResult{Content: []sdk.Content{&sdk.ImageContent{Data: pixel, MIMEType: "image/png"}}})
	fixed("test_audio_content", &sdk.CallToolResult{Content: []sdk.Content{&sdk.AudioContent{Data: click, MIMEType: "audio/wav"}}})
	fixed("test_embedded_resource", &sdk.CallToolResult{Content: []sdk.Content{inside}})
	fixed("test_multiple_content_types", &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: "three"}, &sdk.ImageContent{Data: pixel, MIMEType: "image/png"}, inside}})
	fixed("test_error_handling", &sdk.CallToolResult{IsError: true, Content: []sdk.Content{&sdk.TextContent{Text: "This tool intentionally returns an error for testing"}}})
	fixed("test_streaming_elicitation", says("no question"))
	logs := func(n int) func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		return func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			for i := range n {
				if err := r.Session.Log(ctx, &sdk.LoggingMessageParams{Level: "info", Data: fmt.Sprint("step ", i)}); err != nil {
					return nil, err
				}
			}
			return says("logged"), nil
		}
	}
	stageTool(s, "test_tool_with_logging", "", logs(3))
	stageTool(s, "test_logging_tool", "", logs(1))
	stageTool(s, "test_tool_with_progress", "", func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		token := r.Params.GetProgressToken()
		for _, done := range []float64{0, 50, 100} {
			if err := r.Session.NotifyProgress(ctx, &sdk.ProgressNotificationParams{ProgressToken: token, Progress: done, Total: 100}); err != nil {
				return nil, err
			}
			time.Sleep(20 * time.Millisecond) // so that they go out one by one
		}
		return says(fmt.Sprint(token)), nil
	})
	stageTool(s, "test_reconnection", "", func(_ context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		if r.Extra != nil && r.Extra.CloseSSEStream != nil {
			r.Extra.CloseSSEStream(sdk.CloseSSEStreamArgs{RetryAfter: 10 * time.Millisecond})
		}
		time.Sleep(100 * time.Millisecond) // the client comes back meanwhile
		return says("reconnected"), nil
	})
	stageTool(s, "json_schema_2020_12_tool", `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",`+
		`"$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},`+
		`"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},`+
		`"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},`+
		`"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}`,
		func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) { return says("called"), nil })
	stageTool(s, "test_x_mcp_header", `{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"level":{"type":"integer"}}}`,
		func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) { return says("called"), nil })
	stageTool(s, "test_missing_capability", "", func(_ context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		if c := r.ClientCapabilities(); c != nil && c.Sampling != nil {
			return says("it has it"), nil
		}
		data, err := json.Marshal(sdk.MissingRequiredClientCapabilityData{RequiredCapabilities: &sdk.ClientCapabilities{Sampling: &sdk.SamplingCapabilities{}}})
		if err != nil {
			return nil, err
		}
		return nil, &jsonrpc.Error{Code: sdk.CodeMissingRequiredClientCapabilities, Message: "sampling is needed", Data: data}
	})
	stageTool(s, "test_trigger_tool_change", "", func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		fixed("another_tool", says("new"))
		return says("changed"), nil
	})
	stageTool(s, "test_trigger_prompt_change", "", func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		s.AddPrompt(&sdk.Prompt{Name: "another_prompt", Description: "New"}, func(context.Context, *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
			return &sdk.GetPromptResult{}, nil
		})
		return says("changed"), nil
	})
}

// stageQuestions are tools that ask: in older versions by requests, in the newest by results.
func stageQuestions(s *sdk.Server) {
	elicits := func(name, input, schema string) {
		stageTool(s, name, input, func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			var in struct{ Message string }
			if err := json.Unmarshal(r.Params.Arguments, &in); err != nil {
				return nil, err
			}
			a, err := r.Session.Elicit(ctx, form("Please answer. "+in.Message, schema))
			if err != nil {
				return nil, err
			}
			return says(fmt.Sprintf("Elicitation completed: action=%s, content=%v", a.Action, a.Content)), nil
		})
	}
	elicits("test_elicitation", `{"type":"object","properties":{"message":{"type":"string"}},"required":["message"]}`,
		`{"type":"object","properties":{"username":{"type":"string"},"email":{"type":"string"}},"required":["username","email"]}`)
	elicits("test_elicitation_sep1034_defaults", "", `{"type":"object","properties":{"name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},`+
		`"score":{"type":"number","default":95.5},"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},"verified":{"type":"boolean","default":true}}}`)
	elicits("test_elicitation_sep1330_enums", "", `{"type":"object","properties":{"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},`+
		`"titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First"},{"const":"value2","title":"Second"},{"const":"value3","title":"Third"}]},`+
		`"legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},`+
		`"untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},`+
		`"titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First"},{"const":"value2","title":"Second"},{"const":"value3","title":"Third"}]}}}}`)
	thought := func(prompt string) *sdk.CreateMessageParams {
		return &sdk.CreateMessageParams{MaxTokens: 100, Messages: []*sdk.SamplingMessage{{Role: "user", Content: &sdk.TextContent{Text: prompt}}}}
	}
	stageTool(s, "test_sampling", `{"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]}`, func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		var in struct{ Prompt string }
		if err := json.Unmarshal(r.Params.Arguments, &in); err != nil {
			return nil, err
		}
		a, err := r.Session.CreateMessage(ctx, thought(in.Prompt))
		if err != nil {
			return nil, err
		}
		text, _ := a.Content.(*sdk.TextContent)
		return says("LLM response: " + text.Text), nil
	})
	asks := func(name, state string, requests sdk.InputRequestMap, done func(*sdk.CallToolRequest) string) {
		stageTool(s, name, "", func(_ context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			if r.Params.RequestState != "" && r.Params.RequestState != state {
				return nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "the state was altered"}
			}
			if text := done(r); text != "" && (state == "" || r.Params.RequestState == state) {
				return says(text), nil
			}
			return &sdk.CallToolResult{InputRequests: requests, RequestState: state}, nil
		})
	}
	confirm := sdk.InputRequestMap{"confirm": form("Sure?", `{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}`)}
	named := func(r *sdk.CallToolRequest) string {
		if name, _ := given(r, "user_name", "name").(string); name != "" {
			return "Hello, " + name + "!"
		}
		return ""
	}
	has := func(key string) func(*sdk.CallToolRequest) string {
		return func(r *sdk.CallToolRequest) string {
			if r.Params.InputResponses[key] == nil {
				return ""
			}
			return "state-ok: " + key
		}
	}
	asks("test_input_required_result_elicitation", "", sdk.InputRequestMap{"user_name": form("Who are you?", nameForm)}, named)
	asks("test_input_required_result_sampling", "", sdk.InputRequestMap{"capital_question": thought("What is the capital of France?")}, has("capital_question"))
	asks("test_input_required_result_list_roots", "", sdk.InputRequestMap{"client_roots": &sdk.ListRootsParams{}}, has("client_roots"))
	asks("test_input_required_result_request_state", "request_state", confirm, has("confirm"))
	asks("test_input_required_result_tampered_state", "tampered_state", confirm, has("confirm"))
	asks("test_input_required_result_multiple_inputs", "multiple_inputs", sdk.InputRequestMap{"user_name": form("Who are you?", nameForm), "greeting": thought("Greet"), "client_roots": &sdk.ListRootsParams{}},
		func(r *sdk.CallToolRequest) string {
			if len(r.Params.InputResponses) < 3 {
				return ""
			}
			return named(r)
		})
	stageTool(s, "test_input_required_result_multi_round", "", func(_ context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		switch r.Params.RequestState {
		case "":
			return &sdk.CallToolResult{InputRequests: sdk.InputRequestMap{"step1": form("Who are you?", nameForm)}, RequestState: "one"}, nil
		case "one":
			return &sdk.CallToolResult{InputRequests: sdk.InputRequestMap{"step2": form("Which colour?", `{"type":"object","properties":{"color":{"type":"string"}},"required":["color"]}`)}, RequestState: "two"}, nil
		}
		return says("both are known"), nil
	})
	stageTool(s, "test_input_required_result_capabilities", "", func(_ context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		requests := sdk.InputRequestMap{}
		if c := r.ClientCapabilities(); c != nil && len(r.Params.InputResponses) == 0 {
			if c.Elicitation != nil {
				requests["user_name"] = form("Who are you?", nameForm)
			}
			if c.Sampling != nil {
				requests["greeting"] = thought("Greet")
			}
		}
		if len(requests) == 0 {
			return says("nothing to ask"), nil
		}
		return &sdk.CallToolResult{InputRequests: requests}, nil
	})
}

func stagePrompts(s *sdk.Server) {
	prompt := func(name string, arguments []string, h func(map[string]string) []*sdk.PromptMessage) {
		p := &sdk.Prompt{Name: name, Description: "For the scenario " + name}
		for _, a := range arguments {
			p.Arguments = append(p.Arguments, &sdk.PromptArgument{Name: a, Description: a, Required: true})
		}
		s.AddPrompt(p, func(_ context.Context, r *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
			return &sdk.GetPromptResult{Messages: h(r.Params.Arguments)}, nil
		})
	}
	user := func(c sdk.Content) *sdk.PromptMessage { return &sdk.PromptMessage{Role: "user", Content: c} }
	prompt("test_simple_prompt", nil, func(map[string]string) []*sdk.PromptMessage {
		return []*sdk.PromptMessage{user(&sdk.TextContent{Text: "This is a simple prompt for testing."})}
	})
	prompt("test_prompt_with_arguments", []string{"arg1", "arg2"}, func(a map[string]string) []*sdk.PromptMessage {
		return []*sdk.PromptMessage{user(&sdk.TextContent{Text: fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", a["arg1"], a["arg2"])})}
	})
	prompt("test_prompt_with_embedded_resource", []string{"resourceUri"}, func(a map[string]string) []*sdk.PromptMessage {
		return []*sdk.PromptMessage{user(&sdk.EmbeddedResource{Resource: &sdk.ResourceContents{URI: a["resourceUri"], MIMEType: "text/plain", Text: "within"}}), user(&sdk.TextContent{Text: "Read it."})}
	})
	prompt("test_prompt_with_image", nil, func(map[string]string) []*sdk.PromptMessage {
		return []*sdk.PromptMessage{user(&sdk.ImageContent{Data: pixel, MIMEType: "image/png"}), user(&sdk.TextContent{Text: "Look at it."})}
	})
	s.AddPrompt(&sdk.Prompt{Name: "test_input_required_result_prompt", Description: "Asks first"}, func(_ context.Context, r *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
		if a, ok := r.Params.InputResponses["user_context"].(*sdk.ElicitResult); ok && a.Action == "accept" {
			return &sdk.GetPromptResult{Messages: []*sdk.PromptMessage{user(&sdk.TextContent{Text: fmt.Sprint(a.Content["context"])})}}, nil
		}
		return &sdk.GetPromptResult{InputRequests: sdk.InputRequestMap{"user_context": form("About what?", `{"type":"object","properties":{"context":{"type":"string"}},"required":["context"]}`)}}, nil
	})
}

func stageResources(s *sdk.Server) {
	add := func(name, kind string, c sdk.ResourceContents) {
		uri := "test://" + name
		s.AddResource(&sdk.Resource{Name: name, URI: uri, MIMEType: kind, Description: "For the scenario " + name}, func(context.Context, *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			c := c
			c.URI, c.MIMEType = uri, kind
			return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{&c}}, nil
		})
	}
	add("static-text", "text/plain", sdk.ResourceContents{Text: "This is the content of the static text resource."})
	add("static-binary", "image/png", sdk.ResourceContents{Blob: pixel})
	add("watched-resource", "text/plain", sdk.ResourceContents{Text: "watched"})
	s.AddResourceTemplate(&sdk.ResourceTemplate{Name: "template", URITemplate: "test://template/{id}/data", MIMEType: "application/json"}, func(_ context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
		id := strings.TrimSuffix(strings.TrimPrefix(r.Params.URI, "test://template/"), "/data")
		text, err := json.Marshal(map[string]any{"id": id, "templateTest": true, "data": "Data for ID: " + id})
		if err != nil {
			return nil, err
		}
		return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: r.Params.URI, MIMEType: "application/json", Text: string(text)}}}, nil
	})
}
