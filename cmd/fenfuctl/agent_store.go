package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"

	"fenfu/bot/staff"
	"fenfu/sessions"
)

// members are the accounts, the audit log that changes of them go to, and the
// desk where they work.
type members struct {
	*sessions.Staff
	desk *sessions.Desk
}

// withStaff opens the server's accounts and audit log for a while.
func (f *storeFlags) withStaff(do func(context.Context, *members) error) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	db, err := f.database()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	s, err := sessions.NewStaff(db.client, sessions.StaffOptions{Keys: db.keys, Sync: db.sync})
	if err != nil {
		return err
	}
	return do(ctx, &members{s, sessions.NewDesk(db.client, sessions.DeskOptions{Sync: db.sync})})
}

// put writes an account, after what is done is on record.
func (m *members) put(ctx context.Context, a staff.Account, action, what string) error {
	_, err := m.Append(ctx, staff.Entry{
		At: time.Now(), Actor: staff.Tool, Role: staff.Admin, Action: action, Field: a.ID, Reason: what, OK: true,
	})
	if err != nil {
		return err
	}
	return m.Put(ctx, a)
}
