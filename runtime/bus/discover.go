package bus

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

// declared is a tool as some workers declare it, ready to be called.
type declared struct {
	spec    tools.Spec
	input   *schema.Schema
	output  *schema.Schema
	subject string
	workers []string // service ids
}

// Declaration is one way in which workers on the bus declare a tool.
type Declaration struct {
	Spec    tools.Spec `json:"spec"`
	Workers []string   `json:"workers"` // service ids
	// Conflict says that other workers declare the same version differently.
	Conflict bool `json:"conflict,omitempty"`
}

// newest is what a name stands for.
type newest struct {
	*declared
	conflict []*declared // of the same version; none if it is clear what the tool is
}

// find asks the bus who serves a tool, or all tools if name is "".
func (c *Client) find(ctx context.Context, name string) (map[string][]*declared, error) {
	for began, first := time.Now(), firstAnswer; ; first *= 2 {
		if err := c.conn.ready(ctx); err != nil {
			return nil, err
		}
		found, answered, err := c.ask(ctx, name, first)
		if err == nil && answered {
			c.addOwn(found, name)
		}
		if err != nil || answered {
			return found, err
		}
		if time.Since(began) > c.conn.wait { // a server always says at least that nobody is there
			return nil, fmt.Errorf("%w: the server does not answer", ErrUnavailable)
		}
	}
}

// firstAnswer is how long the first answer to a question to all services is waited for, and
// twice as long at each further try: a server that is busy answers late.
const firstAnswer = 500 * time.Millisecond

// addOwn adds what this process serves, whether or not it has answered in time.
func (c *Client) addOwn(found map[string][]*declared, name string) {
	for _, d := range c.own {
		same := func(o *declared) bool { return o.spec.Revision == d.spec.Revision }
		if (name == "" || name == d.spec.Name) && !slices.ContainsFunc(found[d.spec.Name], same) {
			found[d.spec.Name] = append(found[d.spec.Name], d)
		}
	}
}

// ask makes one round; answered is false if not even the server said anything.
func (c *Client) ask(ctx context.Context, name string, first time.Duration) (found map[string][]*declared, answered bool, err error) {
	subject := "$SRV.INFO"
	if name != "" {
		subject += "." + name
	}
	found = map[string][]*declared{}
	answered, err = c.everybody(ctx, subject, first, func(data []byte) { c.note(found, data) })
	return found, answered, err
}

