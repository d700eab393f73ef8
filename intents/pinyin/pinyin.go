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
type Table struct {
	of       [last - first + 1]uint16
	syllable map[string]uint16
}

// New reads the embedded table, which takes a few hundred microseconds.
func New() *Table {
	t := &Table{syllable: map[string]uint16{}}
	n := uint16(0)
	for line := range strings.Lines(sounds) {
		letters, chars, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		t.syllable[letters] = n
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

// blurred writes a syllable as the table has it.
var blurred = strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ang", "an", "eng", "en", "ing", "in", "ü", "v")

// Syllable returns the sound of a syllable that is typed in small Latin letters,
// 0 if it is none.
func (t *Table) Syllable(letters string) uint16 { return t.syllable[blurred.Replace(letters)] }

// longest is the most letters of a syllable.
const longest = 6

// Split takes letters apart into as few syllables as possible: how many letters
// each has, nil if they are not all syllables.
func (t *Table) Split(letters string) []int {
	if len(letters) > 8*longest {
		return nil
	}
	from := make([]int, len(letters)+1) // where the last syllable of the best way here begins
	count := make([]int, len(letters)+1)
	for end := 1; end <= len(letters); end++ {
		count[end] = len(letters) + 1
		for start := max(0, end-longest); start < end; start++ {
			if n := count[start] + 1; n < count[end] && t.Syllable(letters[start:end]) != 0 {
				from[end], count[end] = start, n
			}
		}
	}
	if count[len(letters)] > len(letters) {
		return nil
	}
	all := make([]int, count[len(letters)])
	for end, i := len(letters), len(all)-1; i >= 0; end, i = from[end], i-1 {
		all[i] = end - from[end]
	}
	return all
}
