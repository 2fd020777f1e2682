package ground

import "testing"

func TestSaysNoAmount(t *testing.T) {
	for _, c := range []struct {
		question, answer string
		want             bool
	}{
		{"How much is the ladder?", "The top step is not for standing. [ladder.txt, p. 3]", true},
		{"what is the price of the kettle", "The kettle is in the kitchen. [a.md#2]", true},
		{"How much is the ladder?", "It costs 139. [prices.md]", false},
		{"how many days do I have?", "You have thirty days. [returns.md]", false},
		{"How much is delivery?", "Delivery is free. [delivery.md]", false},
		{"How much is delivery?", "The documents do not say.", false},
		{"Who brings it?", "The driver brings it. [delivery.md]", false},
	} {
		if got := SaysNoAmount(c.question, c.answer); got != c.want {
			t.Errorf("%q, %q: %v", c.question, c.answer, got)
		}
	}
}
