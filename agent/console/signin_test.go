package console_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// as is the same server for somebody who signs in with a key.
func (s *shop) as(t *testing.T, key string, want int) (*shop, string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	other := &shop{url: s.url, http: &http.Client{Jar: jar}}
	return other, other.post(t, "/console/sign-in", url.Values{"key": {key}, "to": {"/console/runs"}}, want, "Sec-Fetch-Site", "same-origin")
}

// TestSignIn: a key shows what its holder may see, and no more; it is in no address; a key
// that is removed shows nothing.
func TestSignIn(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	key := func(k api.Key) string {
		t.Helper()
		text, err := s.keys.Add(k)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	reader := key(api.Key{Name: "rita", Tenant: "north"})
	approver := key(api.Key{Name: "abe", Tenant: "north", Approve: true})
	runs := map[string]string{}
	for _, tenant := range []string{"north", "south"} {
		run, err := s.agent.Start(context.Background(), agent.Start{Prompt: "question of " + tenant, Tenant: tenant})
		if err != nil {
			t.Fatal(err)
		}
		runs[tenant] = run
	}
	if page := s.get(t, "/console/runs", http.StatusOK); !strings.Contains(page, "question of north") || !strings.Contains(page, "question of south") {
		t.Error(page)
	}
	stranger, page := s.as(t, "chaski_wrong", http.StatusForbidden)
	if !strings.Contains(page, "not known here") || strings.Contains(page, "chaski_wrong") {
		t.Error(page)
	}
	for _, path := range []string{"/console/", "/console/runs", "/console/runs/" + runs["north"], "/console/tools", "/console/runs?token=" + url.QueryEscape(reader)} {
		if page := stranger.get(t, path, http.StatusForbidden); strings.Contains(page, "question") || strings.Contains(page, "lookup_order") {
			t.Errorf("%s: %s", path, page)
		}
	}
	stranger.post(t, "/console/runs/"+runs["north"]+"/cancel", nil, http.StatusForbidden)
	stranger.post(t, "/console/sign-in", url.Values{"key": {reader}}, http.StatusForbidden, "Sec-Fetch-Site", "cross-site")

	rita, page := s.as(t, reader, http.StatusOK)
	if !strings.Contains(page, "question of north") || strings.Contains(page, "question of south") || !strings.Contains(page, "rita, north") || strings.Contains(page, "/console/engine") {
		t.Fatal(page)
	}
	rita.get(t, "/console/runs/"+runs["north"], http.StatusOK)
	for path, want := range map[string]int{"/console/runs/" + runs["south"]: http.StatusNotFound, "/console/engine": http.StatusForbidden, "/console/policies": http.StatusForbidden,
		"/console/runs/" + runs["north"] + "/prompt/3": http.StatusForbidden, "/console/chat/shop?run=" + runs["south"]: http.StatusNotFound, "/console/chat/shop?again=" + runs["south"]: http.StatusNotFound,
		"/console/tools": http.StatusOK, "/console/approvals": http.StatusOK} {
		rita.get(t, path, want)
	}
	if page := rita.get(t, "/console/tools?as=json", http.StatusOK); strings.Contains(page, "workers") {
		t.Errorf("a reader sees the workers: %s", page)
	}
	rita.post(t, "/console/policies", url.Values{"agent": {"shop"}, "draft": {rules}}, http.StatusForbidden)
	rita.post(t, "/console/runs/"+runs["south"]+"/cancel", nil, http.StatusNotFound)
	rita.post(t, "/console/runs/"+runs["north"]+"/fork", url.Values{"event": {"1"}}, http.StatusForbidden)

	run := rita.ask(t, "Refund order 1042.", "")
	chat := "/console/chat/shop?run=" + run
	page = rita.wait(t, chat, "waits for you")
	if !strings.Contains(page, "Somebody who may approve") || strings.Contains(page, ">Approve<") {
		t.Error(page)
	}
	abe, _ := s.as(t, approver, http.StatusOK)
	page = abe.get(t, chat, http.StatusOK)
	form := url.Values{"to": {chat}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	rita.post(t, "/console/runs/"+run+"/approve", form, http.StatusForbidden)
	abe.post(t, "/console/runs/"+run+"/approve", form, http.StatusOK)
	rita.wait(t, chat, "I refunded it.")

	for _, c := range []struct {
		who     *shop
		path    string
		form    url.Values
		seconds int
	}{
		{s, strings.TrimPrefix(s.link, s.url), nil, 30 * 24 * 60 * 60}, {stranger, "/console/sign-in", url.Values{"key": {approver}}, 12 * 60 * 60},
	} {
		if age := c.who.cookieAge(t, c.path, c.form); age != c.seconds {
			t.Errorf("%.20s: the cookie lasts %d seconds, want %d", c.path, age, c.seconds)
		}
	}
	s.post(t, "/console/runs/"+run+"/cancel", nil, http.StatusForbidden, "Origin", "") // no browser sends that

	if err := s.keys.Remove("rita"); err != nil {
		t.Fatal(err)
	}
	rita.get(t, "/console/runs", http.StatusForbidden)
	abe.post(t, "/console/sign-out", nil, http.StatusForbidden) // leads to the form
	abe.get(t, "/console/runs", http.StatusForbidden)
	s.get(t, "/console/runs", http.StatusOK)
}

// TestNullOrigin: the pages send no referrer, and so a browser's form says null for its
// origin; that it is of the same site it says by another header.
func TestNullOrigin(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	s.get(t, strings.TrimPrefix(s.link, s.url), http.StatusOK)
	for site, want := range map[string]int{"same-origin": http.StatusOK, "cross-site": http.StatusForbidden, "": http.StatusForbidden} {
		s.post(t, "/console/chat/shop", url.Values{"text": {"Where is order 1042?"}}, want, "Origin", "null", "Sec-Fetch-Site", site)
	}
}

// cookieAge is how many seconds the cookie lasts that a page sets.
func (s *shop) cookieAge(t *testing.T, path string, form url.Values) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if form != nil {
		req, err = http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", s.url)
	}
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == api.SessionCookie {
			return c.MaxAge
		}
	}
	return 0
}
