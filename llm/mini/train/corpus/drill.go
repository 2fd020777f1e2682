package corpus

import (
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Drill makes a conversation that trains one skill by itself: calls rest on these, they
// appear sooner so, and there are more of them in as many tokens.
func (s *Source) Drill() Conversation {
	st := &story{Source: s}
	st.Brief = s.chance(0.4)
	s.fewWords()
	switch n := s.IntN(20); {
	case n < 2:
		st.copying()
	case n < 7:
		st.choosing()
	case n < 11:
		st.filling()
	default:
		st.calling()
	}
	return st.Conversation
}

// calling has many requests for a few tools and no results.
func (st *story) calling() {
	for range 2 + st.IntN(4) {
		n := pick(st.Source, 1, 1, 2, 3)
		st.addTool(st.tool(n, min(n, pick(st.Source, 1, 1, 2, 3))))
	}
	for range 5 + st.IntN(6) {
		t := pick(st.Source, st.tools...)
		switch n := st.IntN(20); {
		case n < 3:
			st.strange()
			continue
		case n < 6:
			st.asked(t)
			continue
		}
		w, call := st.ask(t, nil)
		st.requestOf(w)
		st.call("call", call)
	}
}

// choosing asks for the right one of several tools that take nothing, or for none.
func (st *story) choosing() {
	for range 2 + st.IntN(6) {
		st.addTool(st.tool(0, 0))
	}
	for range 4 + st.IntN(6) {
		if st.chance(0.15) {
			st.strange()
			continue
		}
		w, call := st.ask(pick(st.Source, st.tools...), nil)
		if st.chance(0.4) { // words that no tool takes
			w.parts += pick(st.Source, " for ", " of ", ", ", " with ") + pick(st.Source, kinds...).value(st.Source)
		}
		st.requestOf(w)
		st.call("call", call)
	}
}

// filling asks for the arguments of one tool, or has the assistant ask for one.
func (st *story) filling() {
	n := 1 + st.IntN(4)
	st.addTool(st.tool(n, 1+st.IntN(n)))
	for range 3 + st.IntN(4) {
		if st.chance(0.25) {
			st.asked(st.tools[0])
			continue
		}
		w, call := st.ask(st.tools[0], nil)
		st.requestOf(w)
		st.call("call", call)
	}
}

// copying has lists to repeat, and names whose values are asked for in another order.
func (st *story) copying() {
	s := st.Source
	for range 1 + s.IntN(3) {
		n := 2 + s.IntN(6)
		names, values := make([]string, n), make([]string, n)
		for i := range n {
			names[i] = pick(s, s.word(1), s.word(2), listed(s, qualifiers), listed(s, qualifiers)+"_"+s.word(1))
			values[i] = pick(s, kinds...).value(s)
		}
		order := s.Perm(n)
		if s.chance(0.4) { // repeat
			text := strings.Join(values, pick(s, ", ", " ", "; "))
			st.user("%s", text)
			st.say("drill", "%s", text)
			continue
		}
		form := pick(s, [3]string{"\"", "\": \"", "\""}, [3]string{"", ": "}, [3]string{"the ", " is "}, [3]string{"", " "})
		var told, asked []string
		for i := range n {
			told = append(told, form[0]+strings.ReplaceAll(names[i], "_", pick(s, "_", " "))+form[1]+values[i]+form[2])
			asked = append(asked, "\""+names[order[i]]+"\": \""+values[order[i]]+"\"")
		}
		st.user("%s", strings.Join(told, ", "))
		st.Turns = append(st.Turns, Turn{len(st.Messages), "drill"})
		st.Messages = append(st.Messages, llm.Message{Role: llm.RoleAssistant, Content: strings.Join(asked, ", ")})
	}
}
