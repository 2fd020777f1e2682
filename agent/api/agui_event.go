package api

// aguiEvent is an event of the Agent User Interaction Protocol, 1.0 (docs.ag-ui.com). What
// the protocol has no event for, such as a policy's verdict, is a CUSTOM one.
type aguiEvent struct {
	Type            string       `json:"type"`
	Timestamp       int64        `json:"timestamp,omitempty"` // Unix milliseconds
	ThreadID        string       `json:"threadId,omitempty"`
	RunID           string       `json:"runId,omitempty"`
	ProtocolVersion string       `json:"protocolVersion,omitempty"`
	ParentRunID     string       `json:"parentRunId,omitempty"`
	Outcome         *aguiOutcome `json:"outcome,omitempty"`
	Result          any          `json:"result,omitempty"`
	Usage           []aguiUsage  `json:"usage,omitempty"`
	Message         string       `json:"message,omitempty"`
	Code            string       `json:"code,omitempty"`
	MessageID       string       `json:"messageId,omitempty"`
	Role            string       `json:"role,omitempty"`
	Delta           string       `json:"delta,omitempty"`
	ToolCallID      string       `json:"toolCallId,omitempty"`
	ToolCallName    string       `json:"toolCallName,omitempty"`
	ParentMessageID string       `json:"parentMessageId,omitempty"`
	Content         *string      `json:"content,omitempty"`
	Name            string       `json:"name,omitempty"`
	Value           any          `json:"value,omitempty"`
}

type aguiOutcome struct {
	Type       string          `json:"type"`
	Interrupts []aguiInterrupt `json:"interrupts,omitempty"`
}

type aguiInterrupt struct {
	ID             string            `json:"id"`
	Reason         string            `json:"reason"`
	Message        string            `json:"message,omitempty"`
	ToolCallID     string            `json:"toolCallId,omitempty"`
	ResponseSchema map[string]any    `json:"responseSchema,omitempty"`
	ExpiresAt      string            `json:"expiresAt,omitempty"`
	Metadata       map[string]string `json:"metadata,omitempty"`
}

type aguiUsage struct {
	Model       string `json:"model"`
	Input       int    `json:"inputTokens"`
	Output      int    `json:"outputTokens"`
	Total       int    `json:"totalTokens"`
	CachedInput int    `json:"cachedInputTokens"`
}
