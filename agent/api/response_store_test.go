package api_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

// storing serves a scripted model whose answers say how many messages it read.
func storing(t testing.TB, dir string, limits api.Limits) string {
	o := apiOf(&llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn { return llm.Turn{Text: fmt.Sprint(len(req.Messages))} }})
	o.Dir, o.Limits = dir, limits
	return serveAgents(t, o) + "/v1/responses"
}

func answered(t testing.TB, out object) string {
	t.Helper()
	text, ok := dig(out, "output", 0, "content", 0, "text").(string)
	if !ok {
		t.Fatal(out)
	}
	return text
}

// TestResponsesState: a response goes on from another, on another server too; what was said
// is listed; what is deleted is gone, and what followed it is not.
func TestResponsesState(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		url := storing(t, dir, api.Limits{})
		_, first := post(t, url, object{"model": "scripted", "instructions": "Be brief", "input": "A"})
		_, second := post(t, url, object{"model": "scripted", "input": "B", "previous_response_id": first["id"]})
		if answered(t, first) != "2" || answered(t, second) != "3" { // instructions are not carried on
			t.Error(first, second)
		}
		if status, out, _ := send(t, http.MethodDelete, url+"/"+first["id"].(string), nil); status != http.StatusOK || !strings.Contains(string(out), `"deleted":true`) {
			t.Error(status, string(out))
		}
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			if status, _, _ := send(t, method, url+"/"+first["id"].(string), nil); status != http.StatusNotFound {
				t.Error(method, status)
			}
		}
		if dir != "" {
			url = storing(t, dir, api.Limits{})
		}
		_, third := post(t, url, object{"model": "scripted", "input": "C", "previous_response_id": second["id"]})
		if answered(t, third) != "5" {
			t.Error(third)
		}
		_, list := get(t, url+"/"+third["id"].(string)+"/input_items?order=asc&limit=3")
		said := ""
		for i := range 3 {
			said += dig(list, "data", i, "content", 0, "text").(string) + dig(list, "data", i, "role").(string) + " "
		}
		if said != "Auser 2assistant Buser " || list["has_more"] != true || list["last_id"] != dig(list, "data", 2, "id") {
			t.Error(said, list)
		}
		_, rest := get(t, url+"/"+third["id"].(string)+"/input_items?order=asc&after="+list["last_id"].(string))
		if len(rest["data"].([]any)) != 2 || rest["has_more"] != false || dig(rest, "data", 1, "content", 0, "text") != "C" {
			t.Error(rest)
		}
		_, latest := get(t, url+"/"+third["id"].(string)+"/input_items")
		if dig(latest, "data", 0, "content", 0, "text") != "C" {
			t.Error(latest)
		}
		for _, query := range []string{"order=up", "limit=0", "limit=x", "after=msg_x"} {
			if status, _ := get(t, url+"/"+third["id"].(string)+"/input_items?"+query); status != http.StatusBadRequest {
				t.Error(query, status)
			}
		}
		if status, _ := post(t, url+"/"+third["id"].(string)+"/cancel", nil); status != http.StatusBadRequest {
			t.Error("a response that is no background one is cancelled")
		}
	}
}

// TestResponsesAreBounded: the oldest make room, and nothing is left over on the disk.
func TestResponsesAreBounded(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		url := storing(t, dir, api.Limits{Stored: 20 << 10})
		var ids []string
		for range 30 {
			_, out := post(t, url, object{"model": "scripted", "input": strings.Repeat("x", 2<<10)})
			ids = append(ids, out["id"].(string))
		}
		kept := 0
		for i, id := range ids {
			status, _ := get(t, url+"/"+id)
			if status == http.StatusOK {
				kept++
			} else if i > 25 {
				t.Error("one of the latest is gone")
			}
		}
		if kept < 3 || kept > 8 {
			t.Error(kept)
		}
		if dir == "" {
			continue
		}
		bytes := int64(0)
		err := filepath.Walk(filepath.Join(dir, "responses"), func(path string, f os.FileInfo, err error) error {
			if err != nil || f.IsDir() {
				return err
			}
			if f.Mode().Perm() != 0o600 || !strings.HasSuffix(path, ".json") {
				t.Error(path, f.Mode())
			}
			bytes += f.Size()
			return nil
		})
		if err != nil || bytes > 20<<10 {
			t.Error(err, bytes)
		}
	}
}

// TestResponsesSpoilt: a file that is no response is an error in the log and no crash, and
// what was half written is cleared away.
func TestResponsesSpoilt(t *testing.T) {
	dir := t.TempDir()
	url := storing(t, dir, api.Limits{})
	_, out := post(t, url, object{"model": "scripted", "input": "A"})
	files, err := filepath.Glob(filepath.Join(dir, "responses", "*", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte(`{"resp`), 0o600); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(filepath.Dir(files[0]), ".part-1")
	if err := os.WriteFile(half, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, url+"/"+out["id"].(string)); status != http.StatusInternalServerError {
		t.Error(status)
	}
	storing(t, dir, api.Limits{})
	if _, err := os.Stat(half); err == nil {
		t.Error("half of a file stays")
	}
}

// TestResponsesOfTenants: nobody reads, follows, cancels or deletes another's responses, but
// for who sees all, who still follows none of another's.
func TestResponsesOfTenants(t *testing.T) {
	m := newSlow()
	o := apiOf(m)
	o.Dir = t.TempDir()
	k, texts := keysIn(t, t.TempDir(), api.Key{Name: "a", Tenant: "aa"}, api.Key{Name: "b", Tenant: "bb"}, api.Key{Name: "c", Tenant: "aa"}, api.Key{Name: "all", Tenant: "oo", All: true})
	o.Keys = k
	url := serveAgents(t, o) + "/v1/responses"
	as := func(name string) []string { return bearer(texts[name]) }
	go func() {
		m.next <- llm.TextDelta{Text: "secret"}
		m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	}()
	_, done := post(t, url, object{"model": "scripted", "input": "A"}, as("a")...)
	_, live := post(t, url, later, as("a")...)
	for _, r := range []object{done, live} {
		own := url + "/" + r["id"].(string)
		for _, c := range []struct{ method, path string }{
			{http.MethodGet, ""}, {http.MethodGet, "?stream=true"}, {http.MethodDelete, ""}, {http.MethodPost, "/cancel"}, {http.MethodGet, "/input_items"},
		} {
			if status, out, _ := send(t, c.method, own+c.path, nil, as("b")...); status != http.StatusNotFound || strings.Contains(string(out), "secret") {
				t.Error(c, status, string(out))
			}
		}
		for _, who := range []string{"a", "c", "all"} {
			if status, out := get(t, own, as(who)...); status != http.StatusOK {
				t.Error(who, status, out)
			}
		}
		for _, who := range []string{"b", "all"} {
			if status, out := post(t, url, object{"model": "scripted", "input": "B", "previous_response_id": r["id"]}, as(who)...); status != http.StatusNotFound {
				t.Error(who, status, out)
			}
		}
	}
	if status, _ := post(t, url+"/"+live["id"].(string)+"/cancel", nil, as("c")...); status != http.StatusOK {
		t.Error(status)
	}
}
