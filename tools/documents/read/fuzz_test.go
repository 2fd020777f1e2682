package read

import (
	"context"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzz holds that a reader ends, does not panic, and gives blocks within their bounds,
// whatever the bytes are.
func fuzz(f *testing.F, name string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		began := time.Now()
		err := Read(context.Background(), name, data, Limits{Time: 10 * time.Second}, func(b Block) bool {
			if len(b.Text) > maxBlock || b.Text == "" || !utf8.ValidString(b.Text) || b.Level < 0 || b.Page < 0 {
				t.Errorf("%+v", b)
			}
			for _, r := range b.Text {
				if invisible(r) {
					t.Errorf("%q holds what is not seen", b.Text)
				}
			}
			return true
		})
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("%v: %v", took, err)
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	fuzz(f, "a.md", "# a\n\nb\n- c\n  1. d\n\n|e|f|\n|-|-|\n|g|h|\n", "<div hidden>\nx\n</div>", "[[[[[[[", "***a**b*", "> > > ```\n", "a <b hidden>c</b> &amp; &#x202e;")
}

func FuzzText(f *testing.F) { fuzz(f, "a.txt", "a\n\nb", "\xff\xfea\x00", "\xe9\x80") }

func FuzzHTML(f *testing.F) {
	fuzz(f, "a.html", "<p>a<table><tr><td>b", "<ul><li><ul><li>", "<svg><style><p>", "<p style='display:none'>x", "<template><template>")
}

func FuzzPDF(f *testing.F) {
	fuzz(f, "a.pdf", pagesOf("BT /F1 10 Tf (x) Tj ET"), pdfOf("<</Pages 2 0 R>>", "<</Kids[2 0 R]>>"), "%PDF-1.4\n")
}

// FuzzPDFContents leaves the file whole and changes what its pages draw, and its objects.
func FuzzPDFContents(f *testing.F) {
	f.Add("BT /F1 10 Tf 72 720 Td (x) Tj 0 -12 Td [(a)-300(b)] TJ T* 3 Tr (y) ' ET", "<</Producer(x)>>")
	f.Add("BT /F1 1 Tf 1 0 0 1 72 720 Tm <00ff> Tj ET q Q BI ID EI", "<</Kids[2 0 R]/Type/Pages>>")
	f.Fuzz(func(t *testing.T, contents, object string) {
		if len(contents)+len(object) > 64<<10 {
			return
		}
		for _, file := range []string{pagesOf(contents, contents), pdfOf("<</Type/Catalog/Pages 2 0 R/Outlines 3 0 R>>", object, object)} {
			began := time.Now()
			err := Read(context.Background(), "a.pdf", []byte(file), Limits{Time: 10 * time.Second}, func(b Block) bool {
				if b.Text == "" || !utf8.ValidString(b.Text) || len(b.Text) > maxBlock {
					t.Errorf("%+v", b)
				}
				return true
			})
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("%v: %v", took, err)
			}
		}
	})
}

func FuzzWord(f *testing.F) {
	fuzz(f, "a.docx", docx(f, map[string]string{"word/document.xml": wordOpen + "<w:p><w:r><w:t>a</w:t></w:r></w:p>" + wordClose, "word/styles.xml": wordStyle}))
}

// FuzzWordXML leaves the archive whole.
func FuzzWordXML(f *testing.F) {
	f.Add(wordOpen+"<w:p><w:r><w:t>a</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:tbl/></w:tc></w:tr></w:tbl>"+wordClose, wordStyle)
	f.Fuzz(func(t *testing.T, body, styles string) {
		if len(body)+len(styles) > 64<<10 {
			return
		}
		_ = Read(context.Background(), "a.docx", []byte(docx(t, map[string]string{"word/document.xml": body, "word/styles.xml": styles})), Limits{}, func(Block) bool { return true })
	})
}

func FuzzTable(f *testing.F) { fuzz(f, "a.csv", "a,b\n1,2\n", "\"\n\"\"", "a;b\r\n;") }

func FuzzRecords(f *testing.F) {
	fuzz(f, "a.jsonl", "{\"a\":[1,{\"b\":null}]}\n", "[[[[", "{\"a\" 1}", "1 2")
}

func FuzzSource(f *testing.F) { fuzz(f, "a.go", "package a\n\nfunc f() {\n}\n", "\t\n \n") }
