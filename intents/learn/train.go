package learn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Example is a text by its features, and its label.
type Example struct {
	Features []Feature
	Label    string
}

// How it learns: logistic regression by gradient descent, one example at a
// time, in an order that changes from pass to pass.
const (
	passes    = 14
	firstStep = 2.0
	slower    = 0.5    // how much smaller the steps of each pass are
	shrink    = 0.0002 // how much a step takes from the weights that it touches
	known     = 0.02   // how far off what is not worth a step is
)

// Train learns from the examples, whose features it sorts: their order makes
// no other model. Every multiplication is rounded by itself, so that no
// machine's fused instructions do.
func Train(examples []Example) *Model {
	m := &Model{}
	for _, e := range examples {
		slices.Sort(e.Features)
		if !slices.Contains(m.Labels, e.Label) {
			m.Labels = append(m.Labels, e.Label)
		}
	}
	slices.Sort(m.Labels)
	n := len(m.Labels)
	weights := make([]float64, rows*n)
	random := rand.New(rand.NewPCG(1, 2))
	order := random.Perm(len(examples))
	p := make([]float64, n)
	for pass := range passes {
		step := firstStep / (1 + float64(slower*float64(pass)))
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			learn(weights, m.Labels, &examples[i], p, step)
		}
	}
	m.round(weights)
	return m
}

func learn(weights []float64, labels []string, e *Example, p []float64, step float64) {
	n := len(labels)
	clear(p)
	norm := 1 / math.Sqrt(float64(len(e.Features)))
	for _, f := range e.Features {
		for k, w := range weights[int(f>>(32-rowBits))*n:][:n] {
			p[k] += w
		}
	}
	for k := range p {
		p[k] = float64(p[k] * norm)
	}
	softmax(p)
	off := 0.0
	for k, l := range labels {
		if l == e.Label {
			p[k] -= 1
		}
		off = max(off, math.Abs(p[k]))
	}
	if off < known {
		return
	}
	for k := range p {
		p[k] = float64(float64(p[k]*norm) * step)
	}
	keep := 1 - float64(shrink*step)
	for _, f := range e.Features {
		row := weights[int(f>>(32-rowBits))*n:][:n]
		for k := range row {
			row[k] = float64(row[k]*keep) - p[k]
		}
	}
}

// round makes the weights small integers.
func (m *Model) round(weights []float64) {
	top := 0.0
	for _, w := range weights {
		top = max(top, math.Abs(w))
	}
	m.scale = top / math.MaxInt8
	m.table = make([]int8, len(weights))
	for i, w := range weights {
		m.table[i] = int8(math.Round(w / m.scale))
	}
}
