// Package pinyin says which characters sound alike, for finding words that
// were typed by sound.
package pinyin

import (
	_ "embed"
	"strings"
)

//go:embed sounds.txt
var sounds string

// The characters that a Table knows lie between these.
const (
	first = 0x4e00
	last  = 0x9fa5
)

// Table tells the sounds of characters. It never changes and is safe for use
// by many.
type Table struct{ of [last - first + 1]uint16 }

// New reads the embedded table, which takes a few hundred microseconds.
func New() *Table {
	t := &Table{}
	n := uint16(0)
	for line := range strings.Lines(sounds) {
		_, chars, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		for _, r := range chars {
			if r >= first && r <= last {
				t.of[r-first] = n
			}
		}
	}
	return t
}

// Sound returns a number that is the same for characters that sound alike,
// whatever their tone and with zh as z, ang as an and so on. It is 0 for what
// is no common simplified character.
func (t *Table) Sound(r rune) uint16 {
	if r < first || r > last {
		return 0
	}
	return t.of[r-first]
}

// Alike reports whether a and b are the same or sound alike.
func (t *Table) Alike(a, b rune) bool {
	return a == b || t.Sound(a) != 0 && t.Sound(a) == t.Sound(b)
}
