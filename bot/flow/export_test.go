package flow

// CarryOut is Next with the commands given, whatever the input says.
func (b *Book) CarryOut(s State, in Input, commands []Command) (State, []Action) {
	r := b.run(s, in)
	r.carryOut(commands)
	return r.s, r.out
}
