package sessions

import "time"

// bounds are where the spans of a histogram end. The last one has no end.
func bounds() [20]time.Duration {
	const s, m = time.Second, time.Minute
	return [...]time.Duration{
		1 * s, 2 * s, 3 * s, 5 * s, 7 * s, 10 * s, 15 * s, 20 * s, 30 * s, 45 * s,
		1 * m, 90 * s, 2 * m, 3 * m, 5 * m, 10 * m, 20 * m, 30 * m, 60 * m, 120 * m,
	}
}

// histogram counts how long something took.
type histogram [21]int64

// bucketOf is the span that something took.
func bucketOf(d time.Duration) int {
	all := bounds()
	for i, end := range all {
		if d <= end {
			return i
		}
	}
	return len(all)
}

// median is where the middle lies, as if everything in a span were spread evenly
// over it: right to the width of the span. What took longer than all of them
// took as long as the longest.
func (h *histogram) median() time.Duration {
	var total int64
	for _, n := range h {
		total += n
	}
	middle, below, from := float64(total)/2, int64(0), time.Duration(0)
	for i, end := range bounds() {
		if n := h[i]; n > 0 && float64(below+n) >= middle {
			return from + time.Duration((middle-float64(below))/float64(n)*float64(end-from))
		}
		below, from = below+h[i], end
	}
	if total == 0 {
		return 0
	}
	return from
}
