package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// browser starts the Chromium that CHASKI_CHROMIUM names, if it does, and fails the test at each error that a page
// logs.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("CHASKI_CHROMIUM")
	if path == "" {
		t.Skip("CHASKI_CHROMIUM does not name a Chromium (Debian: chromium)")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1100, 900))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(cancel)
	if ctx, cancel = chromedp.NewContext(ctx); true {
		t.Cleanup(cancel)
	}
	ctx, cancel = context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("a script failed: %s", ev.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if ev.Type == runtime.ConsoleAPICalledTypeError {
				t.Errorf("a page logged an error: %s", ev.Args[0].Value)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func do(t *testing.T, ctx context.Context, what string, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	value(t, ctx, what, chromedp.Steps(actions...))
}

// value does one action and returns its value.
func value[T any](t *testing.T, ctx context.Context, what string, action chromedp.Action[T]) T {
	t.Helper()
	short, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	v, err := chromedp.Run(short, action)
	if err != nil {
		html, _ := chromedp.Run(ctx, chromedp.OuterHTML(chromedp.CSS("main")))
		t.Fatalf("%s: %v\n%s", what, err, html)
	}
	return v
}

// sees waits until the page shows a text, whatever pages it goes through.
func sees(text string) chromedp.Action[chromedp.Void] {
	quoted, _ := json.Marshal(text) // a string always encodes
	look := chromedp.Evaluate[bool](fmt.Sprintf("document.body.innerText.includes(%s)", quoted))
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		for {
			seen, err := look(ctx, tab)
			if seen {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%q is not seen: %w, %v", text, ctx.Err(), err)
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}

// click clicks, once more where the page was brought up to date in between.
func click(selector string) chromedp.Action[chromedp.Void] {
	once := chromedp.Click(chromedp.CSS(selector))
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		for {
			_, err := once(ctx, tab)
			if err == nil || !strings.Contains(err.Error(), "Could not find node") || ctx.Err() != nil {
				return err
			}
		}
	})
}

// TestBrowser: a person asks, watches the call, approves on the page and sees the answer
// without a reload; forks; hostile text stays text; no page has an error or, where axe-core
// is at hand (CHASKI_AXE names axe.min.js), a finding of it. CHASKI_SHOTS names a folder for
// pictures of each page.
func TestBrowser(t *testing.T) {
	ctx := browser(t)
	s := newShop(t, &journal.Memory{})
	s.note = hostile + strings.Repeat("W", 500) // nothing to break the line at
	do(t, ctx, "open", chromedp.Navigate(s.link), sees("Say what the agent is to do"))
	do(t, ctx, "ask", chromedp.SendKeys(chromedp.CSS("#text"), "Refund order 1042.\r"), sees("waits for you"), sees("Money needs a person."))
	address, title := value(t, ctx, "see", chromedp.Location()), value(t, ctx, "see", chromedp.Title())
	if !strings.Contains(address, "run=") || strings.Contains(title, "owned") {
		t.Fatal(address, title)
	}
	_, run, _ := strings.Cut(address, "run=")
	pages := map[string]string{"chat": address, "run": s.url + "/console/runs/" + run, "approvals": s.url + "/console/approvals", "runs": s.url + "/console/runs",
		"policies": s.url + "/console/policies", "tools": s.url + "/console/tools", "engine": s.url + "/console/engine"}
	for name, at := range pages {
		do(t, ctx, name, chromedp.Navigate(at), chromedp.WaitVisible(chromedp.CSS("main")))
		if name == "engine" { // whose curves grow while somebody looks
			time.Sleep(4 * time.Second)
		}
		inspect(t, ctx, "CHASKI_SHOTS", name)
	}
	do(t, ctx, "approve", chromedp.Navigate(address), click(".answer .yes"), sees("I refunded it."))
	if n := s.paid.Load(); n != 1 {
		t.Errorf("paid %d times", n)
	}
	do(t, ctx, "open a result", click("details[id^=result] summary"), sees("<script>document.title='owned'</script>"))
	if title = value(t, ctx, "see", chromedp.Title()); title != "shop · Chaski" {
		t.Errorf("the title is %q: a text was run", title)
	}
	do(t, ctx, "fork", chromedp.Navigate(s.url+"/console/runs/"+run), click(`button[aria-label="fork from here, after step 1"]`), sees("Forked from "+run))
	do(t, ctx, "prompt", chromedp.Navigate(s.url+"/console/runs/"+run), chromedp.WaitVisible(chromedp.CSS(".steps")))
	last := value(t, ctx, "prompt", chromedp.Evaluate[string](`[...document.querySelectorAll('a[href*="/prompt/"]')].pop().href`))
	do(t, ctx, "prompt", chromedp.Navigate(last), sees("so it is exact"), chromedp.WaitVisible(chromedp.CSS(".exact mark")))
	inspect(t, ctx, "CHASKI_SHOTS", "prompt")

	key, err := s.keys.Add(api.Key{Name: "rita", Tenant: "north"})
	if err != nil {
		t.Fatal(err)
	}
	forget(t, ctx)
	do(t, ctx, "sign in", chromedp.Navigate(s.url+"/console/runs"), sees("API key"))
	inspect(t, ctx, "CHASKI_SHOTS", "sign-in")
	do(t, ctx, "sign in", chromedp.SendKeys(chromedp.CSS("input[type=password]"), key+"\r"), sees("rita, north"), sees("Nothing has run yet."))
	if address := value(t, ctx, "see", chromedp.Location()); address != s.url+"/console/runs" {
		t.Error(address)
	}
	inspect(t, ctx, "CHASKI_HARD_SHOTS", "empty")
	do(t, ctx, "sign out", click(".who-am button"), sees("API key"))
}

// forget takes the browser's cookies away.
func forget(t *testing.T, ctx context.Context) {
	t.Helper()
	do(t, ctx, "forget", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
}

// inspect looks at a page: nothing is wider than it, axe finds nothing, and pictures are
// taken in light, dark and narrow, if that variable names a folder.
func inspect(t *testing.T, ctx context.Context, shots, name string) {
	t.Helper()
	for _, look := range []struct {
		name, scheme string
		width        int64
	}{{"light", "light", 1100}, {"dark", "dark", 1100}, {"narrow", "light", 360}} {
		do(t, ctx, name, chromedp.EmulateViewport(look.width, 900), media("prefers-color-scheme", look.scheme))
		over := value(t, ctx, name, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > window.innerWidth + 1"))
		if over {
			t.Errorf("%s, %s: the page is wider than the window", name, look.name)
		}
		if axe := os.Getenv("CHASKI_AXE"); axe != "" {
			script, err := os.ReadFile(axe)
			if err != nil {
				t.Fatal(err)
			}
			value(t, ctx, name, chromedp.Evaluate[bool](string(script)+";true"))
			found := value(t, ctx, name, chromedp.Evaluate[[]string](`axe.run().then(r => r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join("\n")))`, chromedp.EvalAwaitPromise))
			for _, f := range found {
				t.Errorf("%s, %s: %s", name, look.name, f)
			}
		}
		if dir := os.Getenv(shots); dir != "" {
			picture := value(t, ctx, name, chromedp.FullScreenshot(60))
			if err := os.WriteFile(filepath.Join(dir, name+"-"+look.name+".jpg"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// media sets a feature of the screen, and asks for no motion.
func media(name, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: name, Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	})
}
