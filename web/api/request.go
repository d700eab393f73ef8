package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot"
	"fenfu/bot/staff"
)

// Cookie is the login's. The prefix makes browsers insist on a secure origin
// (localhost is one) and on the whole host.
const Cookie = "__Host-fenfu-desk"

// Unattended is a header that a page sets when it asks by itself, with nobody
// there perhaps: such a request does not keep the login from lying idle.
const Unattended = "Fenfu-Unattended"

// maxBody bounds a request's body.
const maxBody = 16 << 10

// Key is an integrator's bearer key.
type Key struct {
	staff.Principal
	Capacity int               // conversations at the same time
	Hash     [sha256.Size]byte // of the key
}

// request is a request of somebody.
type request struct {
	*http.Request
	who      staff.Principal
	capacity int // of a person; 0: the desk's
}

func (r *request) person() bot.Person { return bot.Person{ID: r.who.ID, Name: r.who.Name} }

// as has h answer those who may do an action; "" is everybody who is known.
func (a *API) as(may staff.Action, h func(http.ResponseWriter, *request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.protection.Check(r) != nil {
			a.Foreign(w, r)
			return
		}
		who, err := a.authenticate(r)
		if err == nil && may != "" && !who.who.May(may) {
			a.count(may, false)
			if err = a.denied(who, may); err == nil {
				err = errForbidden
			}
		}
		if err == nil {
			err = a.sign(who)
		}
		if err == nil {
			err = h(w, who)
		}
		if err != nil {
			a.Fail(w, r, err)
		}
	})
}

// sign has a request count as a sign of life of who has a presence: who works by requests
// alone, without the live socket, is not gone.
func (a *API) sign(r *request) error {
	if !r.who.May(staff.Presence) || !a.alive.fresh(r.who.ID, "", a.Now()) {
		return nil
	}
	return a.Desk.Seen(r.Context(), r.who.ID)
}

var (
	errForbidden = &bot.Error{Code: bot.NotFound, Message: "没有这个功能，或您的账号没有权限。"}
	errNotFound  = &bot.Error{Code: bot.NotFound, Message: "没有这个会话，或不在您的接待范围内。"}
	errNoLogin   = &bot.Error{Code: bot.Unauthorized, Message: "请先登录。"}
	errBody      = &bot.Error{Code: bot.Invalid, Message: "请求内容不对，应为 JSON 对象。"}
)

// authenticate says whose request it is.
func (a *API) authenticate(r *http.Request) (*request, error) {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		sum := sha256.Sum256([]byte(bearer))
		for i := range a.Keys {
			if subtle.ConstantTimeCompare(sum[:], a.Keys[i].Hash[:]) == 1 {
				return &request{Request: r, who: a.Keys[i].Principal, capacity: a.Keys[i].Capacity}, nil
			}
		}
		return nil, errNoLogin
	}
	cookie, err := r.Cookie(Cookie)
	if err != nil {
		return nil, errNoLogin
	}
	known := a.Staff.Authenticate
	if r.Header.Get(Unattended) != "" {
		known = a.Staff.Peek
	}
	account, err := known(r.Context(), cookie.Value)
	if err != nil {
		return nil, err
	}
	return &request{Request: r, who: account.Principal(), capacity: account.Capacity}, nil
}

// conversation returns the session that a request is about, as its maker may see
// it, if they may do an action in it. What they may not reach is not found.
func (a *API) conversation(r *request, may staff.Action) (bot.Session, error) {
	s, err := a.Sessions.Look(r.Context(), r.PathValue("session"))
	if err != nil {
		return s, err
	}
	if s.Version == 0 {
		a.count(may, false)
		return bot.Session{}, errNotFound
	}
	seen, ok := asSeen(s, r.who, may)
	if !ok {
		a.count(may, false)
		if err := a.refused(r, string(may), s.ID); err != nil {
			return bot.Session{}, err
		}
		return bot.Session{}, errNotFound
	}
	a.count(may, true)
	return seen, nil
}

// asSeen returns a session as somebody may see it, and false if they may not do
// the action. An agent sees what waits or is theirs as it is; one that is over
// for them as they left it: what its visitor says after that is not for them.
func asSeen(s bot.Session, who staff.Principal, may staff.Action) (bot.Session, bool) {
	c := of(&s)
	if who.Role == staff.Agent && (!c.Waiting && !c.Active || !who.Reaches(may, c)) {
		var ok bool
		if s, ok = s.AsLeftBy(who.ID); !ok {
			return bot.Session{}, false
		}
		c = of(&s)
	}
	return s, who.Reaches(may, c)
}

// said returns what was said in a session that somebody sees, after an event.
func (a *API) said(ctx context.Context, s *bot.Session, after int64) ([]bot.Event, error) {
	if after = max(0, after); after >= s.Seq {
		return nil, nil
	}
	return a.Sessions.Events(ctx, s.ID, after, int(s.Seq-after))
}

// whole reports whether a session that somebody sees may still change for them.
func whole(s *bot.Session, who staff.Principal) bool {
	return who.Role != staff.Agent || s.Owner == bot.OwnerWaiting || s.Owner == bot.OwnerAgent
}

// seenUntil is the instant up to which somebody sees what is beside a session: what
// colleagues write later is not for those who left. Zero: whatever there is.
func seenUntil(s *bot.Session, who staff.Principal) time.Time {
	if whole(s, who) {
		return time.Time{}
	}
	if s.Handoff.Left.At.IsZero() { // it was not kept once, and zero is no end
		return s.Handoff.Since
	}
	return s.Handoff.Left.At
}

// of is what decides who reaches a session.
func of(s *bot.Session) staff.Conversation {
	if s.Handoff == nil {
		return staff.Conversation{}
	}
	return staff.Conversation{
		Desk: s.Handoff.Desk, Agent: s.Handoff.Agent.ID,
		Waiting: s.Owner == bot.OwnerWaiting, Active: s.Owner == bot.OwnerAgent,
	}
}

func (a *API) count(may staff.Action, ok bool) {
	a.actions.WithLabelValues(string(may), strconv.FormatBool(ok)).Inc()
}

// read decodes a request's JSON body.
func read(w http.ResponseWriter, r *request, to any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return &bot.Error{Code: bot.Invalid, Message: "请求内容的类型应为 application/json。"}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || !utf8.Valid(raw) {
		return errBody
	}
	if err := json.Unmarshal(raw, to); err != nil || !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) { // null is no object
		return errBody
	}
	return nil
}

// command is the body of a request that does something once: the same id again
// is the same command.
type command struct {
	ID string `json:"id"`
}

var (
	errID     = errors.New("no id, or a wrong one")
	commandID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
)

// messageID is the id of the message that a command becomes. No two people
// share one.
func (c command) messageID(r *request) (string, error) {
	if !commandID.MatchString(c.ID) {
		return "", &bot.Error{Code: bot.Invalid, Message: "请求缺少编号，请刷新页面后重试。", Err: errID}
	}
	sum := sha256.Sum256([]byte(r.who.ID))
	return c.ID + "." + strconv.FormatUint(uint64(sum[0])<<24|uint64(sum[1])<<16|uint64(sum[2])<<8|uint64(sum[3]), 36), nil
}

func answer(w http.ResponseWriter, value any) error {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // the client is gone, then
	return nil
}

func done(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}
