package sessions

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/bot/staff"
	"fenfu/sessions/seal"
)

//go:embed scripts/staff_login.lua
var staffLogin string

//go:embed scripts/staff_check.lua
var staffCheck string

//go:embed scripts/staff_step.lua
var staffStep string

//go:embed scripts/staff_swap.lua
var staffSwap string

// StaffOptions say how accounts, logins and the audit log are kept. Only Keys
// has no default.
type StaffOptions struct {
	Keys  *seal.Keyring
	Idle  time.Duration // how long a login may lie idle, 30 min by default
	Login time.Duration // how long a login lasts whatever is done with it, 12 h by default
	Audit time.Duration // how long the audit log is kept, 3 years by default

	Sync func(context.Context) error // as in [Options]
	Now  func() time.Time            // time.Now by default
}

// Staff keeps the accounts of those who work at the desk, their logins and the
// audit log, all under one hash tag. Accounts and audit entries are sealed; a
// login is kept under the hash of its token, so that whoever reads the database
// cannot sign in with what stands there.
type Staff struct {
	rdb                       redis.UniversalClient
	o                         StaffOptions
	audit                     []seal.Subkey
	limiter                   *redis_rate.Limiter
	login, check, step, chain *redis.Script
	swap                      *redis.Script
}

// NewStaff returns the staff kept in the database of rdb.
func NewStaff(rdb redis.UniversalClient, o StaffOptions) (*Staff, error) {
	if o.Keys == nil {
		return nil, errors.New("open the staff's store: no encryption keys")
	}
	o.Idle = or(o.Idle, 30*time.Minute)
	o.Login = or(o.Login, 12*time.Hour)
	o.Audit = or(o.Audit, 3*365*24*time.Hour)
	if o.Now == nil {
		o.Now = time.Now
	}
	audit, err := o.Keys.Subkeys("audit chain")
	if err != nil {
		return nil, err
	}
	return &Staff{
		rdb: rdb, o: o, audit: audit, limiter: redis_rate.NewLimiter(rdb),
		login: redis.NewScript(staffLogin), check: redis.NewScript(staffCheck), step: redis.NewScript(staffStep),
		chain: redis.NewScript(auditAppend), swap: redis.NewScript(staffSwap),
	}, nil
}

// accountRecord is an account as it is sealed.
type accountRecord struct {
	Name     string     `json:"n"`
	Role     staff.Role `json:"r"`
	Desks    []string   `json:"d,omitempty"`
	Capacity int        `json:"c,omitempty"`
	Password string     `json:"p,omitempty"`
	Subject  string     `json:"s,omitempty"`
	TOTP     string     `json:"t,omitempty"`
	Disabled bool       `json:"x,omitempty"`
	Created  time.Time  `json:"at"`
}

// box seals one account's values. No session's id holds a space.
func (s *Staff) box(account string) (*seal.Box, error) { return s.o.Keys.Box("account " + account) }

// Put writes an account, new or changed. Its logins are left alone; see
// [Staff.Revoke].
func (s *Staff) Put(ctx context.Context, a staff.Account) error {
	sealed, err := s.seal(a)
	if err != nil {
		return err
	}
	if err := s.rdb.HSet(ctx, accountsKey, a.ID, sealed).Err(); err != nil {
		return unavailable("write account "+a.ID, err)
	}
	return s.sync(ctx)
}

// Update writes what change makes of an account, or of nil if there is none,
// unless change fails. If the account is changed meanwhile, change is called
// again.
func (s *Staff) Update(ctx context.Context, id string, change func(was *staff.Account) (staff.Account, error)) error {
	for {
		old, err := s.rdb.HGet(ctx, accountsKey, id).Bytes()
		if err != nil && !errors.Is(err, redis.Nil) {
			return unavailable("read an account", err)
		}
		var was *staff.Account
		if err == nil {
			a, err := s.open(id, old)
			if err != nil {
				return err
			}
			was = &a
		}
		a, err := change(was)
		if err != nil {
			return err
		}
		sealed, err := s.seal(a)
		if err != nil {
			return err
		}
		n, err := s.swap.Run(ctx, s.rdb, []string{accountsKey}, id, old, sealed).Int()
		if err != nil {
			return unavailable("write account "+id, err)
		}
		if n == 1 {
			return s.sync(ctx)
		}
	}
}

