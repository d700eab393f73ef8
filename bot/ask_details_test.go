package bot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/intents"
	"fenfu/intents/llm/llmtest"
)

// TestNoDetailsReachTheModel plays every dialogue with a model that records
// what it is asked, asks it something with each detail in it at the end, and
// looks for the details in every request: those the session holds, those that
// anything in the text looks like, and whatever was said while a detail was
// awaited. The same of what the model reads of the whole conversation when an
// agent wants a summary or a suggestion.
func TestNoDetailsReachTheModel(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues: %v", err)
	}
	requests := make(chan int, len(files))
	t.Run("dialogues", func(t *testing.T) {
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				requests <- noDetails(t, file)
			})
		}
	})
	close(requests)
	total := 0
	for n := range requests {
		total += n
	}
	if total < len(files)/2 {
		t.Errorf("only %d requests in %d dialogues: the test proves little", total, len(files))
	}
	t.Logf("%d requests in %d dialogues", total, len(files))
}

func noDetails(t *testing.T, file string) int {
	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	m, client := w.withClient(func(p llmtest.Prompt) string {
		if len(p.Entries) == 0 {
			return "none"
		}
		return "依据：无"
	})
	w.parts.AskLimit = 1000
	store := w.store()
	c := w.parts
	c.Memory = store
	b, err := bot.New(c)
	if err != nil {
		t.Fatal(err)
	}
	load := func() bot.Session {
		s, err := store.Load(ctx, w.session)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	secrets, awaited, free := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var out strings.Builder
	say := func(i int, said string) {
		message := bot.Message{Session: w.session, ID: fmt.Sprintf("m%d", i), From: bot.Visitor, Kind: bot.Text, Text: pii.Text(said)}
		if label, ok := strings.CutPrefix(said, "〔"); ok {
			value, ok := w.buttons[strings.TrimSuffix(label, "〕")]
			if !ok {
				return // with a model it went another way
			}
			message.Kind, message.Text = bot.Choose, pii.Text(value)
		} else {
			normal := intents.Normalize(said)
			if awaits(c.Book, load().Flow) && len([]rune(normal)) > 1 {
				secrets[asAWhole+normal], awaited[normal] = true, true
			} else {
				free[normal] = true
			}
			for _, f := range slot.Scan(normal, w.now) {
				secrets[f.Value.Reveal()] = true
			}
		}
		w.now = w.now.Add(10 * time.Second)
		if _, err := b.Handle(ctx, message); err != nil {
			return // refused
		}
		for s := load(); s.Question != nil; s = load() {
			if err := b.Wake(ctx, w.session); err != nil {
				t.Fatal(err)
			}
		}
		events, err := store.Events(ctx, w.session, w.seen, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			w.write(e, said, &out)
			w.seen = e.Seq
		}
		for _, d := range load().Flow.Details {
			secrets[d.Value.Reveal()] = true
		}
	}
	asked := func() { // at the desk
		events, err := store.Events(ctx, w.session, 0, 5000)
		if err != nil {
			t.Fatal(err)
		}
		lines, question := b.Lines(load(), events)
		for _, l := range lines {
			if said, ok := strings.CutPrefix(l, "访客："); ok && awaited[said] && !free[said] {
				t.Errorf("said while a detail was awaited: %s", l)
			}
		}
		_, _ = client.Summarize(ctx, lines)
		_, _, _ = client.Suggest(ctx, lines, b.Near(question))
	}
	i := 0
	for line := range strings.Lines(string(script)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, stageMark) {
			w.stage(line, &out)
			staged, err := store.Events(ctx, w.session, 0, 5000)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range staged {
				free[e.Text.Reveal()] = true // it may have walked to a step
			}
		} else if said, ok := strings.CutPrefix(line, visitorMark); ok {
			i++
			say(i, said)
			if i%4 == 0 {
				asked()
			}
		}
	}
	for _, d := range load().Flow.Details {
		i++
		say(i, d.Value.Reveal()+"在月球分店怎么审核")
	}
	i++
	stranger := strangers[i%len(strangers)]
	if say(i, stranger.said); load().Flow.Status != flow.Running {
		secrets[stranger.secret] = true
	}
	asked()
	delete(secrets, "")
	for secret := range secrets {
		whole, awaited := strings.CutPrefix(secret, asAWhole)
		for _, r := range m.Requests() {
			if awaited && strings.Contains(r, `\n`+whole+`"`) || !awaited && strings.Contains(r, secret) {
				t.Errorf("the model was shown %q:\n%s", secret, r)
			}
		}
	}
	return len(m.Requests())
}

