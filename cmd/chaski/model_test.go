package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestInterruptedInput: Ctrl-C ends a command that waits for a line that never comes.
func TestInterruptedInput(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a test can't send Ctrl-C to one process on Windows")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "model", "prompt")
	cmd.Env = append(os.Environ(), "CHASKI_TEST_RUN=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	if _, err := stdin.Write([]byte("5\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil { // it has answered: it waits for the next
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit status %d, want 130", code)
	}
}

func TestQuantizeJSON(t *testing.T) {
	small := filepath.Join(t.TempDir(), "small.gguf")
	out, errs, code := chaski(t, "", "model", "quantize", golden(t, "models/tiny-F32.gguf"), small, "--type", "q4_0", "--json")
	if code != 0 || errs != "" {
		t.Fatalf("exit status %d: %q", code, errs)
	}
	var got quantizeOut
	decode(t, out, &got)
	info, err := os.Stat(small)
	if err != nil || got.Bytes != info.Size() || got.Path != small || got.Format != "Q4_0" || got.BytesRead <= got.Bytes {
		t.Errorf("%+v, %v", got, err)
	}
}
