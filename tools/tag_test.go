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
