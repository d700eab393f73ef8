package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// kind is the type of a key.
type kind byte

const (
	hash kind = 'h' // texts: field, value, field, value…
	list kind = 'l' // texts: the elements
	zset kind = 'z' // texts: member, score, member, score…
	text kind = 's' // texts: the one value
)

// entry is a key's value in the journal:
//
//	kind (1 byte) | deadline in ms since 1970, 0 for none (8) | (uvarint length | text)…
type entry struct {
	kind     kind
	deadline int64
	texts    []string
}

func (e *entry) encode() []byte {
	size := 9
	for _, t := range e.texts {
		size += len(t) + binary.MaxVarintLen32
	}
	out := make([]byte, 0, size)
	out = append(out, byte(e.kind))
	out = binary.BigEndian.AppendUint64(out, uint64(e.deadline))
	for _, t := range e.texts {
		out = binary.AppendUvarint(out, uint64(len(t)))
		out = append(out, t...)
	}
	return out
}

var errEntry = errors.New("cut short")

func decode(b []byte) (*entry, error) {
	if len(b) < 9 {
		return nil, errEntry
	}
	e := &entry{kind: kind(b[0]), deadline: int64(binary.BigEndian.Uint64(b[1:]))}
	for b = b[9:]; len(b) > 0; {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return nil, errEntry
		}
		e.texts = append(e.texts, string(b[size:size+int(n)]))
		b = b[size+int(n):]
	}
	return e, nil
}

func (e *entry) expired(now time.Time) bool {
	return e.deadline != 0 && e.deadline <= now.UnixMilli()
}

// restore writes the entry into the server.
func (e *entry) restore(db *miniredis.RedisDB, key string, now time.Time) error {
	var err error
	switch {
	case e.kind == hash && len(e.texts)%2 == 0:
		db.HSet(key, e.texts...)
	case e.kind == list:
		_, err = db.Push(key, e.texts...)
	case e.kind == zset && len(e.texts)%2 == 0:
		for i := 0; i < len(e.texts) && err == nil; i += 2 {
			var score float64
			if score, err = strconv.ParseFloat(e.texts[i+1], 64); err == nil {
				_, err = db.ZAdd(key, score, e.texts[i])
			}
		}
	case e.kind == text && len(e.texts) == 1:
		err = db.Set(key, e.texts[0])
	default:
		err = fmt.Errorf("unknown kind %q with %d texts", e.kind, len(e.texts))
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", key, err)
	}
	if e.deadline != 0 {
		db.SetTTL(key, time.UnixMilli(e.deadline).Sub(now))
	}
	return nil
}