// strangers are sentences about somebody else, or with a part of a detail, as they
// are said when nothing is awaited.
var strangers = []struct{ said, secret string }{
	{"13912345678在月球分店怎么审核", "13912345678"},
	{"我是张三丰在月球分店怎么审核", "张三丰"},
	{"我老公李建国的卡在月球分店怎么审核", "李建国"},
	{"帮我妈王秀英问在月球分店怎么审核", "王秀英"},
	{"周杰轮在月球分店怎么审核", "周杰轮"},
	{"手机幺三九,一二三四,五六七八在月球分店怎么审核", "五六七八"},
	{"卡尾号三四四五在月球分店怎么审核", "三四四五"},
	{"住在梧桐路88号,在月球分店怎么审核", "梧桐路"},
	{"我1990年5月21日生的在月球分店怎么审核", "5月"},
	{"微信wangxiaoer在月球分店怎么审核", "wangxiaoer"},
}

// asAWhole marks what must not be a request's whole question: what was said while
// a detail was awaited may be short, and stand in some entry.
const asAWhole = "whole:"

// awaits reports whether a detail is awaited, or a confirmation of them.
func awaits(book *flow.Book, s flow.State) bool {
	f := book.Of(s)
	if s.Status != flow.Running || f == nil {
		return false
	}
	for _, step := range f.Steps {
		if step.ID == s.Step {
			return step.Kind != flow.ConsentStep
		}
	}
	return false
}

// TestDetailsAreTakenOut of questions, however they stand there.
func TestDetailsAreTakenOut(t *testing.T) {
	cases := []struct{ said, secret string }{
		{"身份证11010519491231002X在月球分店怎么审核", "11010519491231002X"},
		{"身份证 110105 19491231 002X 在月球分店怎么审核", "002X"},
		{"１３８００１３８０００在月球分店怎么审核", "13800138000"},
		{"138-0013-8000在月球分店怎么审核", "8000"},
		{"幺三八零零幺三八零零零在月球分店怎么审核", "八零零零"},
		{"卡号6222020200112233445在月球分店怎么审核", "6222020200112233445"},
		{"卡号6222 0202 0011 2233 445在月球分店怎么审核", "2233"},
		{"邮箱lin.secret@example.com在月球分店怎么审核", "lin.secret"},
		{"微信号lin_secret_88在月球分店怎么审核", "lin_secret_88"},
		{"我叫余重阳,在月球分店怎么审核", "余重阳"},
		{"我是余重阳,在月球分店怎么审核", "余重阳"},
		{"我是余重阳,13800138123,在月球分店怎么审核", "余重阳"},
		{"余重阳 13800138123 在月球分店怎么审核", "余重阳"},
		{"余重阳,在月球分店怎么审核", "余重阳"},
		{"姓名:余重阳,在月球分店怎么审核", "余重阳"},
		{"我老公叫欧阳修明,在月球分店怎么审核", "欧阳修明"},
		{"阿依古丽·买买提,在月球分店怎么审核", "买买提"},
		{"验证码是492817,在月球分店怎么审核", "492817"},
		{"密码abc12345,在月球分店怎么审核", "abc12345"},
		{"尾号0013在月球分店怎么审核", "0013"},
	}
	w := newWorld(t)
	m, _ := w.withModel(llmtest.Extract)
	w.parts.AskLimit = 1000
	b := w.node()
	for _, c := range append(cases, strangers...) {
		w.say(b, c.said)
		if w.load().Question == nil {
			continue // a code or a password is no question at all
		}
		w.wake()
		all := m.Requests()
		r := all[len(all)-1]
		if strings.Contains(r, c.secret) {
			t.Errorf("%s: the model was shown %s:\n%s", c.said, c.secret, r)
		}
		if !strings.Contains(r, "月球") {
			t.Errorf("%s: the question is gone, too:\n%s", c.said, r)
		}
	}
	if n := len(m.Requests()); n < len(cases)+len(strangers)-2 {
		t.Errorf("only %d requests", n)
	}
}

// TestBareDetailsAreNoQuestions: nothing that may be a detail and nothing else
// is sent for a guess.
func TestBareDetailsAreNoQuestions(t *testing.T) {
	for _, said := range []string{"林小满", "余重阳 13800138123", "欧阳重阳", "110105194912310021", "lin_secret_88", "lin.secret@example.com", "我叫余重阳", "13800138000", "支付密码135790"} {
		w := newWorld(t)
		m, _ := w.withModel(llmtest.Extract)
		w.say(w.node(), said)
		if q := w.load().Question; q != nil || len(m.Requests()) != 0 {
			t.Errorf("%s: would be asked", said)
		}
	}
}
