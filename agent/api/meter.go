package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"github.com/chaski-dev/chaski/llm"
)

// Used is what was used with a key. Tokens count as in [Bounds].
type Used struct {
	Day         string    `json:"day"` // of DayTokens, as 2006-01-02
	DayTokens   int       `json:"day_tokens"`
	Month       string    `json:"month"` // of MonthTokens, as 2006-01
	MonthTokens int       `json:"month_tokens"`
	Requests    int       `json:"requests"` // ever
	Tokens      int       `json:"tokens"`   // ever
	Last        time.Time `json:"last,omitzero"`
}

// add counts n requests and so many tokens.
func (u *Used) add(n, tokens int) {
	u.Requests += n
	u.DayTokens += tokens
	u.MonthTokens += tokens
	u.Tokens += tokens
}

// turn begins the day and the month anew.
func (u *Used) turn(now time.Time) {
	now = now.UTC()
	if day := now.Format(time.DateOnly); u.Day != day {
		u.Day, u.DayTokens = day, 0
	}
	if month := now.Format("2006-01"); u.Month != month {
		u.Month, u.MonthTokens = month, 0
	}
}

// meter counts what is used with one key, and says when it is too much.
type meter struct {
	file string

	mu       sync.Mutex
	used     Used // by all servers of the folder, as far as it is known
	pending  Used // of it: what the file does not know yet
	held     int  // tokens that are promised to answers under way
	parallel int
	requests bucket
	tokens   bucket
	saved    time.Time
	dirty    bool
}

// saveEvery bounds what a crash forgets, and for how long servers of one folder count apart.
const saveEvery = 5 * time.Second

// openMeter reads what was used. What cannot be read counts from nothing: the key works.
func openMeter(file string) *meter {
	m := &meter{file: file}
	if text, err := os.ReadFile(file); err == nil {
		_ = json.Unmarshal(text, &m.used)
	}
	return m
}

func (m *meter) read(now time.Time) Used {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.turn(now)
	return m.used
}

// cost is what counts of a usage.
func cost(u llm.Usage) int { return max(u.PromptTokens-u.CachedTokens, 0) + u.GeneratedTokens }

// bucket lets so many through in a minute, and as many at once.
type bucket struct {
	level float64
	at    time.Time
}

// fill fills the bucket up to now.
func (b *bucket) fill(perMinute int, now time.Time) {
	if b.at.IsZero() {
		b.level = float64(perMinute)
	} else {
		b.level += now.Sub(b.at).Minutes() * float64(perMinute)
	}
	b.level, b.at = min(b.level, float64(perMinute)), now
}

// until is how long it takes to a level.
func (b *bucket) until(level float64, perMinute int) time.Duration {
	return time.Duration((level - b.level) / float64(perMinute) * float64(time.Minute))
}

// enter lets a request in that wants n answers, or says what is too much of it. left is how
// many tokens it may use.
func (m *meter) enter(b Bounds, n int, now time.Time) (left int, f *failure) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.saved) >= saveEvery { // others may have counted
		_ = m.merge(now) // tried again, and told, by charge
	}
	m.used.turn(now)
	m.pending.turn(now)
	left = math.MaxInt
	for _, q := range []struct {
		bound, used int
		ends        time.Time
		what        string
	}{
		{b.Day, m.used.DayTokens, now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour), "day"},
		{b.Month, m.used.MonthTokens, time.Date(now.UTC().Year(), now.UTC().Month()+1, 1, 0, 0, 0, 0, time.UTC), "month"},
	} {
		if q.bound == 0 {
			continue
		}
		if left = min(left, q.bound-q.used-m.held); left > 0 {
			continue
		}
		after := q.ends.Sub(now)
		if q.used < q.bound { // answers under way may give some back
			after = time.Second
		}
		f := busy(after, "the key may use %d tokens a %s, and has", q.bound, q.what)
		f.code, f.kind = "insufficient_quota", "insufficient_quota"
		return 0, f
	}
	if b.Parallel > 0 && m.parallel+n > b.Parallel {
		return 0, busy(time.Second, "the key may have %d answers at once", b.Parallel)
	}
	if b.Tokens > 0 {
		if m.tokens.fill(b.Tokens, now); m.tokens.level <= 0 {
			return 0, busy(m.tokens.until(1, b.Tokens), "the key may use %d tokens a minute, and has", b.Tokens)
		}
	}
	if b.Requests > 0 {
		if m.requests.fill(b.Requests, now); m.requests.level < 1 {
			return 0, busy(m.requests.until(1, b.Requests), "the key may make %d requests a minute, and has", b.Requests)
		}
		m.requests.level--
	}
	m.parallel += n
	m.used.add(1, 0)
	m.pending.add(1, 0)
	m.used.Last = now.UTC().Truncate(time.Second)
	m.dirty = true
	return left, nil
}

// hold promises tokens to an answer under way; a negative number takes a promise back.
func (m *meter) hold(tokens int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held += tokens
}

