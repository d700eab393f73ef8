package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"fenfu/bot"
)

// Another desk stands in for this one: with nobody else there, visitors come to
// a key that says it is online, and it answers them by the API alone.
func TestDeskKeyStandsIn(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		crm := o.browser()
		crm.bearer = o.keyText
		crm.must("presence", map[string]string{"state": "online"})
		o.eventually("the desk is staffed", func() error {
			if !o.books.Staffed("service") {
				return fmt.Errorf("nobody is there")
			}
			return nil
		})
		l := crm.live()
		session := "s" + strings.ToLower(rand.Text()[:25])
		o.says(session, "转人工")
		l.await("the visitor in its own list", func(f map[string]any) bool {
			row, _ := f["row"].(map[string]any)
			return row["session"] == session && row["agent"] == "key:crm" && row["owner"] == "agent"
		})
		l.send(`{"type":"watch","session":"` + session + `","after":0}`)
		o.says(session, "在吗")
		l.await("a word of the visitor's", said(session, "在吗"))
		for range 2 {
			crm.must("conversations/"+session+"/messages", map[string]string{"id": "m1", "text": "您好，请讲。"})
		}
		l.await("its own word", said(session, "您好，请讲。"))
		if s := o.look(session); s.Owner != bot.OwnerAgent || s.Agent != "key:crm" {
			t.Errorf("%s has it: %q", s.Owner, s.Agent)
		}

		// A colleague's conversation is not its to speak in.
		crm.must("presence", map[string]string{"state": "busy"})
		theirs := o.place(foreign)
		for path, body := range map[string]string{"messages": `{"id":"m2","text":"您好"}`, "typing": `{"on":true}`} {
			if r := crm.send("POST", "conversations/"+theirs+"/"+path, body, nil); r.status != 404 {
				t.Errorf("%s in a colleague's: %d", path, r.status)
			}
		}
	})
}
