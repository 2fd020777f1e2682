package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestBenchCache: the figures that don't depend on the machine are right.
func TestBenchCache(t *testing.T) {
	model := golden(t, "models/tiny-Q8_0.gguf")
	stdout, stderr, code := chaski(t, "", "bench", "cache", "-m", model, "--prefix", "100", "--runs", "4", "--resume", "150", "--json")
	var out benchCacheOut
	if err := json.Unmarshal([]byte(stdout), &out); err != nil || code != 0 {
		t.Fatalf("%v, exit %d, %s", err, code, stderr)
	}
	if out.Prefills != 1 || out.Prompts != 4*(100+ownTokens) || out.ResumeCached != 149 || out.DiskBytes == 0 || out.ResumeS <= 0 || out.PrefillS <= 0 {
		t.Errorf("%+v", out)
	}
	for _, args := range [][]string{{"--runs", "0"}, {"--resume", "1"}, {"--prefix=-1"}} {
		if _, stderr, code := chaski(t, "", append([]string{"bench", "cache", "-m", model}, args...)...); code != 1 || !strings.Contains(stderr, strings.SplitN(args[0], "=", 2)[0]) {
			t.Errorf("%v: exit %d, %s", args, code, stderr)
		}
	}
	stdout, stderr, code = chaski(t, "", "bench", "decode", "-m", model, "-p", "8", "-n", "2", "--batch", "3", "--depth", "64", "--json")
	var speed benchDecodeOut
	if err := json.Unmarshal([]byte(stdout), &speed); err != nil || code != 0 {
		t.Fatalf("%v, exit %d, %s", err, code, stderr)
	}
	if speed.BatchSpeedup <= 0 || speed.AttentionFraction <= 0 || speed.DecodeTokS <= 0 || speed.ReadGBS <= 0 {
		t.Errorf("%+v", speed)
	}
}