func (s *Staff) seal(a staff.Account) ([]byte, error) {
	if err := a.Check(); err != nil {
		return nil, &bot.Error{Code: bot.Invalid, Message: "账号信息不完整或格式不对。", Err: err}
	}
	text, err := json.Marshal(accountRecord{
		Name: a.Name, Role: a.Role, Desks: a.Desks, Capacity: a.Capacity, Password: a.Password.Reveal(),
		Subject: a.Subject, TOTP: a.TOTP.Reveal(), Disabled: a.Disabled, Created: a.Created,
	})
	if err != nil {
		return nil, fmt.Errorf("write account %s: %w", a.ID, err)
	}
	box, err := s.box(a.ID)
	if err != nil {
		return nil, err
	}
	return box.Seal("account", 0, text), nil
}

// Account returns an account; the error is a *bot.Error, NotFound if there is
// none.
func (s *Staff) Account(ctx context.Context, id string) (staff.Account, error) {
	sealed, err := s.rdb.HGet(ctx, accountsKey, id).Bytes()
	if errors.Is(err, redis.Nil) {
		return staff.Account{}, &bot.Error{Code: bot.NotFound, Message: "没有这个账号。"}
	}
	if err != nil {
		return staff.Account{}, unavailable("read an account", err)
	}
	return s.open(id, sealed)
}

// Accounts returns all accounts, by id.
func (s *Staff) Accounts(ctx context.Context) ([]staff.Account, error) {
	all, err := s.rdb.HGetAll(ctx, accountsKey).Result()
	if err != nil {
		return nil, unavailable("read the accounts", err)
	}
	accounts := make([]staff.Account, 0, len(all))
	for id, sealed := range all {
		a, err := s.open(id, []byte(sealed))
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, a)
	}
	slices.SortFunc(accounts, func(a, b staff.Account) int { return strings.Compare(a.ID, b.ID) })
	return accounts, nil
}

func (s *Staff) open(id string, sealed []byte) (staff.Account, error) {
	box, err := s.box(id)
	if err != nil {
		return staff.Account{}, err
	}
	text, err := box.Open("account", 0, sealed)
	if err != nil {
		return staff.Account{}, damaged("account", err)
	}
	var r accountRecord
	if err := json.Unmarshal(text, &r); err != nil {
		return staff.Account{}, damaged("account", err)
	}
	return staff.Account{
		ID: id, Name: r.Name, Role: r.Role, Desks: r.Desks, Capacity: r.Capacity,
		Password: staff.Hash(r.Password), Subject: r.Subject, TOTP: staff.Secret(r.TOTP), Disabled: r.Disabled, Created: r.Created,
	}, nil
}

// UseStep takes a time step of an account's one-time codes, and reports false
// if it or a later one was taken before, on any node.
func (s *Staff) UseStep(ctx context.Context, account string, step int64) (bool, error) {
	n, err := s.step.Run(ctx, s.rdb, []string{stepsKey}, account, step).Int()
	if err != nil {
		return false, unavailable("take a one-time code", err)
	}
	return n == 1, s.sync(ctx)
}

// Login begins a login of an account and returns its token: 256 random bits.
func (s *Staff) Login(ctx context.Context, account string) (string, error) {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails: crypto/rand ends the process instead
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.o.Now()
	name := loginName(token)
	err := s.login.Run(ctx, s.rdb, []string{loginKey(name), loginsKey(account)},
		account, now.UnixMilli(), now.Add(s.o.Login).UnixMilli(), s.o.Idle.Milliseconds(), name).Err()
	if err != nil {
		return "", unavailable("write a login", err)
	}
	return token, s.sync(ctx)
}

// Authenticate returns the account of a login, as it is now, and keeps the
// login from lying idle. The error is Unauthorized if the login has ended, was
// revoked, or its account is gone or disabled.
func (s *Staff) Authenticate(ctx context.Context, token string) (staff.Account, error) {
	gone := errLoginGone()
	reply, err := s.check.Run(ctx, s.rdb, []string{loginKey(loginName(token)), accountsKey},
		s.o.Now().UnixMilli(), s.o.Idle.Milliseconds()).StringSlice()
	if errors.Is(err, redis.Nil) {
		return staff.Account{}, gone
	}
	if err != nil {
		return staff.Account{}, unavailable("look a login up", err)
	}
	if len(reply) != 2 {
		return staff.Account{}, fmt.Errorf("look a login up: %d values returned, want 2", len(reply))
	}
	a, err := s.open(reply[0], []byte(reply[1]))
	if err == nil && a.Disabled {
		err = gone
	}
	return a, err
}

