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
	first  map[rune][]spelling // by first rune of what is typed, in the table's order
	sounds map[rune]uint16     // syllable by character, from 1
	words  map[[2]uint16][2]rune
	keep   map[[2]rune]bool // words that sound the same but are meant
}

type spelling struct{ typed, meant []rune }

func newSpeller(f lexiconFile, homophones string) (*speller, error) {
	s := &speller{
		first: map[rune][]spelling{}, sounds: map[rune]uint16{},
		words: map[[2]uint16][2]rune{}, keep: map[[2]rune]bool{},
	}
	for _, item := range f.Spellings {
		if err := s.addSpelling(item); err != nil {
			return nil, err
		}
	}
	n := uint16(0)
	for line := range strings.Lines(homophones) {
		_, chars, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		for _, r := range chars {
			if s.sounds[r] == 0 {
				s.sounds[r] = n
			}
		}
	}
	for _, w := range f.Sounds {
		r := []rune(w)
		if len(r) != 2 || s.sounds[r[0]] == 0 || s.sounds[r[1]] == 0 {
			return nil, fmt.Errorf("sounds: %q is not two characters with a known sound", w)
		}
		s.words[[2]uint16{s.sounds[r[0]], s.sounds[r[1]]}] = [2]rune{r[0], r[1]}
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

func (s *speller) addSpelling(item yaml.MapItem) error {
	typed, ok1 := item.Key.(string)
	meant, ok2 := item.Value.(string)
	if !ok1 || !ok2 || typed == "" || len([]rune(meant)) > len([]rune(typed))+2 {
		return fmt.Errorf("spellings: bad pair %v: %v", item.Key, item.Value)
	}
	t := []rune(typed)
	s.first[t[0]] = append(s.first[t[0]], spelling{t, []rune(meant)})
	return nil
}

// repair returns t with its spelling repaired; it may change t.
func (s *speller) repair(t []rune) []rune {
	t = s.bySound(repairProduct(t))
	for i := 0; i < len(t); i++ {
		for _, p := range s.first[t[i]] {
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
		a := s.sounds[t[i]]
		if a == 0 {
			continue
		}
		b := s.sounds[t[i+1]]
		w, ok := s.words[[2]uint16{a, b}]
		if !ok || b == 0 || s.keep[[2]rune{t[i], t[i+1]}] {
			continue
		}
		if t[i] == w[0] || t[i+1] == w[1] { // one of the two is right: a slip, not another word
			t[i], t[i+1] = w[0], w[1]
		}
	}
	return t
}
