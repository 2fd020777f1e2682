package read

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// blocks reads a file of that name.
func blocks(t testing.TB, name, text string) ([]Block, error) {
	t.Helper()
	var out []Block
	err := Read(context.Background(), name, []byte(text), Limits{}, func(b Block) bool {
		out = append(out, b)
		return true
	})
	return out, err
}

// shownAs is blocks as a test writes them: headings with #, pages with @.
func shownAs(list []Block) string {
	var b strings.Builder
	for _, x := range list {
		if x.Page > 0 {
			fmt.Fprintf(&b, "@%d ", x.Page)
		}
		if x.Level > 0 {
			b.WriteString(strings.Repeat("#", x.Level) + " ")
		}
		b.WriteString(x.Text + "|")
	}
	return strings.TrimSuffix(b.String(), "|")
}

func TestFormats(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.md", "# One\n\nText *of* `two`\nlines.\n\n- a\n- b\n  - c\n\n## Two\n\n| k | v |\n|---|---|\n| x | 1 |\n\n```go\nfunc f() {\n}\n```\n", "# One|Text of two lines.|- a\n- b\n  - c|## Two|k: x; v: 1|func f() {\n}"},
		{"a.md", "---\ntitle: x\n---\nText.\n", "Text."},
		{"a.md", "Seen <span hidden>unseen</span> again.\n\n<!-- a comment -->\n\n<div style=\"display:none\">unseen</div>\n\nA &amp; B <b>bold</b>, 1 < 2, \\*as it is\\*, `&amp;`.\n", "Seen again.|A & B bold, 1 < 2, *as it is*, &amp;."},
		{"a.md", "[//]: # (a comment)\n\n[text](https://x.example \"title\") ![alt](p.png)\n", "text alt"},
		{"a.txt", "One\nparagraph of a text that is wrapped at about seventy characters, as people do\nand goes on.\n\n\n\nTwo.\r\n\r\nThree.", "One paragraph of a text that is wrapped at about seventy characters, as people do and goes on.|Two.|Three."},
		{"a.txt", "Mon 9-5\nSat 10-2\nSun closed", "Mon 9-5\nSat 10-2\nSun closed"},
		{"a.txt", "\xef\xbb\xbfmarked", "marked"},
		{"a.txt", "\xff\xfeh\x00i\x00", "hi"},
		{"a.txt", "h\x00e\x00l\x00l\x00o\x00 \x00y\x00o\x00u\x00", "hello you"},
		{"a.txt", "\x00h\x00e\x00l\x00l\x00o\x00 \x00y\x00o\x00\xfc", "hello yoü"},
		{"a.txt", "caf\xe9 \x80", "café €"},
		{"a.txt", "pay\u200b me\u202e now\U000E0041", "pay me now"},
		{"a.html", "<title>T</title><style>p{}</style><script>x()</script><h2>H</h2><p>One <b>two</b><br>three<ul><li>a<li>b<ul><li>c</ul></ul><table><tr><th>k<th>v<tr><td>x<td>1</table><pre>a\n b</pre>",
			"# T|## H|One two three|- a\n- b\n  - c|k: x; v: 1|a\n b"},
		{"a.html", `<p>Seen <i style="font-size: 0px">no</i><i aria-hidden=true>no</i><i style="color:#fff">no</i><i style="position:absolute; left:-9999px">no</i><i style="VISIBILITY : Hidden">no</i><template>no</template><noscript>no</noscript> end`, "Seen end"},
		{"a.csv", "item,price\nkettle,49.90\n\"a \"\"b\"\", c\",2\n,\n", "item: kettle; price: 49.90|item: a \"b\", c; price: 2"},
		{"a.csv", "item;price\nkettle;49,90\n", "item: kettle; price: 49,90"},
		{"a.tsv", "item\tprice\nkettle\t1\n", "item: kettle; price: 1"},
		{"a.jsonl", "{\"a\": {\"b\": [1, 2.50]}, \"c\": null, \"d\": true}\nno json\n[\"x\"]\n", "a.b: 1; a.b: 2.50; d: true|no json|x"},
		{"a.go", "package a\n\nfunc f() {\n\n\tg()\n}\n\nvar x = 1\n", "package a|func f() {\n\n\tg()\n}|var x = 1"},
		{"Makefile", "all:\n\ttrue\n", "all:\n\ttrue"},
	} {
		got, err := blocks(t, c.name, c.text)
		if s := shownAs(got); err != nil || s != c.want {
			t.Errorf("%s %q:\n got %q, %v\nwant %q", c.name, c.text, s, err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.png", "x", "not a format"},
		{"a.txt", "a\x00b", "zero bytes"},
		{"a.docx", "no archive", "DOCX"},
		{"a.pdf", "no pdf", "PDF"},
		{"a.pdf", "%PDF-1.4\n1 0 obj<</Length 5/Filter 3 0 R>>stream\nabc\nendstream", "roundabout"},
		{"a.pdf", "%PDF-1.4\n1 0 obj<</Length 5/Filter[/FlateDecode/FlateDecode]>>stream\nabc\nendstream", "roundabout"},
		{"a.pdf", "%PDF-1.4\n1 0 obj<</F#69lter /Flate#44ecode>>stream\nabc\nendstream", "roundabout"},
	} {
		if _, err := blocks(t, c.name, c.text); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %q: %v, want %q", c.name, c.text, err, c.want)
		}
	}
	if _, err := blocks(t, "x.zip", ""); !errors.Is(err, ErrFormat) {
		t.Errorf("%v", err)
	}
	err := Read(t.Context(), "a.txt", make([]byte, 100), Limits{Bytes: 10}, nil)
	if err == nil || !strings.Contains(err.Error(), "at most 10") {
		t.Errorf("%v", err)
	}
	n := 0
	err = Read(t.Context(), "a.txt", []byte(strings.Repeat("words of a text\n\n", 100)), Limits{Text: 100}, func(Block) bool { n++; return true })
	if err == nil || n == 0 || n > 7 {
		t.Errorf("%d blocks, %v", n, err)
	}
	n = 0
	if err := Read(t.Context(), "a.txt", []byte("a\n\nb\n\nc"), Limits{}, func(Block) bool { n++; return n < 2 }); err != nil || n != 2 {
		t.Errorf("%d, %v: a reader goes on after it was told to stop", n, err)
	}
}

