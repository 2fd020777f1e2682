package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal returns both ends of a new terminal.
func terminal(t *testing.T) (near, far *os.File) {
	t.Helper()
	near, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() { near.Close() })
	if err := unix.IoctlSetPointerInt(int(near.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(near.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if far, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// until reads until the text has come.
func until(t *testing.T, r io.Reader, text string) string {
	t.Helper()
	got := make(chan string, 1)
	go func() {
		var b strings.Builder
		in := bufio.NewReader(r)
		for !strings.Contains(b.String(), text) {
			c, err := in.ReadByte()
			if err != nil {
				break
			}
			b.WriteByte(c)
		}
		got <- b.String()
	}()
	select {
	case s := <-got:
		if !strings.Contains(s, text) {
			t.Fatalf("%q does not come in:\n%s", text, s)
		}
		return s
	case <-time.After(30 * time.Second):
		t.Fatalf("%q does not come", text)
	}
	return ""
}

// TestApprovalKilled kills the process that waits at the terminal for approval; a second
// one approves, a third goes on, and the story tells all of it.
func TestApprovalKilled(t *testing.T) {
	file, data := shop(t, modelServer(t, looksUpAndRefunds))
	near, far := terminal(t)
	first := program("run", "-f", file, "Refund order 1042.")
	first.Stdin, first.Stdout, first.Stderr = far, far, far
	first.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	far.Close()
	screen := until(t, near, "Approve?")
	contains(t, "terminal", screen, "refund", "1042", "Refunds are approved by a person")
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	runs := []string{"--runs", filepath.Join(data, "runs")}
	list, _, _ := chaski(t, "", append([]string{"runs", "ls"}, runs...)...)
	run, _, _ := strings.Cut(list, " ")
	contains(t, "ls", list, "waiting", "awaits approval")

	out, errs, code := chaski(t, "", append([]string{"runs", "approve", run, "--reason", "she is right"}, runs...)...)
	if code != 0 {
		t.Fatal(errs)
	}
	contains(t, "approve", out, "approved: refund", "1042")
	if _, errs, code := chaski(t, "", append([]string{"runs", "approve", run}, runs...)...); code != 1 || !strings.Contains(errs, "no call of it waits for approval") {
		t.Error(code, errs)
	}

	out, errs, code = chaski(t, "", append([]string{"runs", "resume", run}, runs...)...)
	if code != 0 || !strings.Contains(out, `Done: \x1b[31m"refunded"`) {
		t.Fatal(code, out, errs)
	}
	if paid, _ := os.ReadFile(filepath.Join(data, "paid")); string(paid) != "paid\n" {
		t.Errorf("paid: %q", paid)
	}

	out, errs, code = chaski(t, "", append([]string{"runs", "show", run}, runs...)...)
	if code != 0 {
		t.Fatal(errs)
	}
	at := 0
	for _, part := range []string{me() + " asked: Refund order 1042.", "tools order (read), refund (once)", "took the run", "policy ", "is pinned",
		"the model said: Let me look.", `calls order {"id":1042}`, "order is allowed by rule", "order is sent", "order is done", `{"late":true}`,
		"the model asked for one call (10 prompt tokens", "refund needs a person's approval by rule shop/money: Refunds are approved by a person.", "until ",
		me() + " approved refund: she is right", "took the run over (epoch 2)", "refund is allowed by rule shop/money", me() + " had approved it", "refund is sent", "refund is done", `"refunded"`,
		"the model said: Done:", "the run ended: finished", "It cost 3 steps, 2 calls and 45 tokens"} {
		i := strings.Index(out[at:], part)
		if i < 0 {
			t.Fatalf("the story does not tell, in its place, %q:\n%s", part, out)
		}
		at += i
	}
	t.Logf("\n%s", out)
	if strings.Contains(out, "\x1b") {
		t.Error("the story steers the terminal")
	}
	if out, errs, code := chaski(t, "", append([]string{"runs", "replay"}, runs...)...); code != 0 || !strings.Contains(out, "finished  state ") {
		t.Error(code, out, errs)
	}
}

// TestPaymentKilled kills the process while a once call runs: the run goes on, the call
// is not made again, and a person says what came of it.
func TestPaymentKilled(t *testing.T) {
	file, data := shop(t, modelServer(t, looksUpAndRefunds))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	slow := strings.Replace(string(text), `/paid; echo "\"ref`, `/paid; sleep 5; echo "\"ref`, 1)
	if err := os.WriteFile(file, []byte(slow), 0o600); err != nil || slow == string(text) {
		t.Fatal(err)
	}
	_, errs, code := chaski(t, "", "run", "-f", file, "Refund order 1042.")
	runs := []string{"--runs", filepath.Join(data, "runs")}
	list, _, _ := chaski(t, "", append([]string{"runs", "ls", "--status", "waiting"}, runs...)...)
	run, _, _ := strings.Cut(list, " ")
	if code != 4 || run == "" {
		t.Fatal(code, errs)
	}
	if _, errs, code := chaski(t, "", append([]string{"runs", "approve", run}, runs...)...); code != 0 {
		t.Fatal(errs)
	}
	paying := program(append([]string{"runs", "resume", run}, runs...)...)
	paying.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the tool's command has a group of its own, and dies of itself
	if err := paying.Start(); err != nil {
		t.Fatal(err)
	}
	paid := filepath.Join(data, "paid")
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(paid); err == nil {
			break
		}
		if time.Now().After(until) {
			t.Fatal("it does not pay")
		}
	}
	if err := paying.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = paying.Wait() // it was killed
	_, errs, code = chaski(t, "", append([]string{"runs", "resume", run}, runs...)...)
	if code != 3 || !strings.Contains(errs, "nobody knows whether") {
		t.Fatal(code, errs)
	}
	if _, errs, code := chaski(t, "", append([]string{"runs", "settle", run, "--ok", `"seen on the account"`}, runs...)...); code != 0 {
		t.Fatal(errs)
	}
	out, errs, code := chaski(t, "", append([]string{"runs", "resume", run}, runs...)...)
	if code != 0 || !strings.Contains(out, `"seen on the account"`) {
		t.Fatal(code, out, errs)
	}
	if b, _ := os.ReadFile(paid); string(b) != "paid\n" {
		t.Errorf("paid: %q", b)
	}
}
