package planner

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// changed calls f with a message for each part of m that is another there: each field, in
// whatever depth, so that a field that is added later is compared too.
func changed(m llm.Message, f func(path string, other llm.Message)) {
	var walk func(v reflect.Value, path string, done func())
	walk = func(v reflect.Value, path string, done func()) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		switch v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "x")
			done()
		case reflect.Bool:
			v.SetBool(!v.Bool())
			done()
		case reflect.Float64:
			v.SetFloat(v.Float() + 1)
			done()
		case reflect.Uint8:
			v.SetUint(v.Uint() ^ 1)
			done()
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name, done)
			}
		case reflect.Slice:
			copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(copied, v)
			v.Set(copied)
			for i := range v.Len() {
				if v.Type().Elem().Kind() == reflect.Uint8 && i < v.Len()-2 {
					continue // one byte of a text is enough
				}
				walk(v.Index(i), fmt.Sprint(path, i), done)
			}
		default:
			panic(path + ": a kind that this test does not change")
		}
		v.Set(old)
	}
	v := reflect.ValueOf(&m).Elem()
	walk(v, "", func() {})
	for n := 0; ; n++ { // the nth change of them all
		at, found := 0, false
		other := m
		ov := reflect.ValueOf(&other).Elem()
		walk(ov, "", func() {
			if at == n {
				found = true
				f(fmt.Sprint("change ", n), other)
			}
			at++
		})
		if !found {
			return
		}
	}
}

// TestPromptHashSeesAll: what was remembered never hides a message that is another.
func TestPromptHashSeesAll(t *testing.T) {
	m := llm.Message{Role: llm.RoleAssistant, Content: "c", CallID: "i", Name: "n", Value: json.RawMessage(`[1]`), IsError: true,
		Calls: []llm.ToolCall{{ID: "i", Name: "n", Arguments: json.RawMessage(`{"a":1}`), Confidence: 0.5, Coercions: []llm.Coercion{{Path: "/a", From: json.RawMessage(`"1"`), To: json.RawMessage(`1`)}}}}}
	n := 0
	changed(m, func(path string, other llm.Message) {
		n++
		if sameMessage(&m, &other) {
			t.Errorf("%s is not seen: %+v", path, other)
		}
	})
	if n < 16 || !sameMessage(&m, &m) {
		t.Errorf("%d changes", n)
	}
}

// TestPromptHashRemembers: with and without what is remembered, hashes are the same,
// whatever becomes of the messages from one prompt to the next; and older hashes hold.
func TestPromptHashRemembers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := State{prompts: &prompts{}}
	var messages []llm.Message
	seen := map[string]string{}
	for i := range 2000 {
		switch n := len(messages); r.IntN(5) {
		case 0, 1, 2:
			messages = append(messages[:n:n], llm.Message{Role: llm.RoleUser, Content: fmt.Sprint("m", r.IntN(4))})
		case 3:
			if n > 0 {
				messages = append([]llm.Message{}, messages...)
				messages[r.IntN(n)].Content = fmt.Sprint("c", r.IntN(4))
			}
		case 4:
			if n > 20 {
				messages = messages[r.IntN(3) : n-r.IntN(5)]
			}
		}
		req := &llm.Request{Messages: messages, MaxCalls: r.IntN(2)}
		fresh := State{}
		got := s.PromptHash(req)
		if want := fresh.PromptHash(req); got != want || !s.Answers(got, req) || !s.Answers(HashRequest(req), req) {
			t.Fatalf("prompt %d: %s, want %s", i, got, want)
		}
		whole, _ := json.Marshal(req)
		if other, ok := seen[got]; ok && other != string(whole) {
			t.Fatal("two prompts have one hash")
		}
		seen[got] = string(whole)
		if s.Answers(got, &llm.Request{Messages: messages, MaxCalls: 7}) {
			t.Fatal("another prompt is answered")
		}
	}
}

// TestSayBranches: states that went different ways from one keep their own messages.
func TestSayBranches(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	type branch struct {
		s    State
		want []string
	}
	all := []branch{{s: State{prompts: &prompts{}}}}
	for i := range 3000 {
		from := all[r.IntN(len(all))]
		if r.IntN(3) > 0 {
			from = all[len(all)-1]
		}
		next := branch{from.s, append(from.want[:len(from.want):len(from.want)], fmt.Sprint(i))}
		next.s.say(llm.Message{Content: fmt.Sprint(i)})
		all = append(all, next)
	}
	for i, b := range all {
		if len(b.s.Messages) != len(b.want) {
			t.Fatalf("branch %d: %d messages, want %d", i, len(b.s.Messages), len(b.want))
		}
		for k, m := range b.s.Messages {
			if m.Content != b.want[k] {
				t.Fatalf("branch %d: message %d is %s, want %s", i, k, m.Content, b.want[k])
			}
		}
	}
}

// TestPromptsBranch: prompts share memory and their hashes are remembered, and yet those of
// states that went different ways from one are each its own.
func TestPromptsBranch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	all := []State{{Start: &Started{System: "Be brief."}, prompts: &prompts{}}}
	kept := map[int]*llm.Request{}
	for i := range 2000 {
		next := all[r.IntN(len(all))]
		if r.IntN(3) > 0 {
			next = all[len(all)-1]
		}
		next.say(llm.Message{Content: fmt.Sprint(i), Volatile: r.IntN(20) == 0})
		all = append(all, next)
		for _, at := range []int{len(all) - 1, r.IntN(len(all))} {
			s := all[at]
			req := Request(s)
			alone := s
			alone.prompts = nil
			if want := Request(alone); !reflect.DeepEqual(req, want) || kept[at] != nil && !reflect.DeepEqual(kept[at], want) {
				t.Fatalf("state %d of %d: its prompt is another's", at, i)
			}
			if s.PromptHash(req) != alone.PromptHash(req) {
				t.Fatalf("state %d of %d: its hash is another's", at, i)
			}
			kept[at] = req
		}
	}
}

// BenchmarkPromptHash is the cost of one more step after many: it must not grow with them.
func BenchmarkPromptHash(b *testing.B) {
	for _, steps := range []int{100, 2000} {
		b.Run(fmt.Sprint(steps), func(b *testing.B) {
			s := State{prompts: &prompts{}}
			var messages []llm.Message
			for i := range steps {
				messages = append(messages, llm.Message{Role: llm.RoleTool, Content: fmt.Sprint("result ", i, string(make([]byte, 200)))})
			}
			s.PromptHash(&llm.Request{Messages: messages})
			for b.Loop() {
				next := append(messages[:steps:steps], llm.Message{Role: llm.RoleTool, Content: "one more"})
				s.PromptHash(&llm.Request{Messages: next})
			}
		})
	}
}
