package guard

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// pattern is a regular expression that is only tried around characters that
// every match of it has: tried everywhere, dozens of long ones take a tenth of a
// second for a long text.
type pattern struct {
	source string
	re     *regexp.Regexp // with the borders of a text in place of ^ and $
	marks  []string       // every match has one of these, of one character or two
	before int            // so many bytes before a mark, and after its beginning, may be of a
	after  int            // match, or the character beside one
	bit    int            // its place among those that are looked for together
}

// The borders that a text is put between, so that ^ and $ hold at its ends and
// nowhere else in pieces of it. A normalized text has no such characters.
const (
	opening = "\x02"
	closing = "\x03"
)

// unbounded are the classes that match all but a few characters by their name.
var unbounded = regexp.MustCompile(`\\[SDWP]`)

// find compiles a pattern. What it matches must be bounded, and have something
// that can be looked for.
func find(source string) *pattern {
	if unbounded.MatchString(source) {
		panic(fmt.Sprintf("guard: a class without bounds in %s", source))
	}
	re := bordered(source)
	tree, err := syntax.Parse(re, syntax.Perl)
	if err != nil {
		panic(err)
	}
	tree = tree.Simplify()
	inside(source, tree)
	whole, some := marksOf(tree)
	best := better(found{whole, 0}, some)
	if best.marks == nil {
		panic(fmt.Sprintf("guard: nothing to look for in %s", source))
	}
	return &pattern{
		source: source, re: regexp.MustCompile(re), marks: best.marks,
		before: best.before + utf8.UTFMax, after: longest(tree) + utf8.UTFMax,
	}
}

// bordered puts the borders in place of ^ and $, and keeps classes off them.
// (To print a changed tree takes a hundred times as long.)
func bordered(source string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\':
			b.WriteByte(c)
			i++
			b.WriteByte(source[i])
		case class:
			class = c != ']'
			b.WriteByte(c)
		case strings.HasPrefix(source[i:], "[^"):
			class = true
			b.WriteString("[^" + opening + closing)
			i++
		case c == '^':
			b.WriteString(opening)
		case c == '$':
			b.WriteString(closing)
		default:
			class = c == '['
			b.WriteByte(c)
		}
	}
	return b.String()
}

// inside makes sure that nothing but the borders matches the borders.
func inside(source string, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		panic(fmt.Sprintf("guard: %s in %s", re.Op, source))
	}
	for _, sub := range re.Sub {
		inside(source, sub)
	}
}

// longest is the most bytes that a simplified expression matches.
func longest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		return len(string(re.Rune))
	case syntax.OpCharClass:
		return utf8.UTFMax
	case syntax.OpStar, syntax.OpPlus:
		panic(fmt.Sprintf("guard: %s has no end", re))
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			n = max(n, longest(sub))
		}
	default:
		for _, sub := range re.Sub {
			n += longest(sub)
		}
	}
	return n
}

// mostMarks is how many marks of one expression are worth to be looked for.
const mostMarks = 400

// found is strings of which every match of an expression has one, and how many
// bytes of the match may stand before it; no strings if there are none such.
type found struct {
	marks  []string
	before int
}

// marksOf returns all that a simplified expression matches, nil if that is too
// much, and the best marks of it.
func marksOf(re *syntax.Regexp) (whole []string, some found) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, found{}
	case syntax.OpLiteral:
		return []string{string(re.Rune)}, found{}
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if whole = append(whole, string(r)); len(whole) > mostMarks {
					return nil, found{}
				}
			}
		}
		return whole, found{}
	case syntax.OpCapture:
		return marksOf(re.Sub[0])
	case syntax.OpQuest:
		if whole, _ = marksOf(re.Sub[0]); whole != nil {
			whole = append([]string{""}, whole...)
		}
		return whole, found{}
	case syntax.OpAlternate:
		return marksOfAny(re.Sub)
	case syntax.OpConcat:
		return marksOfAll(re.Sub)
	}
	return nil, found{}
}

func marksOfAny(subs []*syntax.Regexp) (whole []string, some found) {
	finite, sure := true, true
	for _, sub := range subs {
		w, s := marksOf(sub)
		if finite = finite && w != nil; finite {
			whole = append(whole, w...)
		}
		best := better(found{w, 0}, s)
		if sure = sure && best.marks != nil; sure {
			some = found{append(some.marks, best.marks...), max(some.before, best.before)}
		}
	}
	if !finite || len(whole) > mostMarks {
		whole = nil
	}
	if !sure {
		some = found{}
	}
	return whole, some
}

func marksOfAll(subs []*syntax.Regexp) (whole []string, some found) {
	finite, at, from := true, 0, 0 // whole is of what begins at most from bytes on
	whole = []string{""}
	for _, sub := range subs {
		w, s := marksOf(sub)
		s.before += at
		some = better(some, s)
		if w == nil || len(whole)*len(w) > mostMarks {
			finite, some = false, better(some, found{whole, from})
			whole, from = []string{""}, at
		}
		at += longest(sub)
		if w == nil {
			from = at
			continue
		}
		var longer []string
		for _, a := range whole {
			for _, b := range w {
				longer = append(longer, a+b)
			}
		}
		whole = longer
	}
	if finite {
		return whole, some
	}
	return nil, better(some, found{whole, from})
}

// better returns those marks of a and b that are met less often, cut to two
// characters; none if neither will do.
func better(a, b found) found {
	a.marks, b.marks = cut(a.marks), cut(b.marks)
	if a.marks == nil || b.marks != nil && rank(b.marks) < rank(a.marks) {
		return b
	}
	return a
}

// cut makes marks of strings, none if one is empty.
func cut(all []string) []string {
	var out []string
	for _, s := range all {
		if s == "" {
			return nil
		}
		r := []rune(s)
		out = append(out, string(r[:min(2, len(r))]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rank guesses how often one of the marks is met: a single character is so much
// oftener than two.
func rank(all []string) int {
	n := 0
	for _, s := range all {
		if utf8.RuneCountInString(s) == 1 {
			n += 12
		}
		n++
	}
	return n
}
