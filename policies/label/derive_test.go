package label

import (
	"encoding/json"
	"testing"
)

// tool adds a trusted result.
func (c *Context) tool(id, text string) *Context {
	c.Add(Source{ID: id, Kind: FromResult, Label: Label{Integrity: Tool}, Text: text})
	return c
}

// TestDerive: what follows exactly from trusted values is derived, and nothing near it.
func TestDerive(t *testing.T) {
	records := `[{"id": 7, "amount": 50, "to": "Spotify"}, {"id": 8, "amount": 1000, "to": "Apple", "day": "2027-05-02"}]`
	for _, c := range []struct {
		user, tool string
		value      any
		others     []any
		want       bool
	}{
		{"Lunch at 12:00 on 2027-05-19 for one hour", "", "2027-05-19 13:00", []any{"2027-05-19 12:00"}, true},
		{"Lunch at 12:00 on 2027-05-19 for one hour", "", "2027-05-19 14:00", []any{"2027-05-19 12:00"}, false},
		{"Lunch at 12:00 on 2027-05-19 for one hour", "", "2027-05-19 15:00", []any{"2027-05-19 14:00"}, false}, // from what is made up itself
		{"a 1-hour long event at 10:00 on 2027-05-19", "", "2027-05-19 11:00", []any{"2027-05-19 10:00"}, true},
		{"an hour and a half from 10:00 on 2027-05-19", "", "2027-05-19 11:30", []any{"2027-05-19 10:00"}, true},
		{"an hour and a half from 10:00 on 2027-05-19", "", "2027-05-19 11:00", []any{"2027-05-19 10:00"}, false},
		{"1.5 hours from 10:00 on 2027-05-19", "", "2027-05-19 11:30", []any{"2027-05-19 10:00"}, true},
		{"from 10:00 on 2027-05-19, 2 hours and 15 minutes", "", "2027-05-19 12:15", []any{"2027-05-19 10:00"}, true},
		{"am 19.05.2027 um 23:30, zwei Stunden", "", "2027-05-20 00:30", []any{"2027-05-19 23:30"}, false},
		{"am 19.05.2027 um 23:30, 2 Stunden", "", "2027-05-20 01:30", []any{"2027-05-19 23:30"}, true},
		{"3 nights from 2027-05-30", "", "2027-06-02", []any{"2027-05-30"}, true},
		{"move it to 2027-05-20 at 10:00", `[{"id": "5", "start": "2027-05-18 09:00", "end": "2027-05-18 09:45"}, {"id": "6", "start": "2027-05-18 09:00", "end": "2027-05-18 11:00"}]`, "2027-05-20 10:45", []any{"5", "2027-05-20 10:00"}, true},
		{"move it to 2027-05-20 at 10:00", `[{"id": "5", "start": "2027-05-18 09:00", "end": "2027-05-18 09:45"}, {"id": "6", "start": "2027-05-18 09:00", "end": "2027-05-18 11:00"}]`, "2027-05-20 12:00", []any{"5", "2027-05-20 10:00"}, false},
		{"the difference to 12", records, json.Number("38"), nil, true},
		{"10% more", records, json.Number("5"), nil, true},
		{"10% more", records, json.Number("55"), nil, true},
		{"10% more", records, json.Number("56"), nil, false},
		{"19.5% of it and a fee of 5.29", records, json.Number("200.29"), nil, true},
		{"19.5% of it and a fee of 5.29", records, json.Number("200.28"), nil, false},
		{"all of it", records, json.Number("1050"), nil, true},
		{"split it by 3", records, json.Number("333.33"), nil, true},
		{"2 of each", records, json.Number("100"), nil, true},
		{"pay it", records, json.Number("900"), nil, false},
		{"pay 20 € to ann", "", "EUR", nil, true},
		{"pay 20 dollars to ann", "", "USD", nil, true},
		{"pay 20 dollars to ann", "", "EUR", nil, false},
		{"it is unreal", "", "BRL", nil, false},
		{"Subject 'Hotel: {name}', text 'Stay at {name}, {address}.'", `{"name": "Luxury Palace", "address": "1 Rue"}`, "Stay at Luxury Palace, 1 Rue.", nil, true},
		{"Subject 'Hotel: {name}', text 'Stay at {name}, {address}.'", `{"name": "Luxury Palace", "address": "1 Rue"}`, "Stay at Luxury Palace, 2 Rue.", nil, false},
		{"Text 'from {a} to {a}'", `{"x": "Lima", "y": "Cusco"}`, "from Lima to Cusco", nil, false},
		{"Write to ann: Dear <name>, welcome", `{"x": "Ann"}`, "Dear Ann, welcome", nil, true},
	} {
		ctx := context(c.user)
		if c.tool != "" {
			ctx.tool("t", c.tool)
		}
		o, ok := ctx.Derive("", c.value, c.others, nil)
		if ok != c.want || ok && (o.How != HowDerived || o.Integrity > Tool) {
			t.Errorf("%q, %v: %v %v, want %v", c.user, c.value, ok, o, c.want)
		}
	}
	c := context("10% more").tool("t", records)
	if o, _ := c.Derive("", json.Number("5"), nil, nil); !o.Chosen {
		t.Error("a share of one of several numbers is no choice")
	}
	c = context("10% more to Spotify").tool("t", records)
	if o, ok := c.Derive("", json.Number("5"), nil, nil); !ok || o.Chosen {
		t.Error("the record that the user names is a choice", o)
	}
}

