package intents

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// speller writes misspelt words as the lexicon has them: those of its table,
// and two-character words that sound like one it knows.
type speller struct {
	first  [][]spelling     // by ordinal of the first rune of what is typed, in the table's order
	sounds []uint8          // syllable by ordinal, from 1; 0: none that matters
	words  [][2]rune        // by two syllables: first*syllables + second
	keep   map[[2]rune]bool // words that sound the same but are meant
}

// syllables is more than the lines of homophones.txt.
const syllables = 64

type spelling struct{ typed, meant []rune }

func newSpeller(f lexiconFile, homophones string) (*speller, error) {
	s := &speller{
		first: make([][]spelling, ordinals), sounds: make([]uint8, ordinals),
		words: make([][2]rune, syllables*syllables), keep: map[[2]rune]bool{},
	}
	for _, item := range f.Spellings {
		if err := s.addSpelling(item); err != nil {
			return nil, err
		}
	}
	if err := s.addHomophones(homophones); err != nil {
		return nil, err
	}
	for _, w := range f.Sounds {
		r := []rune(w)
		if len(r) != 2 || s.sound(r[0]) == 0 || s.sound(r[1]) == 0 {
			return nil, fmt.Errorf("sounds: %q is not two characters with a known sound", w)
		}
		s.words[s.sound(r[0])*syllables+s.sound(r[1])] = [2]rune{r[0], r[1]}
	}
	for _, w := range f.NotSounds {
		r := []rune(w)
		if len(r) != 2 {
			return nil, fmt.Errorf("not_sounds: %q is not two characters", w)
		}
		s.keep[[2]rune{r[0], r[1]}] = true
	}
	return s, nil
}

func (s *speller) addHomophones(table string) error {
	n := uint8(0)
	for line := range strings.Lines(table) {
		_, chars, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		if n++; n == syllables {
			return fmt.Errorf("homophones: more than %d syllables", syllables-1)
		}
		for _, r := range chars {
			if o := ordinal(r); o >= 0 && s.sounds[o] == 0 {
				s.sounds[o] = n
			}
		}
	}
	return nil
}

// sound returns the number of a character's syllable, 0 if it has none that
// matters.
func (s *speller) sound(r rune) int {
	if o := ordinal(r); o >= 0 {
		return int(s.sounds[o])
	}
	return 0
}

func (s *speller) addSpelling(item yaml.MapItem) error {
	typed, ok1 := item.Key.(string)
	meant, ok2 := item.Value.(string)
	if !ok1 || !ok2 || typed == "" || len([]rune(meant)) > len([]rune(typed))+2 {
		return fmt.Errorf("spellings: bad pair %v: %v", item.Key, item.Value)
	}
	t := []rune(typed)
	o := ordinal(t[0])
	if o < 0 {
		return fmt.Errorf("spellings: %q begins with no common character", typed)
	}
	s.first[o] = append(s.first[o], spelling{t, []rune(meant)})
	return nil
}

// repair returns t with its spelling repaired; it may change t.
func (s *speller) repair(t []rune) []rune {
	t = s.bySound(repairProduct(t))
	for i := 0; i < len(t); i++ {
		o := ordinal(t[i])
		if o < 0 {
			continue
		}
		for _, p := range s.first[o] {
			if len(t)-i >= len(p.typed) && slices.Equal(t[i:i+len(p.typed)], p.typed) {
				t = slices.Replace(t, i, i+len(p.typed), p.meant...)
				break
			}
		}
	}
	return t
}

func (s *speller) bySound(t []rune) []rune {
	if len(t) <= 4 && !slices.Contains(t, '付') {
		return t
	}
	for i := 0; i+1 < len(t); i++ {
		a := s.sound(t[i])
		if a == 0 {
			continue
		}
		b := s.sound(t[i+1])
		w := s.words[a*syllables+b]
		if w[0] == 0 || s.keep[[2]rune{t[i], t[i+1]}] {
			continue
		}
		if t[i] == w[0] || t[i+1] == w[1] { // one of the two is right: a slip, not another word
			t[i], t[i+1] = w[0], w[1]
		}
	}
	return t
}