// TestLongLines holds that no piece is longer than its bound, and that all of a text comes.
func TestLongLines(t *testing.T) {
	long := strings.Repeat("многа букв ", 500_000) // 10 MB, without an end of line
	for _, name := range []string{"a.txt", "a.md", "a.csv", "a.jsonl", "a.go", "a.html"} {
		text := long
		if name == "a.html" {
			text = long[:4<<20]
		}
		if name == "a.csv" {
			text = "k\n" + long
		}
		size := 0
		began := time.Now()
		err := Read(t.Context(), name, []byte(text), Limits{}, func(b Block) bool {
			if len(b.Text) > maxBlock {
				t.Fatalf("%s: a block of %d bytes", name, len(b.Text))
			}
			size += len(b.Text)
			return true
		})
		if err != nil || size < len(text)*9/10 {
			t.Errorf("%s: %d of %d bytes, %v", name, size, len(text), err)
		}
		t.Logf("%s: %v", name, time.Since(began).Round(time.Millisecond))
	}
}

// TestTime holds that a file's time ends its reading, and that what is done with its blocks
// is no part of it.
func TestTime(t *testing.T) {
	n := 0
	err := Read(t.Context(), "a.txt", []byte("a\n\nb\n\nc"), Limits{Time: time.Second}, func(Block) bool {
		n++
		time.Sleep(400 * time.Millisecond)
		return true
	})
	if err != nil || n != 3 {
		t.Errorf("%d blocks, %v", n, err)
	}
	if err := Read(t.Context(), "a.txt", []byte(strings.Repeat("a\n\n", 1<<20)), Limits{Time: time.Nanosecond}, func(Block) bool { return true }); err == nil || !strings.Contains(err.Error(), "longer than it may") {
		t.Errorf("without time: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = Read(ctx, "a.txt", []byte("a\n\nb"), Limits{}, func(Block) bool { cancel(); return true })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller is gone: %v", err)
	}
}

// TestOneRun holds that a Word file cannot make its decoder hold all of it as one text.
func TestOneRun(t *testing.T) {
	text := strings.Repeat("word ", 1<<20)
	file := docx(t, map[string]string{"word/document.xml": wordOpen + "<w:p><w:r><w:t>" + text + "</w:t></w:r></w:p>" + wordClose})
	if _, err := blocks(t, "a.docx", file); err == nil || !strings.Contains(err.Error(), "without a tag") {
		t.Errorf("%v", err)
	}
}
