package api

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"fenfu/bot"
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

// maxAuditLook is how many entries one request looks through at most, and
// auditChunk how many are read at a time when something is looked for.
const (
	maxAuditLook = 5_000
	auditChunk   = 500
)

// auditFilter is what is looked for in the audit log; what is zero is not.
type auditFilter struct {
	actor, action, session string // session: the beginning of its id is enough
	since, until           time.Time
}

func newAuditFilter(query url.Values) (f auditFilter, err error) {
	f.actor, f.action, f.session = query.Get("actor"), query.Get("action"), query.Get("session")
	for name, at := range map[string]*time.Time{"since": &f.since, "until": &f.until} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		if *at, err = time.Parse(time.RFC3339, text); err != nil {
			return f, &bot.Error{Code: bot.Invalid, Message: "时间的格式不对。"}
		}
	}
	return f, nil
}

func (f auditFilter) matches(e staff.Entry) bool {
	return (f.actor == "" || f.actor == e.Actor) && (f.action == "" || f.action == e.Action) &&
		strings.HasPrefix(e.Session, f.session) && !e.At.Before(f.since) && (f.until.IsZero() || e.At.Before(f.until))
}

// words say what was looked for.
func (f auditFilter) words() string {
	return strings.Join(strings.Fields(f.actor+" "+f.action+" "+f.session), " ")
}

// audit answers with a part of the audit log, the newest first. That it was
// read is in it, too.
func (a *API) audit(w http.ResponseWriter, r *request) error {
	query := r.URL.Query()
	filter, err := newAuditFilter(query)
	if err != nil {
		return err
	}
	limit, _ := strconv.Atoi(query.Get("limit"))
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	before, _ := strconv.ParseInt(query.Get("cursor"), 10, 64)
	if before <= 0 || a.reads.fresh(r.who.ID, auditLog, a.Now()) { // who begins anywhere reads it, too
		if err := a.record(r, staff.Entry{Action: "audit", Reason: filter.words()}); err != nil {
			a.reads.forget(r.who.ID, auditLog)
			return err
		}
	}
	if before <= 0 {
		a.reads.fresh(r.who.ID, auditLog, a.Now())
		if before, err = a.auditEnd(r.Context(), filter.until); err != nil {
			return err
		}
	}
	items, next, err := a.auditPage(r.Context(), filter, before, limit)
	if err != nil {
		return err
	}
	page := struct {
		Items []staff.Entry `json:"items"`
		Next  string        `json:"next,omitempty"`
	}{Items: items}
	if next > 1 {
		page.Next = strconv.FormatInt(next, 10)
	}
	return answer(w, page)
}

// auditEnd returns the number of the first entry that is no older than a time
// (zero: the one after the last).
func (a *API) auditEnd(ctx context.Context, until time.Time) (int64, error) {
	head, err := a.Staff.AuditHead(ctx)
	if err != nil {
		return 0, err
	}
	end := head.Entry.N + 1
	if until.IsZero() {
		return end, nil
	}
	var failed error
	n := sort.Search(int(end-1), func(i int) bool {
		links, err := a.Staff.Audit(ctx, int64(i), 1) // of pages that are gone, the first that is left
		failed = errors.Join(failed, err)
		return failed != nil || len(links) == 0 || !links[0].Entry.At.Before(until)
	})
	return int64(n) + 1, failed
}

// auditPage returns entries before a number, the newest first, and before which
// to go on (0: there are no more). It may have found nothing yet, and yet go on.
func (a *API) auditPage(ctx context.Context, f auditFilter, before int64, limit int) (items []staff.Entry, next int64, err error) {
	items = []staff.Entry{}
	size := int64(limit)
	if f != (auditFilter{}) {
		size = auditChunk
	}
	for looked := int64(0); looked < maxAuditLook && before > 1; looked += size {
		after := max(0, before-1-size)
		links, err := a.Staff.Audit(ctx, after, int(before-1-after))
		if err != nil {
			return nil, 0, err
		}
		links = slices.DeleteFunc(links, func(l staff.Link) bool { return l.Entry.N >= before }) // old pages may be gone, and later entries come in their place
		if len(links) == 0 {
			return items, 0, nil
		}
		for _, l := range slices.Backward(links) {
			if l.Entry.At.Before(f.since) {
				return items, 0, nil
			}
			if f.matches(l.Entry) {
				items = append(items, l.Entry)
			}
			if len(items) == limit {
				return items, l.Entry.N, nil
			}
		}
		before = after + 1
	}
	return items, before, nil
}
