package ws

import (
	"strconv"
	"time"

	"fenfu/bot"
)

// Waiting is a visitor's place in the queue for a person.
type Waiting struct {
	Position int           // from 1
	Wait     time.Duration // until it may be their turn, 0: not known
}

// signs are what a visitor is shown and nobody keeps: only the latest counts.
type signs struct {
	waiting *Waiting
	typing  *bool // whether the agent types
}

// Queue has the visitors who wait see their places, on the connections that
// this node has now and those that come, until the next call.
func (h *Hub) Queue(places map[string]Waiting) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.queue
	h.queue = places
	for session, place := range places {
		if was[session] == place {
			continue
		}
		for c := h.sessions[session]; c != nil; c = c.other {
			c.sign(func(s *signs) { s.waiting = &place })
		}
	}
}

// place returns where a visitor stands in the queue, nil if not in it.
func (h *Hub) place(session string) *Waiting {
	h.mu.Lock()
	defer h.mu.Unlock()
	if place, ok := h.queue[session]; ok {
		return &place
	}
	return nil
}

// Typing has a session's visitor see whether the agent types.
func (h *Hub) Typing(session string, on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := h.sessions[session]; c != nil; c = c.other {
		c.sign(func(s *signs) { s.typing = &on })
	}
}

// sign changes what the peer is to be shown next.
func (c *conn) sign(change func(*signs)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signs == nil {
		c.signs = new(signs)
	}
	change(c.signs)
	c.kick()
}

// showSigns sends them.
func (w *writer) showSigns() {
	w.mu.Lock()
	s := w.conn.signs
	w.conn.signs = nil
	w.mu.Unlock()
	if s == nil {
		return
	}
	if s.waiting != nil {
		w.send(Queue, appendQueue(w.frame(), *s.waiting))
	}
	if s.typing != nil {
		w.send(Typing, appendTyping(w.frame(), *s.typing))
	}
}

func appendQueue(b []byte, p Waiting) []byte {
	b = append(b, `{"type":"queue"`...)
	b = appendInt(b, "position", int64(p.Position))
	b = appendInt(b, "wait_s", int64(p.Wait/time.Second))
	return append(b, '}')
}

func appendTyping(b []byte, on bool) []byte {
	b = append(b, `{"type":"typing"`...)
	b = appendField(b, "from", string(bot.Agent))
	b = append(b, `,"on":`...)
	b = strconv.AppendBool(b, on)
	return append(b, '}')
}
