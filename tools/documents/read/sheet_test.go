package read

import (
	"context"
	"strings"
	"testing"
)

// TestSheets: what a page's style sheet hides is not read, and what it shows is.
func TestSheets(t *testing.T) {
	for _, c := range []struct {
		css, html string
		seen      bool
	}{
		{".a{display:none}", "<p class='b a'>zither</p>", false},
		{".a { DISPLAY : none !important }", "<p class=a>zither</p>", false},
		{"#x, .y{visibility:hidden}", "<p id=x>zither</p>", false},
		{"p.a{font-size:0}", "<p class=a><b>zither</b></p>", false},
		{".Note{opacity:0}", "<li class=Note>zither</li>", false},
		{"div .a > b{display:none}", "<div><p class=a><i><b>zither</b></i></p></div>", false},
		{"@media screen{.a{display:none}}", "<p class=a>zither</p>", false},
		{"/* .a{} */ .a/**/{display:none}", "<p class=a>zither</p>", false},
		{".a{color:#fff;background:#fff}", "<p class=a>zither</p>", false},
		{".a{position:absolute;left:-9999px}", "<p class=a>zither</p>", false},
		{".a{display:block}.a{display:none}", "<p class=a>zither</p>", false},
		{".a{display:none", "<p class=a>zither</p>", false},
		{".b{display:none}", "<p class=a>zither</p>", true},
		{".a:hover{display:none}", "<p class=a>zither</p>", true},
		{"@media print{.a{display:none} .b{display:none}} .c{display:none}", "<p class=a>zither</p>", true},
		{"div .a{display:none}", "<p class=a>zither</p>", true},
		{".a{display:none}.a{display:block}", "<p class=a>zither</p>", true},
		{".a{color:white;background:#036}", "<p class=a>zither</p>", true},
		{".a{height:0;margin-left:-200px}", "<p class=a>zither</p>", true},
		{"[data-x]{display:none}", "<p class=a>zither</p>", true},
		{"}}}{{{;;,,>>{display:none}", "<p class=a>zither</p>", true},
	} {
		var b strings.Builder
		page := "<html><head><style>" + c.css + "</style></head><body><p>The harp.</p>" + c.html + "</body></html>"
		if err := Read(context.Background(), "a.html", []byte(page), Limits{}, func(x Block) bool {
			b.WriteString(x.Text + "\n")
			return true
		}); err != nil {
			t.Errorf("%s: %v", c.css, err)
		}
		if got := b.String(); strings.Contains(got, "zither") != c.seen || !strings.Contains(got, "harp") {
			t.Errorf("%s: %q", c.css, got)
		}
	}
	rules := strings.Repeat("div div div div .a{display:none}", 20_000)
	if err := Read(context.Background(), "a.html", []byte("<style>"+rules+"</style>"+strings.Repeat("<div class=a>", 500)), Limits{}, func(Block) bool { return true }); err != nil {
		t.Error(err)
	}
}