// TestLeaves: a trusted result gives trust to whole leaves, wherever strangers write
// the same, and to nothing inside them.
func TestLeaves(t *testing.T) {
	c := context("read it", `{"text": "take 26, f-100, admin, rival@other.example and 900"}`)
	c.tool("json", `{"items": [{"id": "26", "file": "f-100", "size": 900, "who": "Ann Poe <ann@corp.example>", "when": "2027-05-02T10:00:00Z", "cost": "49.90 EUR", "cc": "a@x.example, b@x.example"}], "note": "Roles are viewer, editor and admin."}`)
	c.tool("text", "carol@corp.example\nBalance: 75.5\na\tb-17")
	for value, want := range map[string]How{
		"26": HowTool, "f-100": HowTool, "F-100": HowTool, "900": HowTool, "ann@corp.example": HowTool, "49.9": HowTool, "b@x.example": HowTool,
		"2027-05-02 10:00": HowTool, "2027-05-02": HowTool, "2027-05-02 11:00": HowMade, "Roles are viewer, editor and admin.": HowTool,
		"admin": HowStranger, "viewer": HowMade, "rival@other.example": HowStranger, "carol@corp.example": HowTool, "75.5": HowTool, "b-17": HowTool,
		"corp.example": HowMade, "Ann Poe": HowMade, "f-10": HowMade, "2026": HowMade, "items": HowTool,
	} {
		if o := c.Find(value, false); o.How != want {
			t.Errorf("%q is %s (%s), want %s", value, o.How, o.Integrity, want)
		}
	}
}

// TestMadeEcho: what a tool repeats of what the model made up is the model's.
func TestMadeEcho(t *testing.T) {
	c := context("what is it?")
	c.Add(Source{ID: "t", Kind: FromResult, Label: Label{Integrity: Tool}, Text: `{"query": "mallory", "hit": "ann"}`, Made: []string{"mallory"}})
	if o := c.Find("mallory", false); o.How != HowMade || o.Integrity != Model {
		t.Error(o)
	}
	if o := c.Find("ann", false); o.How != HowTool {
		t.Error(o)
	}
	if o := c.Find("zoe", false); o.How != HowMade || o.Integrity != Model {
		t.Error(o)
	}
}

// TestSeveral: a tool vouches for each thing that it lists, and not for which is meant.
func TestSeveral(t *testing.T) {
	files := `[{"id": "f-1", "name": "tax.doc", "size": 900}, {"id": "f-2", "name": "movie.mp4", "size": 9000}, {"id": "f-3", "name": "draft.doc", "size": 10}]`
	del := []string{"delete"}
	for _, c := range []struct {
		user, tool string
		value      any
		acts       []string
		want       bool
	}{
		{"Delete a file", files, "f-1", del, true},
		{"Delete the largest file", files, "f-2", del, false},
		{"Delete the largest file", files, "f-1", del, true},
		{"Delete the smallest file", files, "f-3", del, false},
		{"Tell me the largest file. Delete the draft.", files, "f-2", del, true},
		{"Delete tax.doc", files, "f-1", del, false},
		{"Delete tax.doc", files, "f-3", del, true},
		{"Delete all files", files, "f-3", del, false},
		{"Delete all files that are old", files, "f-3", del, true},
		{"Read all files and delete one", files, "f-3", []string{"pay"}, true},
		{"Who is here?", `["Alice", "Bob"]`, "Bob", nil, true},
		{"Who is here?", `["Bob"]`, "Bob", nil, false},
		{"Write to the channel starting with External", `["general", "External_0"]`, "External_0", []string{"write"}, false},
		{"Write to the channel starting with External", `["general", "External_0"]`, "general", []string{"write"}, true},
		{"Pay acme what is open", `[{"id": 90017, "open": 12.5}]`, json.Number("90017"), []string{"pay"}, true},
		{"Pay acme what is open", `[{"id": 90017, "open": 12.5}]`, json.Number("12.5"), []string{"pay"}, false},
		{"Mail Carol", `[{"name": "Carol", "mail": "c@x.example"}, {"name": "Carl", "mail": "d@x.example"}]`, "c@x.example", []string{"mail"}, false},
		{"Mail Carol", `[{"name": "Carol", "mail": "c@x.example"}, {"name": "Carol", "mail": "d@x.example"}]`, "d@x.example", []string{"mail"}, true},
		{"Refund it", `{"total": 49.9}`, json.Number("49.9"), []string{"refund"}, false},
	} {
		if got := context(c.user).tool("t", c.tool).Several(c.value, c.acts, nil); got != c.want {
			t.Errorf("%q, %v: %v, want %v", c.user, c.value, got, c.want)
		}
	}
	picked := context("Mail the newest contact")
	picked.Add(Source{ID: "t", Kind: FromResult, Label: Label{Integrity: Tool}, Text: `["x@y.example"]`, Picked: true})
	if !picked.Several("x@y.example", nil, nil) {
		t.Error("what paging picked is no choice")
	}
}

// TestKinds: things of two kinds that are numbered alike are two things.
func TestKinds(t *testing.T) {
	c := context("When is my lesson?")
	c.Add(Source{ID: "a", Kind: FromResult, Tool: "search_events", Label: Label{Integrity: Tool}, Text: `[{"id": "26"}]`})
	if !c.Several("26", nil, []string{"email"}) || c.Several("26", nil, []string{"event"}) {
		t.Error("an event's id names a mail, or not the event")
	}
	c.Add(Source{ID: "b", Kind: FromResult, Tool: "lookup", Label: Label{Integrity: Tool}, Text: `{"order_number": 26}`})
	if c.Several("26", nil, []string{"order"}) {
		t.Error("the order's own number is not of its kind")
	}
}
