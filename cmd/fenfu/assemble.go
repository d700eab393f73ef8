package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/web"
)

const (
	product  = "分付"
	mainFlow = "apply" // the flow that an application runs through
)

// demo fills what a demo was not given: keys of its own, and an operator that
// nobody takes for a real one.
func (c *config) demo() error {
	c.OperatorName = cmp.Or(c.OperatorName, "演示运营方（虚构）")
	c.OperatorLicence = cmp.Or(c.OperatorLicence, "演示环境，无牌照")
	c.ComplaintChannel = cmp.Or(c.ComplaintChannel, "演示环境，无投诉渠道")
	c.CheckerName = cmp.Or(c.CheckerName, "演示审核方（虚构）")
	return c.demoKeys()
}

// content is what the operator may replace by files of its own.
type content struct {
	book       *flow.Book
	rules      *eligibility.Rules
	applicants *eligibility.Applicants
	knowledge  *faq.Book
	desks      *handoff.Desks
	matcher    *intents.Matcher // not replaceable, but it takes as long to make as all the rest
}

// content loads flows, rules, applicants and knowledge, and returns everything that is
// wrong with them.
func (c *config) content() (content, error) {
	var beside sync.WaitGroup
	var matcher *intents.Matcher
	beside.Go(func() { matcher = intents.New() })
	flows := flow.Embedded()
	if c.FlowsDir != "" {
		flows = os.DirFS(c.FlowsDir)
	}
	var errs []error
	fail := func(what string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
	}
	book, err := flow.Load(flows, map[string]string{
		"operator": c.OperatorName, "checker": c.CheckerName, "product": product,
		"complaint": c.ComplaintChannel, "retention": days(c.Retention), "unfinished": days(c.unfinished()),
	})
	fail("flows", err)
	if err == nil && book.Flow(mainFlow) == nil {
		fail("flows", fmt.Errorf("there is no flow %q", mainFlow))
	}
	rules, err := eligibility.LoadRules(fileOr(c.RulesFile, eligibility.RulesFile))
	fail("rules", err)
	// Demo applicants are no facts about anybody: in production the embedded
	// rules know nobody, and everything goes to a person.
	applicants := &eligibility.Applicants{}
	if !c.Production {
		applicants, err = eligibility.LoadApplicants(fileOr(c.ApplicantsFile, eligibility.ApplicantsFile))
		fail("applicants", err)
	}
	entries := faq.Embedded()
	if c.FAQDir != "" {
		entries = os.DirFS(c.FAQDir)
	}
	knowledge, err := faq.Load(entries, time.Now)
	fail("--faq-dir", err)
	desks, err := c.loadDesks()
	fail("--desks-file", err)
	beside.Wait()
	return content{book, rules, applicants, knowledge, desks, matcher}, errors.Join(errs...)
}

// unfinished is how long the details of a form that is not submitted are kept.
func (c *config) unfinished() time.Duration { return min(c.FormRetention, c.Retention) }

func days(d time.Duration) string { return strconv.Itoa(int(d.Hours() / 24)) }

