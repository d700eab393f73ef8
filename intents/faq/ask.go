package faq

// leastPairs is how many pairs a question is taken to have at least, so that one
// telling word is not all the evidence there can be.
const leastPairs = 4

// query is a question as the index sees it, by entry.
type query struct {
	points   []float64 // what its longest keyword is worth
	likes    []float64 // how like its nearest form is, 0 to 1
	worth    []float64 // its BM25, as a share of the question's weight
	evidence []float64 // how much more likely its forms are to have the question's pairs than all are: the mean logarithm
	known    float64   // how many of its pairs any form has, a single character counting less
}

// ask computes how well the question, folded, fits every entry.
func (bk *Book) ask(text string) query {
	n := len(bk.lacks)
	all := make([]float64, 4*n+len(bk.forms))
	q := query{points: all[:n], likes: all[n : 2*n], worth: all[2*n : 3*n], evidence: all[3*n : 4*n]}
	common := all[4*n:]
	bk.point(text, q.points)
	total := 0.0
	for _, p := range pairs(text) {
		t, share := bk.terms[p], 1.0
		if t == nil {
			meant, ok := bk.alike[[2]uint16{bk.sounds.Sound(p[0]), bk.sounds.Sound(p[1])}]
			if !ok || p[1] == 0 {
				total += p.share() * bk.rare // the question is about something else, too
				continue
			}
			t, share = bk.terms[meant], heard
		}
		total += t.weight
		counts := share * p.share()
		q.known += counts
		for _, f := range t.forms {
			common[f] += share * t.weight
		}
		for _, w := range t.postings {
			q.worth[w.entry] += share * w.worth
			q.evidence[w.entry] += counts * w.evidence
		}
	}
	if total == 0 {
		return q
	}
	for i := range n {
		q.worth[i] = min(1, q.worth[i]/total)
		q.evidence[i] = (q.evidence[i] + q.known*bk.lacks[i]) / max(q.known, leastPairs)
	}
	for i, f := range bk.forms {
		if common[i] > 0 {
			q.likes[f.entry] = max(q.likes[f.entry], 2*common[i]/(total+f.total))
		}
	}
	return q
}
