package intents

import (
	"cmp"
	"fmt"
	"slices"
)

// trie holds words with the concepts they belong to. It is filled with add,
// then made ready with freeze.
type trie struct {
	draft []draftNode
	root  []int32 // by ordinal
	nodes []node
	edges []edge
	sets  []wordSet
}

// wordSet is what the words that end at a node belong to.
type wordSet struct {
	bits
	list   []concept // those of bits
	opaque bool      // hides words that begin inside it, or with it and end before it
}

// draftNode is a node while the trie grows: its children are a linked list.
type draftNode struct {
	r              rune
	child, sibling int32
	set            bits
	opaque         bool
}

// node is a node of the finished trie: its edges, sorted by rune, are
// edges[first:first+n].
type node struct {
	first, n int32
	set      int32 // in sets; 0: no word ends here
}

type edge struct {
	r  rune
	to int32
}

func newTrie() *trie { return &trie{draft: make([]draftNode, 1, 1<<17), root: make([]int32, ordinals)} }

// ordinals is how many characters words are made of: ASCII and the block of
// common Han characters.
const ordinals = 0x80 + 0x9fff - 0x4e00 + 1

// ordinal numbers the characters that words are made of; -1 is any other.
func ordinal(r rune) int {
	switch {
	case r >= 0x4e00 && r <= 0x9fff:
		return 0x80 + int(r) - 0x4e00
	case r >= 0 && r < 0x80:
		return int(r)
	}
	return -1
}

// add adds the words that p stands for.
func (t *trie) add(p pattern, c concept, opaque bool) error { return t.addAt(0, p, c, opaque) }

func (t *trie) addAt(at int32, p pattern, c concept, opaque bool) error {
	if len(p) == 0 {
		t.draft[at].set.add(c)
		t.draft[at].opaque = t.draft[at].opaque || opaque
		return nil
	}
	for _, choice := range p[0] {
		to := at
		for _, r := range choice {
			if ordinal(r) < 0 {
				return fmt.Errorf("%q: %q is no common character", choice, r)
			}
			to = t.draftChild(to, r)
		}
		if err := t.addAt(to, p[1:], c, opaque); err != nil {
			return err
		}
	}
	return nil
}

// draftChild returns the child of a draft node by r, adding it if need be. The
// root has many children, so it has a table.
func (t *trie) draftChild(at int32, r rune) int32 {
	if at == 0 {
		if to := t.root[ordinal(r)]; to != 0 {
			return to
		}
	} else {
		for c := t.draft[at].child; c != 0; c = t.draft[c].sibling {
			if t.draft[c].r == r {
				return c
			}
		}
	}
	to := int32(len(t.draft))
	t.draft = append(t.draft, draftNode{r: r})
	if at == 0 {
		t.root[ordinal(r)] = to
	} else {
		t.draft[to].sibling, t.draft[at].child = t.draft[at].child, to
	}
	return to
}

// freeze lays the trie out for looking up.
func (t *trie) freeze() {
	type ending struct {
		bits
		opaque bool
	}
	known := map[ending]int32{}
	t.sets = make([]wordSet, 1)
	t.nodes = make([]node, len(t.draft))
	t.edges = make([]edge, 0, len(t.draft))
	for i, d := range t.draft {
		end := ending{d.set, d.opaque}
		set, ok := int32(0), end == ending{}
		if !ok {
			set, ok = known[end]
		}
		if !ok {
			set = int32(len(t.sets))
			known[end] = set
			t.sets = append(t.sets, wordSet{d.set, slices.Collect(d.set.all()), d.opaque})
		}
		first := len(t.edges)
		for c := d.child; c != 0; c = t.draft[c].sibling {
			t.edges = append(t.edges, edge{t.draft[c].r, c})
		}
		slices.SortFunc(t.edges[first:], func(a, b edge) int { return cmp.Compare(a.r, b.r) })
		t.nodes[i] = node{int32(first), int32(len(t.edges) - first), set}
	}
	t.draft = nil
}

// word is a word found in a text. It ends before this rune; one with a $ ends
// after the end of the text.
type word struct {
	end int
	set *wordSet
}

// from appends the words that begin at text[i] to found, shorter ones first. A
// $ in a word stands for the end of the text.
func (t *trie) from(text []rune, i int, found []word) []word {
	o := ordinal(text[i])
	if o < 0 || t.root[o] == 0 {
		return found
	}
	n := &t.nodes[t.root[o]]
	for i++; ; i++ {
		if n.set != 0 {
			found = append(found, word{i, &t.sets[n.set]})
		}
		next := '$'
		if i < len(text) {
			next = text[i]
		} else if i > len(text) {
			return found
		}
		to, ok := t.child(n, next)
		if !ok {
			return found
		}
		n = &t.nodes[to]
	}
}

func (t *trie) child(n *node, r rune) (int32, bool) {
	edges := t.edges[n.first : n.first+n.n]
	lo, hi := 0, len(edges)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if edges[mid].r < r {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(edges) || edges[lo].r != r {
		return 0, false
	}
	return edges[lo].to, true
}
