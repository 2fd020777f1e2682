package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Registry holds tools by name and calls them in this process. It is a [Caller] and a
// [Catalog], safe for concurrent use. It keeps no results: a caller that must survive a
// crash journals its calls, or uses the bus, whose workers do.
type Registry struct {
	mu    sync.RWMutex
	tools map[string]*entry
}

// entry is a tool and the slots of the calls that may run at once.
type entry struct {
	tool  *Tool
	slots chan struct{}
}

// NewRegistry returns a registry of these tools, or what is wrong with them.
func NewRegistry(tools ...*Tool) (*Registry, error) {
	r := &Registry{tools: map[string]*entry{}}
	var errs []error
	for _, t := range tools {
		errs = append(errs, r.Add(t))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

// Add adds a tool whose name is new.
func (r *Registry) Add(t *Tool) error {
	if t == nil {
		return errors.New("tools: a nil tool")
	}
	if t.err != nil {
		return t.err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, twice := r.tools[t.spec.Name]; twice {
		return fmt.Errorf("tool %q is declared twice", t.spec.Name)
	}
	r.tools[t.spec.Name] = &entry{t, make(chan struct{}, t.spec.ConcurrencyOrDefault())}
	return nil
}

// Tool returns the tool of that name, or nil.
func (r *Registry) Tool(name string) *Tool {
	if e := r.entry(name); e != nil {
		return e.tool
	}
	return nil
}

func (r *Registry) entry(name string) *entry {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.tools[name]
}

// Tools lists the specs, sorted by name.
func (r *Registry) Tools(context.Context) ([]Spec, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Spec, 0, len(r.tools))
	for _, e := range r.tools {
		out = append(out, e.tool.spec)
	}
	slices.SortFunc(out, func(a, b Spec) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// Call makes one attempt, waiting for a free slot first. A handler that ignores its
// context keeps its slot until it returns.
func (r *Registry) Call(ctx context.Context, call Call) (Result, error) {
	fail := func(err error) (Result, error) {
		return Result{}, &CallError{call.Tool, call.ID, call.Attempt, err}
	}
	e := r.entry(call.Tool)
	if e == nil {
		return fail(ErrUnknownTool)
	}
	if call.Revision != "" && call.Revision != e.tool.spec.Revision {
		return fail(fmt.Errorf("%w: revision %s was asked for, %s is here", ErrRevision, call.Revision, e.tool.spec.Revision))
	}
	var invalid Result
	var ok bool
	if call.Arguments, invalid, ok = e.tool.Check(call); !ok {
		return invalid, nil
	}
	wait := ctx
	if !call.Deadline.IsZero() {
		var cancel context.CancelFunc
		wait, cancel = context.WithDeadline(ctx, call.Deadline)
		defer cancel()
	}
	select {
	case e.slots <- struct{}{}:
	case <-wait.Done():
		return fail(fmt.Errorf("no free slot: %w: %w", ErrNotSent, wait.Err()))
	}
	result, ended, _ := e.tool.Run(ctx, call)
	go func() {
		<-ended
		<-e.slots
	}()
	if err := ctx.Err(); err != nil && (result.Status == StatusUnknown || result.Status == StatusTimeout) {
		if e.tool.spec.Effect.HasEffect() {
			err = errors.Join(ErrOutcomeUnknown, err)
		}
		return fail(err)
	}
	return result, nil
}
