package mcp

import (
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

func TestNames(t *testing.T) {
	one := serverNames([]string{"git.hub", "git_hub", "a__b", "a_", "a", "", "文件", "x" + strings.Repeat("y", 40)})
	for name, want := range map[string]string{"git_hub": "git_hub", "a": "a", "git.hub": "git_hub-", "文件": "server-", "": "server-"} {
		if got := one[name]; got != want && !(strings.HasSuffix(want, "-") && strings.HasPrefix(got, want)) {
			t.Errorf("server %q is %q, want %q", name, got, want)
		}
	}
	_, r := opened(t, Options{Servers: Servers{"fix": command("names"), "a": command("plain")}, Log: testLog(t)})
	var names []string
	said := map[string]bool{} // by the server, to which of its names a call came
	specs, err := r.Tools(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range specs {
		if strings.HasPrefix(s.Name, "fix__") {
			names = append(names, s.Name)
			got := call(t, r, s.Name, `{}`)
			if got.Status != tools.StatusOK || said[string(got.Value)] {
				t.Errorf("%s: %s %s %s", s.Name, got.Status, got.Value, got.Reason)
			}
			said[string(got.Value)] = true
		}
	}
	if len(names) != 11 {
		t.Errorf("%d tools of 11: %q", len(names), names)
	}
	for _, want := range []string{"fix__admin_list", "fix__a__b", "fix__-", "fix__with_space"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s: %q", want, names)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("a\x00a__b\x00a_", "b__c\x00c\x00_b\x00a.b\x00a/b\x00a_b")
	f.Add("\x00.\x00é", strings.Repeat("x", 200)+"\x00"+strings.Repeat("x", 201)+"\x00 \x00\xff")
	f.Fuzz(func(t *testing.T, servers, names string) {
		list := strings.Split(servers, "\x00")
		prefixes := serverNames(list)
		all := map[string][2]string{}
		for _, server := range list {
			prefix, ok := prefixes[server]
			if !ok {
				continue // its hash is another's
			}
			own := toolNames(prefix, strings.Split(names, "\x00"))
			for tool, name := range own {
				if (&tools.Spec{Name: name, Parameters: []byte(`{"type":"object"}`)}).Check() != nil {
					t.Fatalf("%q of %q is %q", tool, server, name)
				}
				if who, twice := all[name]; twice && who != [2]string{server, tool} {
					t.Fatalf("%q is %q and %q", name, who, [2]string{server, tool})
				}
				all[name] = [2]string{server, tool}
				if legal(tool) == tool && tool != "" && len(prefix)+2+len(tool) <= maxName && !strings.HasSuffix(name, tool) {
					t.Fatalf("%q is legal and was renamed %q", tool, name)
				}
			}
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b[31mb\x1b]0;title\x07c\u202e\u200b\U000E0041", 20)
	f.Add("\xff\x1b", 0)
	f.Fuzz(func(t *testing.T, s string, most int) {
		if most < 0 || most > 1<<16 {
			return
		}
		got := clean(s, most)
		if len(got) > most+len("…") || strings.ContainsAny(got, "\x1b\x00\u202e\u200b") {
			t.Fatalf("%q is %q", s, got)
		}
		if again := clean(got, most+len("…")); again != got {
			t.Fatalf("%q is cleaned twice to %q", got, again)
		}
	})
}