// newBot assembles the bot with its flow, its knowledge, its check and whom it
// tells of decisions, and looks at what can wait while it fails.
func newBot(c config, memory bot.Memory, store *storage, w *watch, logger *slog.Logger) (*bot.Bot, []web.Probe, error) {
	parts, err := c.content()
	if err != nil {
		return nil, nil, err
	}
	var checker eligibility.RemoteChecker = eligibility.Immediate{
		Checker: eligibility.NewEmbedded(parts.rules, parts.applicants, time.Now),
	}
	notifier, probes, err := newNotifier(c, store, w, logger)
	if err != nil {
		return nil, nil, err
	}
	if c.CheckerURL != "" {
		to := c.remote()
		to.Prepare = w.outgoing
		remote, err := eligibility.NewRemote(to)
		if err != nil {
			return nil, nil, err
		}
		checker = remote
		w.breaker("check", remote.Breaker)
		probes = append(probes, web.Probe{Name: "check", Check: func(context.Context) error { return remote.Ready() }})
	}
	settings := bot.Config{
		Memory: memory, Book: parts.book, Flow: mainFlow, Matcher: parts.matcher, FAQ: parts.knowledge,
		Checker: watchedChecker{checker, w}, Rules: parts.rules, Notifier: notifier, NotifyEvents: c.NotifyEvents,
		Words: bot.Words{Product: product, Complaint: c.ComplaintChannel},
		Now:   time.Now, NewID: rand.Text, Logger: logger,
		RemindAfter: c.RemindAfter, KeepUnfinished: c.unfinished(),
		Desks: parts.desks, Desk: store.desk, Beside: scrubber{store},
		Count: store.funnel.Add,
	}
	if c.DuplicateWindow > 0 {
		if settings.Index, err = store.Index(); err != nil {
			return nil, nil, err
		}
		settings.DuplicateWindow = c.DuplicateWindow
	}
	b, err := bot.New(settings)
	if err == nil {
		err = c.withModel(b, store, w)
	}
	return b, probes, err
}

// remote is the settings of the client of a remote check.
func (c *config) remote() eligibility.RemoteConfig {
	return eligibility.RemoteConfig{
		URL: c.CheckerURL, Token: c.CheckerToken, CallbackURL: c.CallbackURL, AllowPrivate: c.CheckerAllowPrivate,
	}
}

// fileOr names a file on disk, or the built-in one if none is given.
func fileOr(path, builtIn string) (fs.FS, string) {
	if path == "" {
		return eligibility.Files, builtIn
	}
	return os.DirFS(filepath.Dir(path)), filepath.Base(path)
}

// site is what the widget shows before anybody has said anything.
func (c *config) site() web.Site {
	return web.Site{
		Demo:     !c.Production,
		Title:    product + "客服",
		Greeting: "您好，我是" + product + "智能客服。可以帮您提交开通申请，也可以解答条件、还款等问题。",
		QuickReplies: []web.QuickReply{
			{Label: "开通" + product, Text: "开通" + product},
			{Label: "需要什么条件", Text: "开通" + product + "需要什么条件"},
			{Label: "查询进度", Text: "查询进度"},
			{Label: "转人工", Text: "转人工"},
		},
		Operator: web.Operator{Name: c.OperatorName, Licence: c.OperatorLicence, Complaint: c.ComplaintChannel},
	}
}

// withoutPassword returns the scheme and the hosts of a Redis URL. What stands
// before the last @ may be a password, what stands after ? too.
func withoutPassword(rawURL string) string {
	scheme, rest, _ := strings.Cut(rawURL, "://")
	rest, _, _ = strings.Cut(rest, "?")
	return scheme + "://" + rest[strings.LastIndexByte(rest, '@')+1:]
}

// banner says where to look, where the sessions are kept, and whether this is
// only a demo.
func banner(out io.Writer, c config, addr net.Addr) {
	host, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	fmt.Fprintf(out, "listening on http://%s\n", net.JoinHostPort(host, port))
	if c.RedisURL != "" {
		fmt.Fprintf(out, "sessions are kept in Redis (%s)\n", withoutPassword(c.RedisURL))
	} else {
		fmt.Fprintf(out, "sessions are kept in the embedded store, folder %s\n", c.DataDir)
	}
	if c.CheckerURL != "" {
		fmt.Fprintf(out, "eligibility is checked by %s\n", c.CheckerURL)
	}
	if c.LLMURL != "" {
		fmt.Fprintf(out, "the language model %s at %s helps with what the knowledge base does not answer\n", c.LLMModel, c.LLMURL)
	}
	if c.Production && c.CheckerURL == "" {
		fmt.Fprintln(out, "the embedded rules know no applicant in production: every application goes to manual review")
	}
	if c.Production {
		return
	}
	fmt.Fprintln(out, "THIS IS A DEMO: applicants are invented, decisions mean nothing; enter no real details")
}
