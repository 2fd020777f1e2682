package corpus

import (
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Drill makes a conversation that is nothing but copying: lists to repeat, and names
// whose values are asked for in another order. The skill that calls rest on appears
// sooner when it is trained by itself.
func (s *Source) Drill() Conversation {
	st := &story{Source: s}
	st.Brief = true
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
		form := pick(s, [2]string{"\"", "\": \""}, [2]string{"", ": "}, [2]string{"the ", " is "}, [2]string{"", " "})
		var told, asked []string
		for i := range n {
			told = append(told, form[0]+strings.ReplaceAll(names[i], "_", pick(s, "_", " "))+form[1]+values[i])
			asked = append(asked, "\""+names[order[i]]+"\": \""+values[order[i]]+"\"")
		}
		st.user("%s", strings.Join(told, ", "))
		st.Turns = append(st.Turns, Turn{len(st.Messages), "drill"})
		st.Messages = append(st.Messages, llm.Message{Role: llm.RoleAssistant, Content: strings.Join(asked, ", ")})
	}
	return st.Conversation
}
