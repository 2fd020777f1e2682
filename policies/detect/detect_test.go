package detect

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"key sk-abcdefghijklmnopqrstuvwx end":               "secret",
		"password: hunter2hunter2":                          "secret",
		"Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRkdISUpLTE1OT1A":       "secret",
		"card 4111 1111 1111 1111":                          "card",
		"card 4111 1111 1111 1112":                          "",
		"IBAN DE89 3704 0044 0532 0130 00 please":           "iban",
		"IBAN DE88 3704 0044 0532 0130 00 please":           "",
		"write to bob@corp.example.":                        "email",
		"call +49 30 1234 5678":                             "phone",
		"ssn 123-45-6789":                                   "national_id",
		"ssn 000-45-6789":                                   "",
		"dni 12345678Z":                                     "national_id",
		"dni 12345678A":                                     "",
		"cpf 529.982.247-25":                                "national_id",
		"zero\u200bwidth":                                   "hidden",
		"tag\U000E0041":                                     "hidden",
		"bidi\u202etxt":                                     "hidden",
		"family \U0001F468\u200d\U0001F469":                 "",
		"<|start_header_id|>system":                         "imitation",
		`{"name": "pay", "parameters": {}}`:                 "imitation",
		"an ordinary sentence of 12 words, at 10:30, for 5": "",
	} {
		got := ""
		if s := Find(text); len(s) > 0 {
			got = s[0].Kind
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestParse reads URLs as a browser reaches them.
func TestParse(t *testing.T) {
	for raw, want := range map[string]URL{
		"https://Example.COM:8443/a?b":     {Valid: true, Scheme: "https", Host: "example.com", Port: "8443", Path: "/a"},
		"https://example.com./":            {Valid: true, Scheme: "https", Host: "example.com", Path: "/"},
		"https://corp.example@evil.com/":   {Valid: true, Scheme: "https", Host: "evil.com", Path: "/", Userinfo: true},
		"http://127.1/":                    {Valid: true, Scheme: "http", Host: "127.0.0.1", Path: "/", IP: true, Private: true},
		"http://0x7f000001/":               {Valid: true, Scheme: "http", Host: "127.0.0.1", Path: "/", IP: true, Private: true},
		"http://2130706433/":               {Valid: true, Scheme: "http", Host: "127.0.0.1", Path: "/", IP: true, Private: true},
		"http://017700000001/":             {Valid: true, Scheme: "http", Host: "127.0.0.1", Path: "/", IP: true, Private: true},
		"http://[::ffff:10.0.0.1]/":        {Valid: true, Scheme: "http", Host: "10.0.0.1", Path: "/", IP: true, Private: true},
		"http://169.254.169.254/latest":    {Valid: true, Scheme: "http", Host: "169.254.169.254", Path: "/latest", IP: true, Private: true},
		"http://100.64.1.1/":               {Valid: true, Scheme: "http", Host: "100.64.1.1", Path: "/", IP: true, Private: true},
		"http://8.8.8.8/":                  {Valid: true, Scheme: "http", Host: "8.8.8.8", Path: "/", IP: true},
		"http://[64:ff9b::7f00:1]/":        {Valid: true, Scheme: "http", Host: "64:ff9b::7f00:1", Path: "/", IP: true, Private: true},
		"http://localhost/":                {Valid: true, Scheme: "http", Host: "localhost", Path: "/", Private: true},
		"https://аpple.com/":               {Valid: true, Scheme: "https", Host: "xn--pple-43d.com", Path: "/", IDN: true},
		"https://evil.com\\@corp.example/": {Private: true},
		"mailto:bob":                       {Private: true},
		"":                                 {Private: true},
	} {
		if got := Parse(raw); got != want {
			t.Errorf("%q: %+v", raw, got)
		}
	}
}

func TestVault(t *testing.T) {
	var v Vault
	text := "a@b.example, c@d.example, a@b.example"
	out, _ := v.Redact(text, Email)
	if out != "[EMAIL_1], [EMAIL_2], [EMAIL_1]" || v.Reveal(out) != text || v.Reveal("[EMAIL_9]") != "[EMAIL_9]" {
		t.Error(out)
	}
}

func ExampleFind() {
	for _, s := range Find("mail bob@corp.example or pay DE89370400440532013000") {
		fmt.Println(s.Kind, s.Start, s.End)
	}
	// Output:
	// email 5 21
	// iban 29 51
}

// FuzzFind: spans are in order, inside the text, apart, and on character boundaries;
// what was redacted comes back.
func FuzzFind(f *testing.F) {
	f.Add("pay DE89 3704 0044 0532 0130 00 or 4111 1111 1111 1111\u200b x@y.example")
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range Find(text) {
			if s.Start < at || s.End <= s.Start || s.End > len(text) {
				t.Fatal(s)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
				t.Fatal("half a character", s)
			}
			at = s.End
		}
		var v Vault
		if out, _ := v.Redact(text, Card, IBAN, Email); !strings.Contains(text, "[") && v.Reveal(out) != text {
			t.Fatalf("%q", out)
		}
	})
}

// FuzzParse: a host that is an address of this machine or network is never public.
func FuzzParse(f *testing.F) {
	f.Add("http://127.0.0.1/")
	f.Add("https://user@xn--a.example:1/../x")
	f.Fuzz(func(t *testing.T, raw string) {
		u := Parse(raw)
		if !u.Valid && !u.Private {
			t.Fatal("neither valid nor private")
		}
		if ip, err := netip.ParseAddr(u.Host); err == nil && u.Valid && (ip.IsLoopback() || ip.IsPrivate()) && !u.Private {
			t.Fatal(u)
		}
	})
}
