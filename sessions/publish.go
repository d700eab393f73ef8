package sessions

import (
	"encoding/binary"
	"errors"
)

// What a commit publishes is a head and then the sealed events, one after the
// other. The head says which session it is about, the number of the first
// event, and how long each event is:
//
//	uvarint length, session | uvarint first | uvarint count | uvarint length…
type head []byte

func newHead(id string, first int64, count int) head {
	h := make(head, 0, len(id)+8+3*count)
	h = append(binary.AppendUvarint(h, uint64(len(id))), id...)
	h = binary.AppendUvarint(h, uint64(first))
	return binary.AppendUvarint(h, uint64(count))
}

// add says the length of the next event.
func (h head) add(length int) head { return binary.AppendUvarint(h, uint64(length)) }

// published is what a head and its events say.
type published struct {
	id     string
	first  int64
	events []string // sealed
}

var errPayload = errors.New("published text is cut short")

func parsePublished(payload string) (published, error) {
	r := reader{rest: payload}
	p := published{id: r.take(r.uvarint())}
	p.first = int64(r.uvarint())
	count := r.uvarint()
	if count > uint64(len(payload)) {
		return p, errPayload
	}
	lengths := make([]uint64, count)
	for i := range lengths {
		lengths[i] = r.uvarint()
	}
	for _, n := range lengths {
		p.events = append(p.events, r.take(n))
	}
	if r.short {
		return p, errPayload
	}
	return p, nil
}

// reader takes a payload apart. Once something was missing it is short.
type reader struct {
	rest  string
	short bool
}

func (r *reader) uvarint() uint64 {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.short = true
	return 0
}

func (r *reader) take(n uint64) string {
	if n > uint64(len(r.rest)) {
		r.short = true
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}
