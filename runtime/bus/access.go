package bus

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/natscontext"
)

// Access is how a process makes itself known to NATS servers, and knows them. The zero
// value is what the URL says. What it holds is never part of an error or a log.
type Access struct {
	Creds    string // a credentials file: a user's JWT and its seed
	NKey     string // a file with the seed of an nkey
	User     string
	Password string
	CA       string // a PEM file of authorities that vouch for the servers
	Cert     string // a client certificate and its key, PEM files
	Key      string
	Context  string // a context of the nats command, by name or file: it says the address and all else
}

// Check says what is wrong with it by itself.
func (a *Access) Check() error {
	ways := 0
	for _, w := range []string{a.Creds, a.NKey, a.User} {
		if w != "" {
			ways++
		}
	}
	switch {
	case ways > 1:
		return errors.New("credentials, an nkey and a user are three ways to log in: give one")
	case (a.Cert == "") != (a.Key == ""):
		return errors.New("a client certificate and its key go together")
	case a.Context != "" && (ways > 0 || a.CA != "" || a.Cert != ""):
		return errors.New("a NATS context says how to log in and whom to trust: give no other credentials with it")
	}
	return nil
}

func (a *Access) options() ([]nats.Option, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	for what, name := range map[string]string{"credentials": a.Creds, "nkey": a.NKey, "CA": a.CA, "client certificate": a.Cert, "key of the client certificate": a.Key} {
		if name == "" {
			continue
		}
		if f, err := os.Open(name); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		} else if info, err := f.Stat(); err != nil || info.IsDir() {
			f.Close()
			return nil, fmt.Errorf("%s: %s is a folder, want a file", what, name)
		} else {
			f.Close()
		}
	}
	var out []nats.Option
	if a.Creds != "" {
		out = append(out, nats.UserCredentials(a.Creds))
	}
	if a.NKey != "" {
		o, err := nats.NkeyOptionFromSeed(a.NKey)
		if err != nil {
			return nil, fmt.Errorf("nkey file %s: %w", a.NKey, err)
		}
		out = append(out, o)
	}
	if a.User != "" {
		out = append(out, nats.UserInfo(a.User, a.Password))
	}
	if a.CA != "" {
		out = append(out, nats.RootCAs(a.CA))
	}
	if a.Cert != "" {
		out = append(out, nats.ClientCert(a.Cert, a.Key))
	}
	return out, nil
}

// dial connects by the context, if there is one, or to the URL. The address is for people.
func (a *Access) dial(url string, opts []nats.Option) (nc *nats.Conn, address string, js func() (jetstream.JetStream, error), err error) {
	plain := func() (jetstream.JetStream, error) { return jetstream.New(nc) }
	if a.Context == "" {
		nc, err = nats.Connect(url, opts...)
		if err != nil && strings.Contains(url, "@") { // the client's own words may hold the whole URL
			err = errors.New("the URL or the server refuses")
		}
		return nc, Redact(url), plain, err
	}
	name := a.Context
	if strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".json") {
		if name, err = filepath.Abs(name); err != nil {
			return nil, a.Context, nil, err
		}
	}
	nc, said, err := natscontext.Connect(name, opts...)
	if err != nil {
		if strings.Contains(err.Error(), "@") { // as above
			err = errors.New("its URL or the server refuses")
		}
		return nil, "context " + a.Context, nil, err
	}
	switch {
	case said.JSAPIPrefix != "":
		plain = func() (jetstream.JetStream, error) { return jetstream.NewWithAPIPrefix(nc, said.JSAPIPrefix) }
	case said.JSDomain != "":
		plain = func() (jetstream.JetStream, error) { return jetstream.NewWithDomain(nc, said.JSDomain) }
	}
	return nc, Redact(said.URL), plain, nil
}