// everybody asks all services and hands their answers over, until no more come; answered
// is false if not even the server said anything in that time.
func (c *Client) everybody(ctx context.Context, subject string, first time.Duration, take func(data []byte)) (answered bool, err error) {
	reply := c.conn.nc.NewInbox()
	replies := make(chan *nats.Msg, 4096)
	sub, err := c.conn.nc.ChanSubscribe(reply, replies)
	if err != nil {
		return false, fmt.Errorf("bus: %w: %w", ErrUnavailable, err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := c.conn.nc.PublishRequest(subject, reply, nil); err != nil {
		return false, fmt.Errorf("bus: %w: %w", ErrUnavailable, err)
	}
	limit := time.After(first + 1500*time.Millisecond)
	quiet := time.NewTimer(first)
	defer quiet.Stop()
	for {
		select {
		case msg := <-replies:
			if header(msg.Header, "Status") == "503" {
				return true, nil
			}
			answered = true
			take(msg.Data)
			quiet.Reset(100 * time.Millisecond)
		case <-quiet.C:
			return answered, nil
		case <-limit:
			return answered, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// note adds what one service says about itself. What is no tool of this protocol is
// passed over; what claims to be one and is wrong is logged.
func (c *Client) note(found map[string][]*declared, data []byte) {
	var info micro.Info
	if err := json.Unmarshal(data, &info); err != nil {
		return
	}
	for _, e := range info.Endpoints {
		if e.Metadata[metaProtocol] != protocol {
			continue
		}
		text := []byte(e.Metadata[metaSpec])
		revision := tools.Revision(text)
		if at := slices.IndexFunc(found[info.Name], func(d *declared) bool { return d.spec.Revision == revision }); at >= 0 {
			d := found[info.Name][at]
			if !slices.Contains(d.workers, info.ID) {
				d.workers = append(d.workers, info.ID)
			}
			continue
		}
		d, err := c.declare(text, revision)
		if err == nil && (d.spec.Name != info.Name || d.subject != e.Subject) {
			err = fmt.Errorf("service %s on %s declares %s on %s", info.Name, e.Subject, d.spec.Name, d.subject)
		}
		if err != nil {
			c.log.Warn().Err(err).Str("service", info.Name).Str("worker", info.ID).Msg("a tool with a wrong declaration is left out")
			continue
		}
		d.workers = []string{info.ID}
		found[info.Name] = append(found[info.Name], d)
	}
}

// declare reads a published spec; compiled ones are kept by revision.
func (c *Client) declare(text []byte, revision string) (*declared, error) {
	if len(text) > schema.MaxSchema {
		return nil, fmt.Errorf("the declaration has %d bytes, more than %d", len(text), schema.MaxSchema)
	}
	if _, err := schema.DecodeDeclaration(text); err != nil {
		return nil, err
	}
	var spec tools.Spec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	if err := spec.Check(); err != nil {
		return nil, err
	}
	spec.Effect, spec.Revision = spec.EffectOrOnce(), revision
	spec.Retries = spec.RetriesOrDefault()
	d := &declared{spec: spec, subject: callSubject(spec.Name, revision)}
	var err error
	if d.input, err = schema.Compile(spec.Parameters); err != nil {
		return nil, err
	}
	if len(spec.Output) > 0 {
		if d.output, err = schema.Compile(spec.Output); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// pick says what a name stands for: the highest version, if all agree on it.
func pick(all []*declared) newest {
	if len(all) == 0 {
		return newest{}
	}
	top := slices.MaxFunc(all, func(a, b *declared) int { return compareVersions(a.spec.Version, b.spec.Version) })
	out := newest{declared: top}
	for _, d := range all {
		if compareVersions(d.spec.Version, top.spec.Version) == 0 && d != top {
			out.conflict = append(out.conflict, d)
		}
	}
	return out
}

func (n newest) err() error {
	if len(n.conflict) == 0 {
		return nil
	}
	other := n.conflict[0]
	return fmt.Errorf("%w: version %q has revision %s at worker %s and %s at worker %s", ErrConflict, n.spec.Version,
		n.spec.Revision, n.workers[0], other.spec.Revision, other.workers[0])
}

// compareVersions orders semantic versions; a pre-release comes before its release.
func compareVersions(a, b string) int {
	split := func(v string) ([3]int, string) {
		v, _, _ = strings.Cut(v, "+")
		v, pre, _ := strings.Cut(v, "-")
		var n [3]int
		for i, part := range strings.SplitN(v, ".", 3) {
			n[i], _ = strconv.Atoi(part)
		}
		return n, pre
	}
	na, preA := split(a)
	nb, preB := split(b)
	if c := slices.Compare(na[:], nb[:]); c != 0 {
		return c
	}
	switch {
	case preA == preB:
		return 0
	case preA == "":
		return 1
	case preB == "":
		return -1
	}
	return cmp.Compare(preA, preB)
}

// Tools lists the tools on the bus, sorted by name, each in its highest version. A tool
// whose workers disagree about that version is left out and logged; see Declarations and
// Conflict. A worker that did not answer soon is missed: absence proves nothing.
func (c *Client) Tools(ctx context.Context) ([]tools.Spec, error) {
	found, err := c.find(ctx, "")
	if err != nil {
		return nil, err
	}
	var out []tools.Spec
	for name, all := range found {
		n := pick(all)
		c.remember(name, n)
		if err := n.err(); err != nil {
			c.log.Warn().Err(err).Str("tool", name).Msg("a tool is left out")
			continue
		}
		out = append(out, n.spec)
	}
	slices.SortFunc(out, func(a, b tools.Spec) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// Conflicts returns why tools cannot be called, by name, as the bus last declared them.
func (c *Client) Conflicts() map[string]error {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]error{}
	for name, n := range c.known {
		if err := n.err(); err != nil {
			out[name] = err
		}
	}
	return out
}

// Declarations lists every declaration on the bus, conflicting and old ones included,
// sorted by name, newest version first.
func (c *Client) Declarations(ctx context.Context) ([]Declaration, error) {
	found, err := c.find(ctx, "")
	if err != nil {
		return nil, err
	}
	var out []Declaration
	for _, all := range found {
		for _, d := range all {
			conflict := slices.ContainsFunc(all, func(o *declared) bool { return o != d && compareVersions(o.spec.Version, d.spec.Version) == 0 })
			slices.Sort(d.workers)
			out = append(out, Declaration{d.spec, d.workers, conflict})
		}
	}
	slices.SortFunc(out, func(a, b Declaration) int {
		return cmp.Or(cmp.Compare(a.Spec.Name, b.Spec.Name), -compareVersions(a.Spec.Version, b.Spec.Version), cmp.Compare(a.Spec.Revision, b.Spec.Revision))
	})
	return out, nil
}

// lookup returns the declaration to call: the pinned revision, or the newest.
func (c *Client) lookup(ctx context.Context, call tools.Call, fresh bool) (*declared, error) {
	if !fresh {
		c.mu.Lock()
		n, ok := c.known[call.Tool]
		c.mu.Unlock()
		if ok && n.err() == nil && (call.Revision == "" || call.Revision == n.spec.Revision) {
			return n.declared, nil
		}
	}
	found, err := c.find(ctx, call.Tool)
	if err != nil {
		return nil, err
	}
	all := found[call.Tool]
	if len(all) == 0 {
		c.forget(call.Tool)
		return nil, ErrNoWorker
	}
	n := pick(all)
	c.remember(call.Tool, n)
	if call.Revision != "" {
		for _, d := range all {
			if d.spec.Revision == call.Revision {
				return d, nil
			}
		}
		return nil, fmt.Errorf("%w: revision %s was asked for, the bus has %s", ErrRevision, call.Revision, n.spec.Revision)
	}
	return n.declared, errors.Join(n.err())
}

func (c *Client) remember(name string, n newest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[name] = n
}

func (c *Client) forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, name)
}
