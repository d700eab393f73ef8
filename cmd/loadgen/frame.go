package main

import (
	"bytes"
	"fmt"
)

// frame is what the generator looks at in a frame from the server. Its slices
// point into the frame.
type frame struct {
	kind        []byte // the frame's type
	seq         int64
	id          []byte
	from        []byte
	code        []byte
	choice      []byte // the value of the first button
	application []byte
	decision    []byte
}

// parseFrame reads a frame without taking it apart: the generator shares the
// machine with the server, and time spent here would count against it. It
// relies on how the server writes JSON (type first, no space between tokens),
// and on quotes inside strings being escaped, so that ,"key":" is never part of
// a string.
func parseFrame(raw []byte) (frame, error) {
	rest, ok := bytes.CutPrefix(raw, []byte(`{"type":"`))
	if !ok {
		return frame{}, fmt.Errorf("not a frame: %.60q", raw)
	}
	f := frame{kind: upToQuote(rest)}
	switch string(f.kind) {
	case "event":
		f.seq = number(raw, `,"seq":`)
		f.from = value(raw, `,"from":"`)
		f.id = value(raw, `,"id":"`)
		f.choice = value(raw, `,"choices":[{"value":"`)
		if f.code = value(raw, `,"code":"`); f.code != nil {
			f.application = value(raw, `,"data":{"application":"`)
			f.decision = value(raw, `,"decision":"`)
		}
	case "ack", "welcome":
		f.seq = number(raw, `,"seq":`)
		f.id = value(raw, `,"id":"`)
	case "error":
		f.id = value(raw, `,"id":"`)
		f.code = value(raw, `,"code":"`)
	}
	return f, nil
}

// value returns the string that follows key, as written; nil if there is none.
func value(raw []byte, key string) []byte {
	i := bytes.Index(raw, []byte(key))
	if i < 0 {
		return nil
	}
	return upToQuote(raw[i+len(key):])
}

func upToQuote(b []byte) []byte {
	i := bytes.IndexByte(b, '"')
	if i < 0 {
		return nil
	}
	return b[:i]
}

// number returns the number that follows key, -1 if there is none.
func number(raw []byte, key string) int64 {
	i := bytes.Index(raw, []byte(key))
	if i < 0 {
		return -1
	}
	n, start := int64(0), i+len(key)
	for i = start; i < len(raw) && raw[i] >= '0' && raw[i] <= '9'; i++ {
		n = n*10 + int64(raw[i]-'0')
	}
	if i == start {
		return -1
	}
	return n
}
