package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"fenfu/bot"
	"fenfu/bot/pii"
	"fenfu/web/ws"
)

// guest is a visitor of a fleet: a scripted person with one tab to type in, and
// perhaps another that only follows.
type guest struct {
	tab
	number  int
	base    string // of the site
	second  *tab
	partner *guest // types in the same session

	messages int
	sent     map[string]int64 // message id to the last event acknowledged when it was first sent
	newest   int64            // the last event acknowledged
	acked    []acked          // in the order of acknowledgement
	ackedAs  map[string]int64

	confirms bool // goes as far as to confirm
	confirm  bool // has sent the confirmation
}

type acked struct {
	id    string
	seq   int64
	after int64 // what had been acknowledged when it was first sent: it comes later
}

// details of a guest. Everybody is somebody else, and nobody: the county was
// never assigned. The service knows nobody either, so a person has to look.
func (g *guest) details() (name, id, phone string) {
	const family, given = "赵钱孙李周吴郑王冯陈", "春夏秋冬晨暮晴雨雪霜"
	f, n := []rune(family), []rune(given)
	name = string([]rune{f[g.number%10], n[g.number/10%10], n[g.number/100%10]})
	born := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.number)
	return name, checked("110199" + born.Format("20060102") + "990"), fmt.Sprintf("138%08d", g.number)
}

// checked completes a number by its check digit.
func checked(id17 string) string {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(id17[i]-'0') * w
	}
	return id17 + string("10X98765432"[sum%11])
}

// script is what a guest has to say. One in ten never confirms.
func (g *guest) script() []string {
	name, id, phone := g.details()
	s := []string{"开通分付", "[consent.agree]", "[consent.agree]", name, id, phone}
	if g.number%3 == 0 {
		s = append([]string{"你好"}, s...)
	}
	if g.number%5 == 0 {
		s = append(s, "为什么要身份证号")
	}
	if g.confirms = g.number%10 != 7; g.confirms {
		return append(s, "[confirm.yes]", "谢谢")
	}
	return s
}

// live is a guest's visit, until the decision.
func (g *guest) live(ctx context.Context) error {
	defer g.drop()
	if err := g.open(ctx, g.base); err != nil {
		return err
	}
	if g.number%8 == 3 {
		g.second = &tab{books: g.books, url: g.url, token: g.token, rng: rand.New(rand.NewPCG(g.rng.Uint64(), 2))}
		also, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = g.second.follow(also, func() bool { return false }) // until it is stopped
			g.second.drop()
		}()
		defer func() {
			stop()
			<-ended
		}()
	}
	for _, text := range g.script() {
		if !sleep(ctx, time.Duration(300+g.rng.IntN(2200))*time.Millisecond) {
			return ctx.Err()
		}
		if err := g.say(ctx, text); err != nil {
			return fmt.Errorf("message %d: %w", g.messages, err)
		}
	}
	if !g.confirms {
		return nil
	}
	if err := g.follow(ctx, func() bool { return g.count(bot.CodeDecided) > 0 }); err != nil {
		return fmt.Errorf("waiting for the decision: %w", err)
	}
	return nil
}

// say sends one text, or presses a button, again and again under one id until
// it is acknowledged. Some press 确认 twice, and some frames go out twice.
func (g *guest) say(ctx context.Context, text string) error {
	frames := []*ws.ClientFrame{g.frame(text)}
	g.confirm = g.confirm || text == "[confirm.yes]"
	switch {
	case text == "[confirm.yes]" && g.number%4 == 1:
		frames = append(frames, g.frame(text))
	case g.rng.IntN(10) == 0:
		frames = append(frames, frames[0])
	}
	for first := true; ; first = false {
		if err := g.connect(ctx); err != nil {
			return err
		}
		open := 0
		for _, f := range frames {
			if g.ackedAs[f.ID] != 0 {
				continue
			}
			open++
			if !first {
				g.books.resent.Add(1)
			}
			if g.client != nil && g.client.Write(f) != nil {
				g.drop()
			}
		}
		if open == 0 {
			return nil
		}
		if err := g.await(ctx, frames); err != nil {
			return err
		}
	}
}

func (g *guest) frame(text string) *ws.ClientFrame {
	g.messages++
	f := &ws.ClientFrame{Type: ws.Send, ID: fmt.Sprintf("g%d.%d", g.number, g.messages), Text: pii.Text(text)}
	if strings.HasPrefix(text, "[") {
		f = &ws.ClientFrame{Type: ws.Choose, ID: f.ID, Value: strings.Trim(text, "[]")}
	}
	g.sent[f.ID] = g.newest
	return f
}

// await reads until the frames are acknowledged, or have to be sent again.
func (g *guest) await(ctx context.Context, frames []*ws.ClientFrame) error {
	for g.client != nil {
		open := false
		for _, f := range frames {
			open = open || g.ackedAs[f.ID] == 0
		}
		if !open {
			return nil
		}
		f, err := g.receive(ctx, g.acks)
		if err != nil {
			return ctx.Err()
		}
		switch f.Type {
		case ws.Ack:
			g.ack(f)
		case ws.Error:
			// It was not taken: say it again, a little later.
			if !sleep(ctx, time.Duration(f.RetryAfterMS+200+g.rng.Int64N(400))*time.Millisecond) {
				return ctx.Err()
			}
			return nil
		}
	}
	return nil
}

func (g *guest) ack(f ws.ServerFrame) {
	_, known := g.sent[f.ID]
	switch was := g.ackedAs[f.ID]; {
	case !known:
		g.books.deviates("stray ack", "session %s: %s was never sent", g.session, f.ID)
	case was != 0 && was != f.Seq:
		g.books.deviates("two acks", "session %s: %s is %d and %d", g.session, f.ID, was, f.Seq)
	case was == 0:
		g.ackedAs[f.ID] = f.Seq
		g.books.acknowledged()
		g.acked = append(g.acked, acked{f.ID, f.Seq, g.sent[f.ID]})
		g.newest = max(g.newest, f.Seq)
	}
}

// count is how many notices of a sort the guest has seen.
func (t *tab) count(code string) (n int) {
	for i := range t.view {
		if t.view[i].Code == code {
			n++
		}
	}
	return n
}
