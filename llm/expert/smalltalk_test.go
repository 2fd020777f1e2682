package expert

import (
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

var talkTools = []llm.ToolSpec{{Name: "look_up_order", Description: "Look up an order. Needs its number."}, {Name: "VAT", Description: "VAT of an amount"}, {Name: "no_words"}}

// TestSmallTalk holds what is small talk, of which kind and language, with typos, capitals
// and several in a message, and what is not: whatever asks for something, and answers to
// questions.
func TestSmallTalk(t *testing.T) {
	for message, want := range map[string]SmallTalk{
		"hello": {"hello", "en"}, "Hello!": {"hello", "en"}, "HELLOOO": {"hello", "en"}, "heyyy there 👋": {"hello", "en"}, "Good morning, everyone": {"hello", "en"},
		"hi, how are you today?": {"how", "en"}, "thanks!!": {"thanks", "en"}, "thank you so much for your help": {"thanks", "en"}, "ok thanks, bye": {"thanks", "en"}, "great, that's all for now": {"bye", "en"},
		"what can you do?": {"able", "en"}, "hi! what can you do for me?": {"able", "en"}, "help": {"able", "en"}, "Are you a robot?": {"who", "en"}, "who are you": {"who", "en"}, "what’s your name?": {"who", "en"}, "you are stupid": {"abuse", "en"}, "ok": {"fine", "en"}, "nice, thanks": {"thanks", "en"},
		"Guten Tag": {"hello", "de"}, "vielen dank, tschüss": {"thanks", "de"}, "Was kannst du?": {"able", "de"}, "Bonjour, ça va ?": {"how", "fr"}, "merci beaucoup": {"thanks", "fr"}, "Que peux-tu faire ?": {"able", "fr"},
		"grazie mille": {"thanks", "it"}, "cosa sai fare": {"able", "it"}, "gracias": {"thanks", "es"}, "hola, que puedes hacer?": {"able", "es"}, "¿Quién eres?": {"who", "es"}, "Olá, tudo bem?": {"how", "pt"}, "muito obrigada": {"thanks", "pt"}, "o que você pode fazer?": {"able", "pt"},
		"नमस्ते": {"hello", "hi"}, "बहुत धन्यवाद": {"thanks", "hi"}, "आप क्या कर सकते हैं?": {"able", "hi"}, "สวัสดีครับ": {"hello", "th"}, "ขอบคุณมากค่ะ": {"thanks", "th"}, "คุณทำอะไรได้บ้างคะ": {"able", "th"},
	} {
		if got, ok := SmallTalkOf(message, ""); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", message, got, ok, want)
		}
	}
	for _, message := range []string{"", "?", "👋", "hello 1042", "thanks, now refund 1042", "hi where is my order", "no", "yes", "cancel it", "help me find a hotel", "what can you do about my order?", "who are you going to call", "thanks for nothing", "how are you going to pay", "bye bye birdie", "the", "please",
		"morgen", "ok, tu es", "Danke, und wo ist 1042?", "gracias pero no", "สวัสดี ขอยกเลิก 12", strings.Repeat("hello ", 100)} {
		if got, ok := SmallTalkOf(message, ""); ok {
			t.Errorf("%q: %v", message, got)
		}
	}
	for before, want := range map[string]bool{"Shall I refund it?": false, "Your order is on its way.": true, "": true, "Hello! What can I do for you?": true, "What I can do: look up an order; a question?": true} {
		if _, ok := SmallTalkOf("ok", before); ok != want {
			t.Errorf("ok after %q: %v", before, ok)
		}
	}
	if _, ok := SmallTalkOf("thanks", "Shall I refund it?"); !ok {
		t.Error("thanks answer no question")
	}
}

// TestReplies: there is one for each kind and language, and what the tools do is theirs.
func TestReplies(t *testing.T) {
	for _, kind := range talkKinds {
		for _, language := range talkLanguages {
			x := SmallTalk{kind, language}
			if got := x.Reply(talkTools); got == "" || strings.Contains(got, "%") || (kind == "able" || kind == "who") != strings.Contains(got, "look up an order; VAT of an amount; no words") {
				t.Errorf("%v: %q", x, got)
			}
			phrases := 0
			for _, of := range talk().of {
				for _, y := range of {
					if y == x {
						phrases++
					}
				}
			}
			if phrases < 4 {
				t.Errorf("%v has %d phrases", x, phrases)
			}
		}
	}
	if got := CanDo(nil); got != "" {
		t.Errorf("%q of nothing", got)
	}
	many := make([]llm.ToolSpec, 9)
	for i := range many {
		many[i].Name = strings.Repeat("x", i+1)
	}
	if got := CanDo(many); !strings.HasSuffix(got, "xxxxx; …") {
		t.Errorf("%q", got)
	}
}

func FuzzSmallTalk(f *testing.F) {
	f.Add("hello there", "What?")
	f.Add("ขอบคุณ", "")
	f.Fuzz(func(t *testing.T, message, before string) {
		if x, ok := SmallTalkOf(message, before); ok && x.Reply(talkTools) == "" {
			t.Errorf("%q: nothing is answered to %v", message, x)
		}
	})
}
