package corpus

import (
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Drill makes a conversation that trains one skill by itself: calls rest on these, and
// they appear sooner so.
func (s *Source) Drill() Conversation {
	st := &story{Source: s}
	st.Brief = true
	s.fewVerbs()
	switch n := s.IntN(10); {
	case n < 2:
		st.copying()
	case n < 7:
		st.choosing()
	default:
		st.filling()
	}
	return st.Conversation
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
		text, call := st.ask(pick(st.Source, st.tools...), nil)
		if st.chance(0.4) { // words that no tool takes
			text += pick(st.Source, " for ", " of ", ", ", " with ") + pick(st.Source, kinds...).value(st.Source)
		}
		st.request(text)
		st.call("call", call)
	}
}

// filling asks for the arguments of one tool.
func (st *story) filling() {
	n := 1 + st.IntN(4)
	st.addTool(st.tool(n, 1+st.IntN(n)))
	for range 3 + st.IntN(4) {
		text, call := st.ask(st.tools[0], nil)
		st.request(text)
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
			names[i] = pick(s, s.word(1), s.word(2), draw(s, qualifiers), draw(s, qualifiers)+"_"+s.word(1))
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
