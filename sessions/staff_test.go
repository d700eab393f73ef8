package sessions_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/staff"
	"fenfu/sessions"
)

func staffOf(tb testing.TB, w *world, change ...func(*sessions.StaffOptions)) *sessions.Staff {
	tb.Helper()
	o := sessions.StaffOptions{Keys: keyring(tb), Sync: w.sync}
	for _, c := range change {
		c(&o)
	}
	s, err := sessions.NewStaff(w.client(tb), o)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// onStaff runs a test on every kind of database.
func onStaff(t *testing.T, test func(t *testing.T, w *world)) {
	for name, open := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func TestAccounts(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		one, other := staffOf(t, w), staffOf(t, w)
		want := staff.Account{
			ID: "li", Name: "李娜", Role: staff.Agent, Desks: []string{"service"}, Capacity: 4,
			Password: "hash", TOTP: "secret", Created: time.Unix(1790000000, 0).UTC(),
		}
		if err := one.Put(ctx, want); err != nil {
			t.Fatal(err)
		}
		got, err := other.Account(ctx, "li")
		if err != nil || got.Name != want.Name || got.Password.Reveal() != "hash" || got.TOTP.Reveal() != "secret" || got.Capacity != 4 || !got.Created.Equal(want.Created) {
			t.Errorf("account %+v, %v", got, err)
		}
		if _, err := one.Account(ctx, "wang"); bot.ErrorCode(err) != bot.NotFound {
			t.Errorf("unknown account: %v", err)
		}
		if err := one.Put(ctx, staff.Account{ID: "Bad Id"}); bot.ErrorCode(err) != bot.Invalid {
			t.Errorf("bad account: %v", err)
		}
		if err := one.Put(ctx, staff.Account{ID: "chief", Name: "组长", Role: staff.Supervisor}); err != nil {
			t.Fatal(err)
		}
		all, err := one.Accounts(ctx)
		if err != nil || len(all) != 2 || all[0].ID != "chief" || all[1].ID != "li" {
			t.Errorf("accounts %v, %v", all, err)
		}
	})
}

func TestLogins(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := &clock{}
		s := staffOf(t, w, func(o *sessions.StaffOptions) { o.Now = c.now })
		li := staff.Account{ID: "li", Name: "李娜", Role: staff.Agent}
		if err := s.Put(ctx, li); err != nil {
			t.Fatal(err)
		}
		login := func() string {
			t.Helper()
			token, err := s.Login(ctx, "li")
			if err != nil {
				t.Fatal(err)
			}
			if a, err := s.Authenticate(ctx, token); err != nil || a.ID != "li" {
				t.Fatalf("fresh login: %v, %v", a, err)
			}
			return token
		}
		refused := func(what, token string) {
			t.Helper()
			if a, err := s.Authenticate(ctx, token); bot.ErrorCode(err) != bot.Unauthorized {
				t.Errorf("%s: %v, %v", what, a, err)
			}
		}
		first, second := login(), login()
		refused("another token", first+"x")
		refused("no token", "")
		if err := s.Logout(ctx, first); err != nil {
			t.Fatal(err)
		}
		refused("after logout", first)
		if _, err := s.Authenticate(ctx, second); err != nil {
			t.Errorf("logout of one login ended another: %v", err)
		}
		third := login()
		if err := s.Revoke(ctx, "li"); err != nil {
			t.Fatal(err)
		}
		refused("revoked", second)
		refused("revoked", third)

		fourth := login()
		c.move(12*time.Hour + time.Second)
		refused("older than a login may be", fourth)

		fifth := login()
		li.Disabled = true
		if err := s.Put(ctx, li); err != nil {
			t.Fatal(err)
		}
		refused("disabled", fifth)
	})
}

func TestIdleLoginEnds(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		s := staffOf(t, w, func(o *sessions.StaffOptions) { o.Idle = 300 * time.Millisecond })
		if err := s.Put(ctx, staff.Account{ID: "li", Name: "李娜", Role: staff.Agent}); err != nil {
			t.Fatal(err)
		}
		idle, err := s.Login(ctx, "li")
		if err != nil {
			t.Fatal(err)
		}
		// Asking keeps a login alive, so the test looks at the database.
		eventually(t, "the login has ended", func() error {
			for key := range dump(t, w) {
				if strings.HasPrefix(key, "{desk}:login:") {
					return errors.New("still there")
				}
			}
			return nil
		})
		if _, err := s.Authenticate(ctx, idle); bot.ErrorCode(err) != bot.Unauthorized {
			t.Errorf("idle login: %v", err)
		}
	})
}

