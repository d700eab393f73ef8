package main

import (
	"errors"
	"strings"
	"testing"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
)

// A supervisor gives a message that was left to somebody, and they get it. Its
// visitor, who is not there, is not told to wait.
func TestDeskAssignsMessages(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		wang := o.signIn(staff.Account{ID: "wang", Name: "王强", Role: staff.Agent})
		chief := o.signIn(staff.Account{ID: "chief", Name: "组长", Role: staff.Supervisor})
		session := o.waiting()
		o.says(session, "我的额度页面打不开")
		if s := o.look(session); !s.Handoff.Offline {
			t.Fatalf("somebody is there: %+v", s.Handoff)
		}
		wang.must("presence", map[string]string{"state": "online"})
		chief.must(conversation(session, "/assign"), command("agent", "wang"))
		o.eventually("wang has it", func() error {
			if s := o.look(session); s.Owner != bot.OwnerAgent || s.Agent != "wang" {
				return errors.New(string(s.Owner) + " " + s.Agent)
			}
			return nil
		})
		if r := chief.send("GET", conversation(session, "/events"), "", nil); strings.Contains(r.body, "请稍候") {
			t.Errorf("who is not there is told to wait: %s", r.body)
		}
	})
}

// Nobody is sent to an agent whose logins were ended.
func TestDeskEndedLoginsGetNobody(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		li := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
		root := o.signIn(staff.Account{ID: "root", Role: staff.Admin})
		li.must("presence", map[string]string{"state": "online"})
		root.must("accounts/li/logout", struct{}{})
		root.must("accounts/root/logout", struct{}{}) // who was never at the desk does not come to be
		agents, err := o.books.Agents(t.Context())
		if err != nil || len(agents) != 1 || agents[0].ID != "li" || agents[0].Presence != handoff.Away {
			t.Errorf("at the desk: %+v, %v", agents, err)
		}
	})
}