func (m *meter) leave(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parallel -= n
}

// charge counts tokens.
func (m *meter) charge(b Bounds, tokens int, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.turn(now)
	m.pending.turn(now)
	m.used.add(0, tokens)
	m.pending.add(0, tokens)
	if b.Tokens > 0 {
		m.tokens.fill(b.Tokens, now)
		m.tokens.level -= float64(tokens)
	}
	m.dirty = true
	if now.Sub(m.saved) >= saveEvery {
		return m.merge(now)
	}
	return nil
}

// save writes down what was used.
func (m *meter) save(now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.dirty {
		return nil
	}
	return m.merge(now)
}

// lockWait bounds how long another server may have the folder of counts.
const lockWait = 2 * time.Second

// merge adds what was counted here to what other servers of the folder have written down,
// under the folder's lock. mu is held.
func (m *meter) merge(now time.Time) error {
	dir := filepath.Dir(m.file)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) { // the folder was taken away
		return nil
	}
	lock := flock.New(filepath.Join(dir, ".lock"))
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return fmt.Errorf("api: %s: %w", dir, err)
	}
	defer func() { _ = lock.Unlock() }() // closing drops it
	var all Used
	text, err := os.ReadFile(m.file)
	if err == nil && json.Unmarshal(text, &all) == nil {
		all.turn(now)
		m.pending.turn(now)
		all.Requests += m.pending.Requests
		all.Tokens += m.pending.Tokens
		all.DayTokens += m.pending.DayTokens
		all.MonthTokens += m.pending.MonthTokens
		if m.used.Last.After(all.Last) {
			all.Last = m.used.Last
		}
	} else { // nobody else's count can be read
		all = m.used
		all.turn(now)
	}
	if m.dirty {
		if text, err = json.Marshal(all); err != nil {
			return err
		}
		temp := filepath.Join(dir, "."+filepath.Base(m.file))
		if err = os.WriteFile(temp, text, 0o600); err == nil {
			err = os.Rename(temp, m.file)
		}
		if err != nil {
			return err
		}
	}
	m.used, m.pending, m.dirty, m.saved = all, Used{}, false, now
	return nil
}

// headers tells a client where it stands, in OpenAI's headers.
func (m *meter) headers(b Bounds, h http.Header, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, q := range []struct {
		name  string
		bound int
		b     *bucket
	}{{"Requests", b.Requests, &m.requests}, {"Tokens", b.Tokens, &m.tokens}} {
		if q.bound == 0 {
			continue
		}
		q.b.fill(q.bound, now)
		h.Set("X-Ratelimit-Limit-"+q.name, strconv.Itoa(q.bound))
		h.Set("X-Ratelimit-Remaining-"+q.name, strconv.Itoa(max(int(q.b.level), 0)))
		h.Set("X-Ratelimit-Reset-"+q.name, q.b.until(float64(q.bound), q.bound).Round(time.Millisecond).String())
	}
}

// visit is a request that was let in, for what it uses. A nil one counts for nobody.
type visit struct {
	s    *Server
	key  *Key
	m    *meter
	n    int
	left int // tokens that it may use
	held int

	spent atomic.Int64 // of left, by parts
}

// enter lets a request in that asks a model for n answers, or starts a run.
func (s *Server) enter(r *http.Request, n int) (*visit, error) {
	q := requestOf(r)
	if q.key == nil {
		return nil, nil
	}
	left, f := q.meter.enter(q.key.Bounds, n, time.Now())
	q.meter.headers(q.key.Bounds, q.header, time.Now())
	if f != nil {
		return nil, f
	}
	return &visit{s: s, key: q.key, m: q.meter, n: n, left: left}, nil
}

// bound returns how many tokens each of the answers may have, and holds them back.
func (v *visit) bound(tokens int) int {
	if v == nil {
		return tokens
	}
	tokens = max(min(tokens, v.left/v.n), 1)
	v.held = tokens * v.n
	v.m.hold(v.held)
	return tokens
}

// charge counts what was used.
func (v *visit) charge(u llm.Usage) {
	if v == nil {
		return
	}
	if err := v.m.charge(v.key.Bounds, cost(u), time.Now()); err != nil {
		v.s.o.Log.Warn().Err(err).Str("key", v.key.Name).Msg("what a key has used is not written down")
	}
}

// spend counts tokens of a request that has many parts, and says when no more may follow.
func (v *visit) spend(tokens int) error {
	if v == nil {
		return nil
	}
	v.charge(llm.Usage{PromptTokens: tokens})
	if v.spent.Add(int64(tokens)) > int64(v.left) {
		f := busy(time.Second, "the key may use %d tokens more, and the request needs more than that", v.left)
		f.code, f.kind = "insufficient_quota", "insufficient_quota"
		return f
	}
	return nil
}

// leave ends it.
func (v *visit) leave() {
	if v == nil {
		return
	}
	v.m.hold(-v.held)
	v.m.leave(v.n)
}
