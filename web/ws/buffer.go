package ws

import (
	"math/rand/v2"
	"sync"
	"time"
)

// keepBuffer is the largest buffer that is used again: one long message must
// not make every buffer long.
const keepBuffer = 8 << 10

// buffers lends what frames are read into and written from, so that an idle
// connection keeps none.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1<<10); return &b }}

func getBuffer() *[]byte { return buffers.Get().(*[]byte) }

func putBuffer(b *[]byte) {
	if cap(*b) <= keepBuffer {
		*b = (*b)[:0]
		buffers.Put(b)
	}
}

// jitter returns something between 0.8 d and d.
func jitter(d time.Duration) time.Duration {
	return d - time.Duration(rand.Int64N(int64(d)/5+1))
}
