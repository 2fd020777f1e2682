package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestRunsDamaged: a run whose journal is damaged in the middle is damaged in every list,
// though its last record says that it waits or is over; its story is told up to there; what
// would be lost is told before it is cut off; and the records before it can be forked.
func TestRunsDamaged(t *testing.T) {
	t.Parallel()
	file, data := shop(t, modelServer(t, looksUpAndRefunds))
	runs := filepath.Join(data, "runs")
	if _, errs, code := chaski(t, "", "run", "-f", file, "Refund order 1042."); code != 4 {
		t.Fatal(code, errs)
	}
	found, _ := filepath.Glob(filepath.Join(runs, "*.jsonl"))
	run := strings.TrimSuffix(filepath.Base(found[0]), ".jsonl")
	for _, verb := range []string{"deny", "resume"} {
		if _, errs, code := chaski(t, "", "runs", verb, run, "--runs", runs); code != 0 {
			t.Fatal(errs)
		}
	}
	story, _, _ := chaski(t, "", "runs", "show", run, "--runs", runs)
	whole, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	at := 0 // the record of the first intent
	for i, line := range lines {
		if strings.Contains(line, `"intent":{`) {
			at = i + 1
			break
		}
	}
	broken := append([]string{}, lines...)
	broken[at-1] = strings.Replace(broken[at-1], `"intent"`, `"intend"`, 1)
	if err := os.WriteFile(found[0], []byte(strings.Join(broken, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	where := "corrupt at record " + strconv.Itoa(at)

	list, _, _ := chaski(t, "", "runs", "ls", "--runs", runs)
	contains(t, "the list", list, run+"  damaged", where)
	var one struct{ Status, Reason string }
	list, _, _ = chaski(t, "", "runs", "ls", "--status", "damaged", "--json", "--runs", runs)
	if err := json.Unmarshal([]byte(list), &one); err != nil || one.Status != "damaged" || !strings.Contains(one.Reason, where) {
		t.Error(list, err)
	}
	out, errs, code := chaski(t, "", "runs", "show", run, "--runs", runs)
	if code != 1 || out == "" || !strings.HasPrefix(story, out) || strings.Count(out, "\n") < at {
		t.Error(code, out)
	}
	contains(t, "show", errs, where, "chaski runs salvage "+run)
	out, _, code = chaski(t, "", "runs", "show", "--json", run, "--runs", runs)
	if code != 1 || strings.Count(out, "\n") != at-1 {
		t.Error(code, out)
	}
	for _, args := range [][]string{{"resume", run}, {"fork", run, strconv.Itoa(at)}, {"approve", run}, {"cancel", run}} {
		_, errs, code := chaski(t, "", append([]string{"runs", args[0], "--runs", runs}, args[1:]...)...)
		if code != 1 {
			t.Error(args, code, errs)
		}
		contains(t, args[0], errs, where, "chaski runs show "+run, "chaski runs salvage "+run)
	}
	if out, _, code := chaski(t, "", "runs", "replay", run, "--runs", runs); code != 1 || !strings.Contains(out, where) {
		t.Error(code, out)
	}
	fork := 0 // before the model was asked, no call is open
	for i, line := range lines {
		if strings.Contains(line, `"generated":{`) {
			fork = i
			break
		}
	}
	if out, errs, code := chaski(t, "", "runs", "fork", run, strconv.Itoa(fork), "--as", "again", "--runs", runs); code != 0 {
		t.Error(out, errs, code)
	}
	out, errs, code = chaski(t, "", "runs", "salvage", run, "--runs", runs)
	if now, _ := os.ReadFile(found[0]); code != 1 || string(now) != strings.Join(broken, "") {
		t.Error("it was cut", code)
	}
	contains(t, "salvage", out, "would forget", "order is done", "calls refund", "root refused", "the run ended: finished")
	contains(t, "salvage", errs, "salvage --lose "+run)
	if out, errs, code := chaski(t, "", "runs", "salvage", "--lose", run, "--runs", runs); code != 0 || !strings.Contains(out, "ends with record "+strconv.Itoa(at-1)) {
		t.Fatal(out, errs, code)
	}
	if _, errs, code := chaski(t, "", "runs", "resume", run, "--runs", runs); code != 4 { // a person is asked again
		t.Error(code, errs)
	}
}