func TestStepsAreTakenOnce(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		nodes := []*sessions.Staff{staffOf(t, w), staffOf(t, w)}
		var taken sync.Map
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				ok, err := nodes[i%2].UseStep(t.Context(), "li", 100)
				if err != nil {
					t.Error(err)
				}
				if ok {
					taken.Store(i, true)
				}
			})
		}
		group.Wait()
		n := 0
		taken.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("one code signed in %d times", n)
		}
		for step, want := range map[int64]bool{99: false, 100: false} {
			if ok, _ := nodes[0].UseStep(t.Context(), "li", step); ok != want {
				t.Errorf("step %d taken: %v", step, ok)
			}
		}
		if ok, _ := nodes[0].UseStep(t.Context(), "li", 101); !ok {
			t.Error("a later step is refused")
		}
		if ok, _ := nodes[0].UseStep(t.Context(), "wang", 100); !ok {
			t.Error("the step of another account is refused")
		}
	})
}

func TestAudit(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		nodes := []*sessions.Staff{staffOf(t, w), staffOf(t, w)}
		const writers, each = 4, 130 // beyond one page
		var group sync.WaitGroup
		for i := range writers {
			group.Go(func() {
				for range each {
					if _, err := nodes[i%2].Append(ctx, staff.Entry{At: time.Now(), Actor: "li", Role: staff.Agent, Action: "read", Reason: planted, OK: true}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		if n, err := nodes[0].VerifyAudit(ctx); err != nil || n != writers*each {
			t.Fatalf("verified %d entries: %v", n, err)
		}
		links, err := nodes[1].Audit(ctx, 495, 10)
		if err != nil || len(links) != 10 || links[0].Entry.N != 496 || links[9].Entry.N != 505 {
			t.Errorf("entries 496 to 505: %v, %v", links, err)
		}

		rdb := w.client(t)
		text, err := rdb.LIndex(ctx, "{desk}:audit:0", 7).Result()
		if err != nil || strings.Contains(text, "张三丰") || strings.Contains(text, "read") {
			t.Errorf("an entry can be read in the database: %q, %v", text, err)
		}
		broken := func(what string, n int64) {
			t.Helper()
			var b *staff.BrokenError
			_, err := nodes[0].VerifyAudit(ctx)
			if !errors.As(err, &b) || b.N != n {
				t.Errorf("%s: %v, want entry %d", what, err, n)
			}
		}
		other, err := rdb.LIndex(ctx, "{desk}:audit:0", 8).Result()
		if err != nil {
			t.Fatal(err)
		}
		rdb.LSet(ctx, "{desk}:audit:0", 7, other)
		broken("an entry was put in another's place", 8)
		rdb.LSet(ctx, "{desk}:audit:0", 7, text)
		rdb.RPop(ctx, "{desk}:audit:1")
		broken("the last entry was taken off", writers*each)
		rdb.Del(ctx, "{desk}:audit:1")
		broken("the last page is gone", writers*each)
	})
}

// Of changes at the same time none is lost.
func TestAccountUpdates(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		nodes := []*sessions.Staff{staffOf(t, w), staffOf(t, w)}
		var group sync.WaitGroup
		for i := range 12 {
			group.Go(func() {
				err := nodes[i%2].Update(ctx, "li", func(was *staff.Account) (staff.Account, error) {
					a := staff.Account{ID: "li", Name: "李娜", Role: staff.Agent, Subject: "https://id.example.com s-1"}
					if was != nil {
						a = *was
					}
					a.Capacity++
					return a, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		no := errors.New("no")
		err := nodes[0].Update(ctx, "li", func(was *staff.Account) (staff.Account, error) { return staff.Account{}, no })
		if !errors.Is(err, no) {
			t.Errorf("a change that fails: %v", err)
		}
		got, err := nodes[1].Account(ctx, "li")
		if err != nil || got.Capacity != 12 || got.Subject != "https://id.example.com s-1" {
			t.Errorf("account %+v, %v", got, err)
		}
	})
}
