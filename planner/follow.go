package planner

// Follow makes start the next turn of the conversation that the run of state s ended
// with: its messages come first. If a policy was pinned there, the new run follows it:
// labels, history, placeholders and values kept aside mean the same in both.
func Follow(s State, start Started) Started {
	n := len(s.Messages)
	start.Messages = append(s.Messages[:n:n], start.Messages...)
	if s.Policy != nil && n > 0 {
		start.Follows, start.Earlier, start.Kept = s.Run, n, s.Kept
	}
	return start
}
