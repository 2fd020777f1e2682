package journal

import "context"

// OS is the operating system's file system.
var OS FileSystem = osFiles{}

// Encode writes a record as a line, and Split takes one apart.
var (
	Encode = encode
	Split  = split
)

// Deafen takes from a stream what it hears by, as if each message were lost on its way.
func (s *Stream) Deafen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.heard.Unsubscribe()
}

// Sweeps returns what sweeps a stream once, as if it had been opened now.
func (s *Stream) Sweeps(ctx context.Context) (func(), error) {
	now, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return nil, err
	}
	last := now.CachedInfo().State.LastSeq
	seen := sweep{last, last}
	return func() { s.sweep(ctx, &seen) }, nil
}
