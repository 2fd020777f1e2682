package bus_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/bus/secured"
	"github.com/chaski-dev/chaski/tools"
)

// secure starts such a server.
func secure(t *testing.T, jwts bool) *secured.Server {
	t.Helper()
	s, err := secured.Start(t.TempDir(), jwts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestAccess gets into servers that want certificates and a login, each way that there is,
// and serves and calls a tool there. Who has not all of it is refused, and told nothing
// that is secret.
func TestAccess(t *testing.T) {
	t.Parallel()
	keyed, signed := secure(t, false), secure(t, true)
	trust := func(s *secured.Server, a bus.Access) bus.Access {
		a.CA, a.Cert, a.Key = s.CA, s.Cert, s.Key
		return a
	}
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("SUAnot-a-seed-at-all"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := secure(t, true)
	type c struct {
		url    string
		access bus.Access
		want   string // of the error; "" gets in
		login  bool   // it is the login that is refused
	}
	in := func(s *secured.Server, user string) string { return strings.Replace(s.URL, "://", "://"+user+"@", 1) }
	cases := map[string]c{
		"nkey":                    {keyed.URL, trust(keyed, bus.Access{NKey: keyed.NKey}), "", false},
		"user":                    {keyed.URL, trust(keyed, bus.Access{User: keyed.User, Password: keyed.Password}), "", false},
		"user in the URL":         {in(keyed, keyed.User+":"+keyed.Password), trust(keyed, bus.Access{}), "", false},
		"creds":                   {signed.URL, trust(signed, bus.Access{Creds: signed.Creds}), "", false},
		"context with an nkey":    {"", bus.Access{Context: keyed.Context}, "", false},
		"context with creds":      {"", bus.Access{Context: signed.Context}, "", false},
		"nobody":                  {keyed.URL, trust(keyed, bus.Access{}), "refuses who connects", true},
		"a wrong password":        {keyed.URL, trust(keyed, bus.Access{User: keyed.User, Password: "wrong-horse"}), "refuses who connects", true},
		"a wrong one in the URL":  {in(keyed, "ann:wrong-horse"), trust(keyed, bus.Access{}), "refuses who connects", true},
		"creds of another":        {signed.URL, trust(signed, bus.Access{Creds: other.Creds}), "refuses who connects", true},
		"no certificate":          {keyed.URL, bus.Access{NKey: keyed.NKey, CA: keyed.CA}, "not reachable", false},
		"another authority":       {keyed.URL, bus.Access{NKey: keyed.NKey, CA: signed.CA, Cert: keyed.Cert, Key: keyed.Key}, "not reachable", false},
		"no authority":            {keyed.URL, bus.Access{NKey: keyed.NKey, Cert: keyed.Cert, Key: keyed.Key}, "not reachable", false},
		"no seed":                 {keyed.URL, trust(keyed, bus.Access{NKey: wrong}), "nkey file", false},
		"a seed that is missing":  {keyed.URL, trust(keyed, bus.Access{NKey: wrong + "x"}), "nkey: open", false},
		"creds that are missing":  {signed.URL, trust(signed, bus.Access{Creds: wrong + "x"}), "credentials: open", false},
		"a folder for creds":      {signed.URL, trust(signed, bus.Access{Creds: filepath.Dir(wrong)}), "is a folder", false},
		"a certificate, no key":   {keyed.URL, bus.Access{NKey: keyed.NKey, Cert: keyed.Cert}, "go together", false},
		"two ways":                {keyed.URL, bus.Access{NKey: keyed.NKey, Creds: signed.Creds}, "give one", false},
		"a context and creds":     {"", bus.Access{Context: keyed.Context, Creds: signed.Creds}, "no other credentials", false},
		"a context that is not":   {"", bus.Access{Context: "no-such-context"}, "no-such-context", false},
		"a context that is wrong": {"", bus.Access{Context: wrong + ".json"}, "wrong.json", false},
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wait := 20 * time.Second
			if c.want != "" {
				wait = 2 * time.Second
			}
			registry, err := tools.NewRegistry(tools.New("add", "", add, tools.Options{Effect: tools.Idempotent}))
			must(t, err)
			b, err := bus.Open(context.Background(), bus.OpenOptions{URL: c.url, Access: c.access, Wait: wait, Tools: registry, Logger: zerolog.Nop()})
			if err == nil {
				defer b.Close()
			}
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, bus.ErrAccess) != c.login {
					t.Fatalf("%v, want %q", err, c.want)
				}
				for _, secret := range append(slices.Concat(keyed.Secrets, signed.Secrets, other.Secrets), "wrong-horse", "not-a-seed") {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error holds a secret: %v", err)
					}
				}
				return
			}
			must(t, err)
			if r := mustCall(t, b, call("add", `{"a":2}`)); string(r.Value) != `{"sum":3}` {
				t.Errorf("%+v", r)
			}
			if strings.Contains(b.Conn().Address(), keyed.Password) || !strings.HasPrefix(b.Conn().Address(), "tls://") {
				t.Error(b.Conn().Address())
			}
		})
	}
}
