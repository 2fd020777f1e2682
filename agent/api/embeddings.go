package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools/schema"
)

// embeddingsRequest is a request of OpenAI's embeddings.
type embeddingsRequest struct {
	Model          string          `json:"model"`
	Input          json.RawMessage `json:"input"`
	EncodingFormat string          `json:"encoding_format"`
	Dimensions     *int            `json:"dimensions"`
}

// embeddingList is the answer.
type embeddingList struct {
	Object string            `json:"object"`
	Data   []embeddingObject `json:"data"`
	Model  string            `json:"model"`
	Usage  struct {
		PromptTokens int `json:"prompt_tokens"`
		TotalTokens  int `json:"total_tokens"`
	} `json:"usage"`
}

type embeddingObject struct {
	Object    string `json:"object"`
	Index     int    `json:"index"`
	Embedding any    `json:"embedding"` // numbers, or their bytes in base64
}

const (
	maxEmbedded = 2048 // texts of a request
	embedAtOnce = 8    // of them
)

// embeddings answers POST /v1/embeddings.
func (s *Server) embeddings(w http.ResponseWriter, r *http.Request) error {
	var in embeddingsRequest
	release, err := s.read(w, r, &in)
	if err != nil {
		return err
	}
	defer release()
	name, m, err := s.embedder(in.Model)
	if err != nil {
		return err
	}
	requestOf(r).about(name, "")
	asked, err := in.requests(From(r.Context()).Tenant)
	if err != nil {
		return err
	}
	if in.EncodingFormat != "" && in.EncodingFormat != "float" && in.EncodingFormat != "base64" {
		return bad("encoding_format", "encoding_format: %q is none of float, base64", in.EncodingFormat)
	}
	if n := m.Info().Embedding; in.Dimensions != nil && *in.Dimensions != n {
		return unsupported("dimensions", fmt.Sprintf("the vectors of this model have %d numbers and cannot be cut", n))
	}
	select {
	case <-s.draining:
		return errEnding()
	default:
	}
	v, err := s.enter(r, 1)
	if err != nil {
		return err
	}
	defer v.leave()
	atOnce := min(embedAtOnce, len(asked))
	if !s.turns.take(int64(atOnce)) {
		return busy(s.backlog(), "the model has more to do than this server lets wait")
	}
	defer s.turns.give(int64(atOnce))
	vectors, err := embedAll(r.Context(), m, asked, atOnce, func(read int) error {
		s.metrics.spend(name, llm.Usage{PromptTokens: read})
		return v.spend(read)
	})
	if err != nil {
		return err
	}
	out := embeddingList{Object: "list", Model: in.Model}
	for i, v := range vectors {
		o := embeddingObject{Object: "embedding", Index: i, Embedding: v.Vector}
		if in.EncodingFormat == "base64" {
			o.Embedding = encoded(v.Vector)
		}
		out.Data = append(out.Data, o)
		out.Usage.PromptTokens += v.Tokens
	}
	out.Usage.TotalTokens = out.Usage.PromptTokens
	writeJSON(w, http.StatusOK, out)
	return nil
}

// embedder finds a model that gives vectors, and its own name.
func (s *Server) embedder(name string) (string, llm.Embedder, error) {
	m, a, err := s.target(name)
	if err != nil {
		return "", nil, err
	}
	if a == nil {
		if e, ok := m.LLM.(llm.Embedder); ok && m.adapter == "" && m.LLM.Info().Embedding > 0 {
			return m.Name, e, nil
		}
	}
	return "", nil, unsupported("model", quoted(name)+" gives no embeddings")
}

// embedAll embeds texts, some at once; spend is told how many tokens were read. The first
// that fails ends all.
func embedAll(ctx context.Context, m llm.Embedder, asked []*llm.EmbedRequest, atOnce int, spend func(read int) error) ([]llm.Embedding, error) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	out := make([]llm.Embedding, len(asked))
	next := make(chan int)
	var at sync.WaitGroup
	for range atOnce {
		at.Go(func() {
			for i := range next {
				var err error
				if out[i], err = m.Embed(ctx, asked[i]); err != nil {
					f := asFailure(err)
					f.param = inputAt(i)
					leave(f) // only the first is told
				} else if err = spend(out[i].Tokens); err != nil {
					leave(err)
				}
			}
		})
	}
	for i := range asked {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	at.Wait()
	return out, context.Cause(ctx)
}

// inputAt names a text of the input.
func inputAt(i int) string { return at("input", i) }

// requests reads the input: a text, tokens, or a list of either.
func (in *embeddingsRequest) requests(tenant string) ([]*llm.EmbedRequest, error) {
	raw := bytes.TrimSpace(in.Input)
	if !given(raw) {
		return nil, bad("input", "input is missing")
	}
	var list []json.RawMessage
	if raw[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, bad("input", "input: %s", schema.Misread(err))
		}
	}
	if raw[0] != '[' || len(list) > 0 && !bytes.ContainsAny(list[0][:1], `"[`) {
		list = []json.RawMessage{raw} // one text, or the tokens of one
	}
	if len(list) == 0 || len(list) > maxEmbedded {
		return nil, bad("input", "input has %d texts, want 1 to %d", len(list), maxEmbedded)
	}
	var out []*llm.EmbedRequest
	for i, one := range list {
		req, err := embedRequest(one)
		if err != nil {
			return nil, bad(inputAt(i), "%s: %v", inputAt(i), err)
		}
		req.Tenant = tenant
		out = append(out, req)
	}
	return out, nil
}

func embedRequest(raw json.RawMessage) (*llm.EmbedRequest, error) {
	if raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, err
		}
		if text == "" {
			return nil, errors.New("the text is empty")
		}
		return &llm.EmbedRequest{Text: text}, nil
	}
	var tokens []int32
	if err := json.Unmarshal(raw, &tokens); err != nil {
		return nil, errors.New("want a text, or a list of tokens")
	}
	if len(tokens) == 0 {
		return nil, errors.New("there are no tokens")
	}
	return &llm.EmbedRequest{Tokens: tokens}, nil
}

// encoded is a vector in little-endian bytes, in base64.
func encoded(v []float32) string {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(b)
}
