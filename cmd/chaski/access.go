package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/chaski-dev/chaski/runtime/bus"
)

// accessFlags say how a command makes itself known to NATS servers, the same way in every
// command that takes their address. The variables are those of the nats command. There is
// no flag for a password: others on the machine see the arguments of a process.
type accessFlags struct {
	Creds    string `help:"Credentials file for the NATS servers." type:"path" env:"NATS_CREDS"`
	NKey     string `name:"nkey" help:"File with the seed of an nkey, to log in with." type:"path" env:"NATS_NKEY"`
	NatsUser string `name:"nats-user" help:"User to log in as; the password is in $NATS_PASSWORD." env:"NATS_USER" placeholder:"NAME"`
	NatsCA   string `name:"nats-ca" help:"PEM file of the authorities that vouch for the NATS servers." type:"path" env:"NATS_CA"`
	NatsCert string `name:"nats-cert" help:"Client certificate for the NATS servers, a PEM file." type:"path" env:"NATS_CERT"`
	NatsKey  string `name:"nats-key" help:"Key of the client certificate, a PEM file." type:"path" env:"NATS_KEY"`
	Context  string `name:"nats-context" help:"A context of the nats command, by name or file, in place of an address and all else." placeholder:"NAME"`
}

// AfterApply refuses flags that do not go together.
func (f *accessFlags) AfterApply() error {
	a := f.access()
	if err := a.Check(); err != nil {
		return err
	}
	if a.User != "" && a.Password == "" {
		return fmt.Errorf("there is no password for the NATS user %s: set $NATS_PASSWORD", a.User)
	}
	return nil
}

// login is how a command that is proposed to a person logs in again: what the variables
// say is there again by itself.
func (f *accessFlags) login() string {
	var b strings.Builder
	for _, w := range []struct{ flag, value, env string }{
		{"--creds", f.Creds, "NATS_CREDS"}, {"--nkey", f.NKey, "NATS_NKEY"}, {"--nats-user", f.NatsUser, "NATS_USER"}, {"--nats-ca", f.NatsCA, "NATS_CA"},
		{"--nats-cert", f.NatsCert, "NATS_CERT"}, {"--nats-key", f.NatsKey, "NATS_KEY"}, {"--nats-context", f.Context, ""},
	} {
		if w.value != "" && (w.env == "" || os.Getenv(w.env) == "") {
			b.WriteString(" " + w.flag + " " + shellWord(w.value))
		}
	}
	return b.String()
}

func (f *accessFlags) access() bus.Access {
	a := bus.Access{Creds: f.Creds, NKey: f.NKey, User: f.NatsUser, CA: f.NatsCA, Cert: f.NatsCert, Key: f.NatsKey, Context: f.Context}
	if a.User != "" {
		a.Password = os.Getenv("NATS_PASSWORD")
	}
	return a
}
