//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages begins chaski ui and gives the address of its API.
func pages(t *testing.T, file string) (b *begun, url string) {
	t.Helper()
	b = begin(t, nil, "ui", "-f", file, "--address", "127.0.0.1:0", "--log-json")
	b.out.wait(t, "/v1")
	return b, regexp.MustCompile(`http://[0-9.:]+/v1`).FindString(b.out.String())
}

// runStatus asks the pages' API how a run stands.
func runStatus(url, run string) string {
	resp, err := http.Get(url + "/runs/" + run)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	var o struct{ Status string }
	if err := json.NewDecoder(resp.Body).Decode(&o); err != nil {
		return err.Error()
	}
	return o.Status
}

// TestStoppedPages stops chaski ui while a run of it goes on: it ends as serving does, says what
// of the run may have run, and the run goes on by itself when the pages are opened again.
func TestStoppedPages(t *testing.T) {
	t.Parallel()
	for stage, c := range map[string]struct {
		tool string
		hang bool   // the model's last turn
		said string // when it is stopped
		ends string // the run, when the pages are there again
		did  string // by the tool
	}{
		"the model speaks":            {hang: true, said: "nothing of it is lost", ends: "finished"},
		"after a tool":                {tool: "pay", hang: true, said: "nothing of it is lost", ends: "finished", did: "began ended"},
		"a read tool is under way":    {tool: "look", said: "nothing of it is lost", ends: "finished", did: "began began ended"},
		"an effect tool is under way": {tool: "pay", said: `pay {"id":7} was under way when this process was stopped: it may have run`, ends: "outcome_unknown", did: "began"},
	} {
		for _, s := range stops {
			t.Run(stage+", "+s.sig.String(), func(t *testing.T) {
				t.Parallel()
				file, _, hang := paying(t, c.tool)
				hang.Store(c.hang)
				b, url := pages(t, file)
				resp, err := http.Post(url+"/runs", "application/json", strings.NewReader(`{"agent":"payer","input":"Pay 7."}`))
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				var o struct{ ID string }
				if err := json.NewDecoder(resp.Body).Decode(&o); err != nil || o.ID == "" {
					t.Fatal(resp.Status, err)
				}
				if c.tool != "" {
					waitFor(t, "the tool", func() bool { return did(file, c.tool) == "began" })
				}
				if c.hang {
					if c.tool != "" {
						quick(t, file)
						waitFor(t, "the tool's end", func() bool { return did(file, c.tool) == "began ended" })
					}
					waitFor(t, "the model", func() bool { return strings.Contains(recordsOf(file, o.ID), `"leased"`) })
				}
				code := b.stop(t, s.sig)
				if errs := strings.ReplaceAll(b.errs.String(), `\"`, `"`); code != 0 || !strings.Contains(errs, c.said) || !strings.Contains(errs, o.ID) || strings.Contains(errs, "chaski: ") {
					t.Fatalf("exit %d: %s", code, errs)
				}
				hang.Store(false)
				if !c.hang || c.tool == "" {
					quick(t, file)
				}
				again, url := pages(t, file)
				waitFor(t, fmt.Sprintf("%s, %s", c.ends, runStatus(url, o.ID)), func() bool { return runStatus(url, o.ID) == c.ends })
				if c.tool != "" && did(file, c.tool) != c.did {
					t.Errorf("the tool %s, want %s", did(file, c.tool), c.did)
				}
				if code := again.stop(t, s.sig); code != 0 {
					t.Errorf("exit %d: %s", code, again.errs.String())
				}
			})
		}
	}
}

// recordsOf is the text of a run's journal in the data folder of paying.
func recordsOf(file, run string) string {
	text, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "data", "runs", run+".jsonl"))
	return string(text)
}
