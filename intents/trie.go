package intents

import (
	"cmp"
	"slices"
)

// trie holds words with the concepts they belong to. It is filled with add,
// then made ready with freeze.
type trie struct {
	draft []draftNode
	root  map[rune]int32
	nodes []node
	edges []edge
	sets  []bits
}

// draftNode is a node while the trie grows: its children are a linked list.
type draftNode struct {
	r              rune
	child, sibling int32
	set            bits
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

func newTrie() *trie { return &trie{draft: make([]draftNode, 1), root: map[rune]int32{}} }

func (t *trie) add(word string, c concept) {
	at := int32(0)
	for _, r := range word {
		at = t.draftChild(at, r)
	}
	t.draft[at].set.add(c)
}

// draftChild returns the child of a draft node by r, adding it if need be. The
// root has many children, so it has a map.
func (t *trie) draftChild(at int32, r rune) int32 {
	if at == 0 {
		if to, ok := t.root[r]; ok {
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
		t.root[r] = to
	} else {
		t.draft[to].sibling, t.draft[at].child = t.draft[at].child, to
	}
	return to
}

// freeze lays the trie out for looking up.
func (t *trie) freeze() {
	known := map[bits]int32{{}: 0}
	t.sets = []bits{{}}
	t.nodes = make([]node, len(t.draft))
	t.edges = make([]edge, 0, len(t.draft))
	for i, d := range t.draft {
		set, ok := known[d.set]
		if !ok {
			set = int32(len(t.sets))
			known[d.set] = set
			t.sets = append(t.sets, d.set)
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

// from calls found for every word that begins at text[i], shorter ones first.
func (t *trie) from(text []rune, i int, found func(end int, set *bits)) {
	at, ok := t.root[text[i]]
	for ok {
		n := &t.nodes[at]
		i++
		if n.set != 0 {
			found(i, &t.sets[n.set])
		}
		if i == len(text) {
			return
		}
		at, ok = t.child(n, text[i])
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
