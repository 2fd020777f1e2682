package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/alecthomas/kong"
)

// TestProposed: a command that is proposed logs in as the one that proposes it did, and as
// no other that was read in the same process; it repeats no password, and nothing that a
// variable says.
func TestProposed(t *testing.T) {
	for _, one := range []struct {
		nkey string // in the environment
		args []string
		want string
	}{
		{"", []string{"show", "r", "--runs", "nats://ann:secret@one:4222", "--creds", "/a/b.creds"}, "nats://ann:xxxxx@one:4222 --creds /a/b.creds"},
		{"", []string{"show", "r", "--runs", "nats://two:4222", "--nats-cert", "/c.pem", "--nats-key", "/k.pem"}, "nats://two:4222 --nats-cert /c.pem --nats-key /k.pem"},
		{"/agent.nk", []string{"show", "r", "--runs", "nats://three:4222"}, "nats://three:4222"},
		{"", []string{"resume", "r", "--runs", "nats", "--nats-context", "my desk"}, "nats --nats-context 'my desk'"},
		{"", []string{"resume", "r", "--runs", "/at/folder@home"}, "/at/folder@home"},
	} {
		if t.Setenv("NATS_NKEY", one.nkey); one.nkey == "" {
			os.Unsetenv("NATS_NKEY")
		}
		var c struct {
			Show   runsShowCmd   `cmd:""`
			Resume runsResumeCmd `cmd:""`
		}
		parser, err := kong.New(&c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, err := parser.Parse(one.args)
		if err != nil {
			t.Fatal(one.args, err)
		}
		got := ctx.Selected().Target.Addr().Interface().(proposer).proposed().command("resume", "r")
		if want := "chaski runs resume r --runs " + one.want; got != want {
			t.Errorf("%q proposes %q, want %q", one.args, got, want)
		}
	}
}

// TestShellWord: a shell reads the word that was written.
func TestShellWord(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	for _, word := range []string{"", "a b", "it's", "two\nlines", "a\tb", "/plain/path-1.2_é", "-x", "~x", "$HOME", `a\b`, "*", "a^b", "\x1b[31m", "é`ls`"} {
		got, err := exec.Command(sh, "-c", "printf %s "+shellWord(word)).Output()
		if err != nil || string(got) != word {
			t.Errorf("%q became %q, %v", word, got, err)
		}
	}
	if got := shellWord("/plain/path-1.2_é"); got != "/plain/path-1.2_é" {
		t.Error(got)
	}
}
