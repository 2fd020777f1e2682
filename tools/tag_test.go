package tools

import (
	"context"
	"strings"
	"testing"
)

type where struct {
	Place string `json:"place" policy:"data"`
}

type event struct {
	where
	Title  string   `json:"title" policy:"data"`
	Guests []string `json:"guests,omitempty" policy:"recipients"`
	Note   string   `policy:"content"`
	Days   int      `json:"days"`
}

// TestTags: a field's tag declares what its argument is, beside what Options say.
func TestTags(t *testing.T) {
	f := func(context.Context, event) (string, error) { return "", nil }
	labels := New("create_event", "", f, Options{Labels: map[string]string{"data": "days", "egress": "false"}}).Spec().Labels
	for key, want := range map[string]string{"data": "days,place,title", "recipients": "guests", "content": "Note", "egress": "false"} {
		if labels[key] != want {
			t.Errorf("%s is %q, want %q", key, labels[key], want)
		}
	}
	type wrong struct {
		Title string `json:"title" policy:"datum"`
	}
	bad := New("wrong", "", func(context.Context, wrong) (string, error) { return "", nil })
	if _, err := NewRegistry(bad); err == nil || !strings.Contains(err.Error(), `"datum"`) {
		t.Error(err)
	}
}

type crossing struct {
	Vehicle string `json:"vehicle" policy:"data" words:"car=Auto, voiture; bicycle=vélo"`
	Meal    bool   `words:"true=Abendessen"`
	Cabin   string `json:"-" words:"outside=exterior"`
}

// TestWordsTag: the tag words becomes a label for its argument, and stands in one place only.
func TestWordsTag(t *testing.T) {
	f := func(context.Context, crossing) (string, error) { return "", nil }
	labels := New("book", "", f, Options{Labels: map[string]string{"egress": "false"}}).Spec().Labels
	for key, want := range map[string]string{"words.vehicle": "car=Auto, voiture; bicycle=vélo", "words.Meal": "true=Abendessen", "data": "vehicle", "words.-": "", "words.Cabin": ""} {
		if labels[key] != want {
			t.Errorf("%s is %q, want %q", key, labels[key], want)
		}
	}
	twice := New("book", "", f, Options{Labels: map[string]string{"words.vehicle": "car=coche"}})
	if _, err := NewRegistry(twice); err == nil || !strings.Contains(err.Error(), "words.vehicle") {
		t.Error(err)
	}
}
