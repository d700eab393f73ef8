package api

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"fenfu/bot/slot"
	"fenfu/bot/staff"
)

// record writes what is about to be done to the audit log. The reason may
// quote a visitor, so details are masked in it.
func (a *API) record(r *request, e staff.Entry) error {
	e.OK = true
	return a.append(r, e)
}

// refused writes down that somebody wanted to do what they may not, or what
// came to nothing.
func (a *API) refused(r *request, action, session string) error {
	return a.append(r, staff.Entry{Action: action, Session: session})
}

// denied writes down that somebody asked for what their role may not do at all,
// once in a while: a page may ask again and again.
func (a *API) denied(r *request, may staff.Action) error {
	what := "denied " + string(may)
	if !a.reads.fresh(r.who.ID, what, a.Now()) {
		return nil
	}
	err := a.refused(r, string(may), "")
	if err != nil {
		a.reads.forget(r.who.ID, what)
	}
	return err
}

// append also writes the entry's number and mark to the server's log: who can
// put the whole audit log back to an earlier state cannot reach that.
func (a *API) append(r *request, e staff.Entry) error {
	e.At, e.Actor, e.Role = a.Now(), r.who.ID, r.who.Role
	e.Reason, e.Request = slot.Redact(e.Reason), a.RequestID(r.Context())
	link, err := a.Staff.Append(r.Context(), e)
	if err == nil {
		a.Logger.Info("audit", "entry", link.Entry.N, "mark", hex.EncodeToString(link.Mark[:8]))
	}
	return err
}

// readAgain is how long somebody may go on reading a conversation before that is
// written down anew.
const readAgain = 10 * time.Minute

// aliveAgain is how often somebody's requests count as a sign of life.
const aliveAgain = 5 * time.Second

// reads remember who was written down as a reader of what, or as there, on this
// node.
type reads struct {
	every time.Duration
	mu    sync.Mutex
	since *lru.Cache[string, time.Time]
}

func newReads(every time.Duration) *reads {
	since, err := lru.New[string, time.Time](10_000)
	if err != nil {
		panic(err) // the size is wrong
	}
	return &reads{every: every, since: since}
}

// fresh reports whether a reader was not written down lately, and notes it.
func (m *reads) fresh(who, session string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := who + " " + session
	if since, ok := m.since.Get(key); ok && now.Sub(since) < m.every {
		return false
	}
	m.since.Add(key, now)
	return true
}

func (m *reads) forget(who, session string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.since.Remove(who + " " + session)
}

// reading writes down that somebody reads a conversation, once in a while.
func (a *API) reading(r *request, session string) error {
	if !a.reads.fresh(r.who.ID, session, a.Now()) {
		return nil
	}
	err := a.record(r, staff.Entry{Action: "read", Session: session})
	if err != nil {
		a.reads.forget(r.who.ID, session)
	}
	return err
}

// auditLog stands for the audit log among what is read. No session is called so.
const auditLog = "audit log"

// audit answers with a part of the audit log, the newest first. That it was
// read is in it, too.
func (a *API) audit(w http.ResponseWriter, r *request) error {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("limit"))
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	before, _ := strconv.ParseInt(query.Get("cursor"), 10, 64)
	if before <= 0 || a.reads.fresh(r.who.ID, auditLog, a.Now()) { // who begins anywhere reads it, too
		if err := a.record(r, staff.Entry{Action: "audit"}); err != nil {
			a.reads.forget(r.who.ID, auditLog)
			return err
		}
	}
	if before <= 0 {
		a.reads.fresh(r.who.ID, auditLog, a.Now())
		head, err := a.Staff.AuditHead(r.Context())
		if err != nil {
			return err
		}
		before = head.Entry.N + 1
	}
	after := max(0, before-1-int64(limit))
	links, err := a.Staff.Audit(r.Context(), after, int(before-1-after))
	if err != nil {
		return err
	}
	page := struct {
		Items []staff.Entry `json:"items"`
		Next  string        `json:"next,omitempty"`
	}{Items: []staff.Entry{}}
	for i := len(links) - 1; i >= 0; i-- {
		if links[i].Entry.N < before { // old pages may be gone, and later entries come in their place
			page.Items = append(page.Items, links[i].Entry)
		}
	}
	if len(page.Items) > 0 && after > 0 {
		page.Next = strconv.FormatInt(after+1, 10)
	}
	return answer(w, page)
}
