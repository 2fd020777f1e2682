package ground

import (
	"strings"
	"testing"
)

// TestStates: what states something that could be true by the documents is told from what
// no document could stand behind.
func TestStates(t *testing.T) {
	e := Evidence{Passages: prices, Said: []string{"Who won the football game yesterday, and may I bring my kettle back?"}, Searched: true}
	for _, answer := range []string{
		"The steel kettle costs 49.90. [kitchen.md]", "The documents do not say.", "They don't say who won.", "Das steht nicht in den Dokumenten.", "Les documents n'en disent rien.",
		"Sorry, that is beyond me.", "Which game do you mean?", "Yes.", "No, thanks.", "Yes, the warranty covers that.", "You may, as the hall is open.", "Real Madrid won it.", "It was 3 to 2.",
		"Yes, you may. [kitchen.md]", "La garantía no lo dice.", "वारंटी तीन साल की है।", "การรับประกันสามปี", "[kitchen.md]", "", "It is paid by the lease.",
		"| no | no | no | no |", "No, no, no!", "It opens at 8, 8, 8 and 8.",
	} {
		if !States(answer, e) {
			t.Errorf("%q states nothing", answer)
		}
	}
	for _, answer := range []string{
		"The documents do for that.", "The documents do for say.", "There are for overdue for overdue for for for for for for for website?",
		"You can do that and it would be what they are for.", "Yes, you can do so anytime.", "The team from the north won the game.", "Zorb flimmer the quaxing noodle.",
		"the kettle the kettle the kettle the kettle", "costs costs costs costs costs 49.90. [kitchen.md]", "It is so and so and so and so and so.", "Ja, das geht auch so mit der und dem.",
		"Si, puede hacerlo cuando quiera.", "Oui, vous pouvez le faire quand vous voulez.", "It would be so. They would do it as well.", "kettle of the price kettle of the price kettle of the price\n\nkettle kettle kettle kettle",
	} {
		if States(answer, e) {
			t.Errorf("%q states something", answer)
		}
	}
}

// TestRepeats: of several sentences the one that repeats itself is marked.
func TestRepeats(t *testing.T) {
	got := Check("It costs 49.90. [kitchen.md]\n\nThe kettle the kettle the kettle the kettle.", Evidence{Passages: prices, Searched: true})
	if len(got) != 1 || !strings.Contains(got[0].Problem, "again and again") {
		t.Errorf("%+v", got)
	}
	for _, text := range []string{"It is very, very, very good.", "Day by day, week by week, year by year it grew.", "Call 4400, 4400 or 4400.", "The kettle, the lid and the cable, the toaster and the heater."} {
		if repeats(text) {
			t.Errorf("%q repeats itself", text)
		}
	}
}

func TestNothing(t *testing.T) {
	for question, want := range map[string]string{
		"Who won the game?": "en", "Wer hat das Spiel gewonnen?": "de", "¿Quién ganó el partido de ayer?": "es", "Qui a gagné le match hier ?": "fr",
		"Chi ha vinto la partita di ieri?": "it", "Quem ganhou o jogo de ontem?": "pt", "कल कौन जीता?": "hi", "เมื่อวานใครชนะ": "th", "4711": "en", "": "en",
	} {
		if got := Nothing(question); got != nothing[want] {
			t.Errorf("%q: %q, want %q", question, got, nothing[want])
		}
		if got := Nothing(question); !States(got, Evidence{Searched: true}) {
			t.Errorf("%q states nothing", got)
		}
	}
}
