package console

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/agent/api"
)

// everything is what the bearer of the link may.
var everything = api.Principal{Name: "console", Approve: true, Operate: true, All: true}

type whoKey struct{}

// who is whoever asks for a page.
func who(r *http.Request) api.Principal {
	p, _ := r.Context().Value(whoKey{}).(api.Principal)
	return p
}

// admit lets in whoever has the link's token or has signed in, and returns the request with
// who it is; nil if it was answered. Who comes by the link is sent on without its token, so
// that it stays in no history.
func (c *Console) admit(w http.ResponseWriter, r *http.Request) *http.Request {
	as := func(p api.Principal) *http.Request {
		return r.WithContext(context.WithValue(r.Context(), whoKey{}, p))
	}
	if c.o.Token == "" && c.o.Sessions == nil {
		return as(everything)
	}
	if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
		if !c.isToken(token) {
			c.fail(w, r, &problem{status: http.StatusForbidden, message: "the link's token is not the server's: it prints the link when it starts"})
			return nil
		}
		setCookie(w, r, token, c.o.Lasts)
		q := r.URL.Query()
		q.Del("token")
		to := *r.URL
		to.RawQuery = q.Encode()
		http.Redirect(w, r, to.RequestURI(), http.StatusSeeOther)
		return nil
	}
	if cookie, err := r.Cookie(api.SessionCookie); err == nil {
		if c.isToken(cookie.Value) {
			return as(everything)
		}
		if c.o.Sessions != nil {
			if p, ok := c.o.Sessions.Session(cookie.Value); ok {
				return as(p)
			}
		}
	}
	if r.Method == http.MethodPost && r.URL.Path == "/console/sign-in" {
		return as(api.Principal{})
	}
	if c.o.Sessions != nil && r.Method == http.MethodGet {
		if err := c.showAs(w, r, http.StatusForbidden, "sign-in", page{Title: "Sign in", Body: signInBody{To: r.URL.RequestURI()}}); err != nil {
			c.fail(w, r, err)
		}
		return nil
	}
	c.fail(w, r, &problem{status: http.StatusForbidden, message: "open the console by the link that the server prints when it starts: it holds a token"})
	return nil
}

func (c *Console) isToken(s string) bool {
	return c.o.Token != "" && subtle.ConstantTimeCompare([]byte(s), []byte(c.o.Token)) == 1
}

// setCookie keeps the token in the browser for so long; 0 is until it is closed.
func setCookie(w http.ResponseWriter, r *http.Request, token string, lasts time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: api.SessionCookie, Value: token, Path: "/", MaxAge: int(lasts / time.Second), HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
}

type signInBody struct {
	To      string
	Problem string
}

// signedIn is how long somebody stays signed in with a key.
const signedIn = 12 * time.Hour

// signIn opens a session for whoever sends an API key, in the form's body and nowhere else.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	if c.o.Sessions == nil {
		return &problem{status: http.StatusNotFound, message: "nobody signs in here: open the console by the link that the server prints"}
	}
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	to := r.PostFormValue("to")
	if !strings.HasPrefix(to, "/console/") {
		to = "/console/"
	}
	token, err := c.o.Sessions.SignIn(strings.TrimSpace(r.PostFormValue("key")), signedIn)
	if err != nil {
		c.o.Log.Warn().Str("from", r.RemoteAddr).Msg("somebody tried to sign in to the console with a wrong key")
		return c.showAs(w, r, http.StatusForbidden, "sign-in", page{Title: "Sign in", Body: signInBody{to, err.Error()}})
	}
	setCookie(w, r, token, signedIn)
	return back(w, r, to, "")
}

// signOut ends the session of whoever asks. The link's stays good for the others.
func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(api.SessionCookie); err == nil && c.o.Sessions != nil && !c.isToken(cookie.Value) {
		c.o.Sessions.EndSession(cookie.Value)
	}
	setCookie(w, r, "", -time.Second)
	return back(w, r, "/console/", "")
}

// operators lets only those go on who may see what operators see.
func operators(r *http.Request) error {
	if !who(r).Operate {
		return &problem{status: http.StatusForbidden, message: "this page is for operators; your key is none of theirs"}
	}
	return nil
}
