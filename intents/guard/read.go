package guard

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"fenfu/intents"
)

// sentences returns the sentences of a normalized text, folded: letters and
// digits, with a comma between clauses, a question mark where there was one,
// and percent signs kept. A list (、 or "或") is one clause.
func (g *Guard) sentences(normal string) []string {
	out := join(strings.FieldsFunc(normal, func(r rune) bool { return strings.ContainsRune("。!;\n…", r) }))
	out = append(out, across(out)...)
	for i, raw := range out {
		out[i] = g.clauses(raw)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// clauses folds one sentence.
func (g *Guard) clauses(raw string) string {
	var parts []string
	rest := raw
	for rest != "" {
		i := strings.IndexAny(rest, ",:?")
		if i < 0 {
			parts = append(parts, g.fold(rest))
			break
		}
		part := g.fold(rest[:i])
		if rest[i] == '?' {
			part += "?"
		}
		parts = append(parts, part)
		rest = rest[i+1:]
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return g.sounds.repair(strings.Join(join(parts), ","))
}

// join puts pieces of a single character together with what stands before
// them, if that is short: nobody writes such sentences but to hide a word
// (包。过).
func join(parts []string) []string {
	var out []string
	short := false
	for _, p := range parts {
		one := utf8.RuneCountInString(p) == 1
		if len(out) > 0 && one && short {
			out[len(out)-1] += p
			continue
		}
		out, short = append(out, p), utf8.RuneCountInString(p) <= 2
	}
	return out
}

// across returns sentences that end where none can, or in the middle of a word,
// together with what follows: 您一定能。通过.
func across(sentences []string) []string {
	var out []string
	for i := 1; i < len(sentences); i++ {
		whole := sentences[i-1]
		for i < len(sentences) && goesOver(whole, sentences[i]) {
			whole += sentences[i]
			i++
		}
		if whole != sentences[i-1] {
			out = append(out, whole)
		}
	}
	return out
}

// unfinished are words after which a sentence goes on, unless they are all of it.
var unfinished = regexp.MustCompile(`.(?:能|会|可以|必|就|都|包|把|将|给|请|让|先|是|[一肯必]定|绝对|保证|确保|承诺|担保)$|^(?:[一肯必]定|绝对|保证|确保|包)$`)

func goesOver(before, after string) bool {
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	if unfinished.MatchString(before) {
		return true
	}
	for _, w := range watched {
		for i := range w {
			if i > 0 && strings.HasSuffix(before, w[:i]) && strings.HasPrefix(after, w[i:]) {
				return true
			}
		}
	}
	return false
}

// plainNumerals writes the numerals of cheques as everybody does.
var plainNumerals = strings.NewReplacer("壹", "一", "贰", "二", "叁", "三", "肆", "四", "伍", "五", "陆", "六", "柒", "七", "捌", "八", "玖", "九",
	"拾", "十", "佰", "百", "仟", "千", "萬", "万")

// fold is intents.Fold that keeps percent signs, and digits in one piece.
func (g *Guard) fold(s string) string {
	s = plainNumerals.Replace(s)
	if !strings.ContainsAny(s, "%‰") {
		return intents.Fold(s)
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexAny(s, "%‰")
		if i < 0 {
			b.WriteString(intents.Fold(s))
			break
		}
		b.WriteString(intents.Fold(s[:i]))
		b.WriteByte('%')
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
	return b.String()
}
