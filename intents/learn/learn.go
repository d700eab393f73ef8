// Package learn is a linear text classifier: it learns from examples which
// label a set of features speaks for, and how much.
//
// Features are hashed into a table of fixed size, so a model is one block of
// small integers, and scoring a text is adding up a few dozen of its rows.
// Training is deterministic: the same examples make the same model on every
// machine.
package learn

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

const (
	rowBits = 15 // log2 of the rows of the table
	rows    = 1 << rowBits
)

// Feature is something that a text has or has not.
type Feature uint32

// Name returns the feature of a name.
func Name(name string) Feature {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return mix(0, 0, -1) ^ mix(0, 1, rune(h))
}

// Chars adds the features of a text's characters to fs: each one, each two and
// each three in a row, the text's ends among them. A feature that occurs twice
// is there twice.
func Chars(fs []Feature, text []rune) []Feature {
	const end = 1
	a, b := rune(0), rune(end) // the two characters before
	for i := range len(text) + 1 {
		c := rune(end)
		if i < len(text) {
			c = text[i]
			fs = append(fs, mix(0, 0, c))
		}
		fs = append(fs, mix(0, b, c))
		if a != 0 {
			fs = append(fs, mix(a, b, c))
		}
		a, b = b, c
	}
	return fs
}

func mix(a, b, c rune) Feature {
	h := uint32(a)*0x9e3779b1 ^ uint32(b)*0x85ebca6b ^ uint32(c)*0xc2b2ae35
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return Feature(h)
}

// Model says how much features speak for each label.
type Model struct {
	Labels []string
	scale  float64 // of a weight
	table  []int8  // rows of one weight per label
}

// Score sets out, one value per label, to the likelihoods that a text with the
// features has the label; they add up to 1.
func (m *Model) Score(fs []Feature, out []float64) {
	n := len(m.Labels)
	var sums [MaxLabels]int32
	for _, f := range fs {
		row := m.table[int(f>>(32-rowBits))*n:][:n]
		for i, w := range row {
			sums[i] += int32(w)
		}
	}
	by := m.scale / math.Sqrt(float64(max(len(fs), 1)))
	for i := range n {
		out[i] = float64(sums[i]) * by
	}
	softmax(out[:n])
}

// softmax turns scores into likelihoods.
func softmax(z []float64) {
	top := z[0]
	for _, v := range z {
		top = max(top, v)
	}
	sum := 0.0
	for i, v := range z {
		z[i] = math.Exp(v - top)
		sum += z[i]
	}
	for i := range z {
		z[i] /= sum
	}
}

// MaxLabels is how many labels a model may have.
const MaxLabels = 16

var errModel = errors.New("learn: not a model")

// MarshalBinary returns the model in the form that Read takes.
func (m *Model) MarshalBinary() ([]byte, error) {
	out := []byte{byte(len(m.Labels))}
	for _, l := range m.Labels {
		out = append(append(out, byte(len(l))), l...)
	}
	out = binary.BigEndian.AppendUint64(out, math.Float64bits(m.scale))
	for _, w := range m.table {
		out = append(out, byte(w))
	}
	return out, nil
}

// Read returns the model that was written.
func Read(b []byte) (*Model, error) {
	if len(b) == 0 || b[0] == 0 || b[0] > MaxLabels {
		return nil, errModel
	}
	m := &Model{Labels: make([]string, b[0])}
	b = b[1:]
	for i := range m.Labels {
		if len(b) == 0 || len(b) <= int(b[0]) {
			return nil, errModel
		}
		m.Labels[i], b = string(b[1:1+b[0]]), b[1+b[0]:]
	}
	if len(b) != 8+rows*len(m.Labels) {
		return nil, fmt.Errorf("%w: %d bytes", errModel, len(b))
	}
	m.scale = math.Float64frombits(binary.BigEndian.Uint64(b))
	m.table = make([]int8, rows*len(m.Labels))
	for i, w := range b[8:] {
		m.table[i] = int8(w)
	}
	return m, nil
}