// Logout ends one login.
func (s *Staff) Logout(ctx context.Context, token string) error {
	if err := s.rdb.Del(ctx, loginKey(loginName(token))).Err(); err != nil {
		return unavailable("end a login", err)
	}
	return s.sync(ctx)
}

// Revoke ends every login of an account.
func (s *Staff) Revoke(ctx context.Context, account string) error {
	names, err := s.rdb.ZRange(ctx, loginsKey(account), 0, -1).Result()
	if err != nil {
		return unavailable("end the logins of an account", err)
	}
	// A login that begins meanwhile stays in the list, for the next time.
	_, err = s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, name := range names {
			p.Del(ctx, loginKey(name))
			p.ZRem(ctx, loginsKey(account), name)
		}
		return nil
	})
	if err != nil {
		return unavailable("end the logins of an account", err)
	}
	return s.sync(ctx)
}

// loginName is what a login is kept under.
func loginName(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func (s *Staff) sync(ctx context.Context) error { return toDisk(ctx, s.o.Sync) }

// Peek is [Staff.Authenticate], but does not keep the login from lying idle.
func (s *Staff) Peek(ctx context.Context, token string) (staff.Account, error) {
	login, err := s.rdb.HMGet(ctx, loginKey(loginName(token)), "a", "e").Result()
	if err != nil {
		return staff.Account{}, unavailable("look a login up", err)
	}
	id, _ := login[0].(string)
	text, _ := login[1].(string)
	end, _ := strconv.ParseInt(text, 10, 64)
	if id == "" || end <= s.o.Now().UnixMilli() {
		return staff.Account{}, errLoginGone()
	}
	a, err := s.Account(ctx, id)
	if bot.ErrorCode(err) == bot.NotFound || err == nil && a.Disabled {
		err = errLoginGone()
	}
	return a, err
}

func errLoginGone() error {
	return &bot.Error{Code: bot.Unauthorized, Message: "登录已失效，请重新登录。"}
}

// Attempt counts an attempt at something by somebody, such as to sign in at an
// account or from an address, over all nodes. With too many it returns how long
// to wait.
func (s *Staff) Attempt(ctx context.Context, who string, pace staff.Pace) (time.Duration, error) {
	limit := redis_rate.Limit{Rate: 1, Period: pace.Every, Burst: pace.AtOnce}
	r, err := s.limiter.Allow(ctx, triesKey(who), limit)
	if err != nil {
		return 0, unavailable("count an attempt", err)
	}
	if r.Allowed > 0 {
		return 0, nil
	}
	return r.RetryAfter, nil
}

// Forgive forgets the attempts that were counted: one was right.
func (s *Staff) Forgive(ctx context.Context, who string) error {
	if err := s.limiter.Reset(ctx, triesKey(who)); err != nil {
		return unavailable("forget attempts to sign in", err)
	}
	return nil
}

// Spare takes one attempt back that was counted: it was right.
func (s *Staff) Spare(ctx context.Context, who string, pace staff.Pace) error {
	limit := redis_rate.Limit{Rate: 1, Period: pace.Every, Burst: pace.AtOnce}
	if _, err := s.limiter.AllowN(ctx, triesKey(who), limit, -1); err != nil {
		return unavailable("take an attempt back", err)
	}
	return nil
}

// browserRecord is a browser that an account was signed in with.
type browserRecord struct {
	Account string `json:"a"`
	Browser string `json:"b"` // random
}

const browserBox = "browser of staff"

// Remember returns a token by which a browser is known from now on as one that
// an account was signed in with.
func (s *Staff) Remember(account string) (token string, err error) {
	text, err := json.Marshal(browserRecord{account, rand.Text()})
	if err != nil {
		return "", fmt.Errorf("remember a browser: %w", err)
	}
	box, err := s.o.Keys.Box(browserBox)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(box.Seal("browser", 0, text)), nil
}

// Recall returns which browser a token is of, and the account that was signed in
// with it; nothing if the token is none of ours.
func (s *Staff) Recall(token string) (account, browser string) {
	box, err := s.o.Keys.Box(browserBox)
	if err != nil {
		return "", ""
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", ""
	}
	text, err := box.Open("browser", 0, sealed)
	var r browserRecord
	if err != nil || json.Unmarshal(text, &r) != nil {
		return "", ""
	}
	return r.Account, r.Browser
}

// triesKey names no account: what was typed as one may be a password.
func triesKey(who string) string {
	sum := sha256.Sum256([]byte(who))
	return "{desk}:tries:" + hex.EncodeToString(sum[:16])
}
