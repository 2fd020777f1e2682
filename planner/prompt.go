package planner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/chaski-dev/chaski/llm"
)

// chained begins the hash of a prompt whose messages are hashed as a chain. Older journals
// hold hashes of the whole request, without it.
const chained = "2:"

// prompts remembers the chain of the last prompt that a run hashed. The next one mostly
// begins with the same messages, and a run of many steps must not hash or copy each of them
// again at each step. It is shared by the states of a run: what it remembers is compared
// with the messages, so it changes no result.
type prompts struct {
	mu       sync.Mutex
	messages []llm.Message
	sums     [][sha256.Size]byte
	shares   bool          // messages lies in the memory of built, where nobody writes
	said     []llm.Message // the longest conversation, with room behind it

	from            []llm.Message // the conversation of which built and volatile were made
	built, volatile []llm.Message
}

// say adds messages to the conversation. The state that said last has the room behind it
// and writes there; another one, which may have gone another way, copies.
func (s *State) say(more ...llm.Message) {
	p := s.prompts
	if p == nil {
		p = &prompts{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(s.Messages)
	if n == 0 || n != len(p.said) || &s.Messages[0] != &p.said[0] {
		p.said = s.Messages[:n:n]
	}
	p.said = append(p.said, more...)
	n = len(p.said)
	s.Messages = p.said[:n:n]
}

// PromptHash identifies everything that a model is shown and asked.
func (s *State) PromptHash(req *llm.Request) string {
	rest := *req
	rest.Messages = nil
	b, err := json.Marshal(&rest)
	if err != nil {
		return "unhashable: " + err.Error()
	}
	p := s.prompts
	if p == nil {
		p = &prompts{}
	}
	sum, err := p.chain(req.Messages)
	if err != nil {
		return "unhashable: " + err.Error()
	}
	return chained + hash("prompt", string(b), hex.EncodeToString(sum[:]))
}

// Answers reports whether a hash is that of a prompt, in the form of this version or of
// older ones.
func (s *State) Answers(prompt string, req *llm.Request) bool {
	if strings.HasPrefix(prompt, chained) {
		return prompt == s.PromptHash(req)
	}
	return prompt == HashRequest(req)
}

// chain hashes each message together with the hash of those before it.
func (p *prompts) chain(messages []llm.Message) (sum [sha256.Size]byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	shares := len(messages) > 0 && len(p.built) > 0 && &messages[0] == &p.built[0]
	same := 0
	if shares && p.shares && len(p.messages) > 0 && &p.messages[0] == &messages[0] {
		same = min(len(p.messages), len(messages))
	}
	for same < min(len(p.messages), len(messages)) && sameMessage(&p.messages[same], &messages[same]) {
		same++
	}
	p.sums = p.sums[:same]
	if same > 0 {
		sum = p.sums[same-1]
	}
	for i := same; i < len(messages); i++ {
		b, err := json.Marshal(&messages[i])
		if err != nil {
			p.messages, p.shares = nil, false
			return sum, err
		}
		h := sha256.New()
		h.Write(sum[:])
		h.Write(b)
		h.Sum(sum[:0])
		p.sums = append(p.sums, sum)
	}
	switch {
	case shares:
		p.messages = messages
	case p.shares:
		p.messages = slices.Clone(messages)
	default:
		p.messages = append(p.messages[:same], messages[same:]...)
	}
	p.shares = shares
	return sum, nil
}

// sameMessage compares all of two messages. What shares its memory costs little.
func sameMessage(a, b *llm.Message) bool {
	return a.Role == b.Role && a.Content == b.Content && a.CallID == b.CallID && a.Name == b.Name && bytes.Equal(a.Value, b.Value) && (a.Value == nil) == (b.Value == nil) &&
		a.IsError == b.IsError && a.Volatile == b.Volatile && slices.EqualFunc(a.Calls, b.Calls, func(a, b llm.ToolCall) bool {
		return a.ID == b.ID && a.Name == b.Name && bytes.Equal(a.Arguments, b.Arguments) && a.Confidence == b.Confidence && slices.EqualFunc(a.Coercions, b.Coercions, func(a, b llm.Coercion) bool {
			return a.Path == b.Path && bytes.Equal(a.From, b.From) && bytes.Equal(a.To, b.To)
		})
	})
}
