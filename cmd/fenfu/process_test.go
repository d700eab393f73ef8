package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/pii"
	"fenfu/web/webtest"
	"fenfu/web/ws"
)

// asServer in the environment makes the test binary be the server.
const asServer = "FENFU_TEST_AS_SERVER"

// atOnce is how many tests run at the same time: most of them wait for their
// servers more than they compute.
const atOnce = "4"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(tests(m))
}

func tests(m *testing.M) int {
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	var err error
	if builds.dir, err = os.MkdirTemp("", "fenfu-test"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(builds.dir)
	return m.Run()
}

// builds are the commands that tests run, each built when it is first asked for.
var builds struct {
	sync.Mutex
	dir string
}

// build builds a command once for all who run it. It is not built with the race
// detector: the tests of each package are for that.
func build(t testing.TB, command string) string {
	t.Helper()
	builds.Lock()
	defer builds.Unlock()
	bin := filepath.Join(builds.dir, command)
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	if out, err := exec.Command("go", "build", "-o", bin, "fenfu/cmd/"+command).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", command, err, out)
	}
	return bin
}

// process is a server in a process of its own, so that it can be killed.
type process struct {
	t      testing.TB
	bin    string // "": this test binary, as a server
	args   []string
	addr   string
	cmd    *exec.Cmd
	exited chan error
	log    webtest.Log // standard output and error of every life
}

// startServer starts a server on a free port, with more arguments.
func startServer(t testing.TB, args ...string) *process {
	t.Helper()
	p := newProcess(t, "", args...)
	p.start()
	return p
}

// newProcess is a server that was not started yet. It ends with the test.
func newProcess(t testing.TB, bin string, args ...string) *process {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // the port must stay the same over restarts
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, bin: bin, addr: addr, args: append([]string{"--listen", addr, "--visitor-rate", "1000", "--visitor-burst", "1000"}, args...)}
	for i := range p.args {
		p.args[i] = strings.ReplaceAll(p.args[i], "{addr}", addr)
	}
	t.Cleanup(p.kill)
	return p
}

func (p *process) output() string { return p.log.String() }

// start starts the server, and returns when it is ready.
func (p *process) start() {
	p.t.Helper()
	if err := p.tryStart(); err != nil {
		p.t.Fatalf("%v\n%s", err, p.output())
	}
}

func (p *process) tryStart() error {
	bin := p.bin
	if bin == "" {
		bin = os.Args[0]
	}
	p.cmd = exec.Command(bin, p.args...)
	p.cmd.Env = append(os.Environ(), asServer+"=1")
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.exited = make(chan error, 1)
	go func(cmd *exec.Cmd, exited chan error) { exited <- cmd.Wait() }(p.cmd, p.exited)
	deadline := time.Now().Add(time.Minute)
	for {
		if p.ready() {
			return nil
		}
		select {
		case err := <-p.exited:
			p.exited <- err
			return fmt.Errorf("the server ended: %w", err)
		case <-time.After(20 * time.Millisecond): // the next try, not a wait for something to be over
		}
		if time.Now().After(deadline) {
			return errors.New("the server is not ready")
		}
	}
}

// ready reports whether visitors may be sent to the server.
func (p *process) ready() bool {
	resp, err := http.Get("http://" + p.addr + "/readyz")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// kill ends the server as a power cut would.
func (p *process) kill() {
	if p.cmd != nil && p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill() // it may have ended by itself
		p.exited <- <-p.exited
	}
}

// stop asks the server to end, and returns how it did.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-p.exited:
		p.exited <- err
		return err
	case <-time.After(time.Minute):
		return errors.New("still running a minute after SIGTERM")
	}
}

// visitor is a visitor with the habits of the widget: it remembers what it
// has received, and sends again what was not acknowledged.
type visitor struct {
	t      testing.TB
	p      *process
	token  string
	client *ws.Client
	sent   int
	order  []string // ids in the order they were acknowledged
	acked  map[string]int64
	events map[int64]ws.ServerFrame
	shown  map[string]string // of answers in the making, by the message answered
	last   int64
}

func newVisitor(t testing.TB, p *process) *visitor {
	t.Helper()
	v := &visitor{t: t, p: p, acked: map[string]int64{}, events: map[int64]ws.ServerFrame{}, shown: map[string]string{}}
	v.token = newToken(t, p.addr)
	return v
}

func newToken(t testing.TB, addr string) string {
	t.Helper()
	resp, err := http.Post("http://"+addr+"/v1/sessions", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("POST /v1/sessions: %s %s %v", resp.Status, body, err)
	}
	var s struct{ Token string }
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	return s.Token
}

// connect dials until the server is there again.
func (v *visitor) connect(ctx context.Context) {
	v.t.Helper()
	for v.client == nil {
		c, err := ws.Dial(ctx, "ws://"+v.p.addr+"/ws", ws.Options{Token: v.token, After: v.last})
		if err == nil {
			v.client = c
			return
		}
		if ctx.Err() != nil {
			v.t.Fatalf("cannot connect: %v", err)
		}
		time.Sleep(10 * time.Millisecond) // back off, as the widget does
	}
}

// say sends one text, or presses a button (its value in brackets), until it is
// acknowledged.
func (v *visitor) say(ctx context.Context, text string) {
	v.t.Helper()
	v.sent++
	id := fmt.Sprintf("m%03d", v.sent)
	for v.acked[id] == 0 {
		v.connect(ctx)
		f := &ws.ClientFrame{Type: ws.Send, ID: id, Text: pii.Text(text)}
		if strings.HasPrefix(text, "[") {
			f = &ws.ClientFrame{Type: ws.Choose, ID: id, Value: strings.Trim(text, "[]")}
		}
		if err := v.client.Write(f); err != nil {
			v.cut()
			continue
		}
		v.until(ctx, func() bool { return v.acked[id] != 0 })
	}
}

// until receives until the condition holds or the connection breaks.
func (v *visitor) until(ctx context.Context, done func() bool) {
	v.t.Helper()
	for !done() {
		f, err := v.client.Receive(ctx)
		if err != nil {
			if ctx.Err() != nil {
				v.t.Fatalf("nothing came: %v\n%s", err, v.p.output())
			}
			v.cut()
			return
		}
		v.receive(f)
	}
}

func (v *visitor) cut() {
	v.client.Close()
	v.client = nil
}

func (v *visitor) receive(f ws.ServerFrame) {
	v.t.Helper()
	switch f.Type {
	case ws.Ack:
		if old := v.acked[f.ID]; old != 0 && old != f.Seq {
			v.t.Errorf("message %s was acknowledged as %d and as %d", f.ID, old, f.Seq)
		}
		if v.acked[f.ID] == 0 {
			v.order = append(v.order, f.ID)
		}
		v.acked[f.ID] = f.Seq
	case ws.Event:
		if f.Seq != v.last+1 {
			v.t.Errorf("event %d came after %d", f.Seq, v.last)
		}
		v.last = f.Seq
		v.events[f.Seq] = f
	case ws.Delta:
		v.shown[f.ReplyTo] += f.Text.Reveal()
	case ws.Error:
		v.t.Errorf("error frame %s: %s", f.Code, f.Message)
	}
}

func (v *visitor) has(code string) bool {
	for _, f := range v.events {
		if f.Code == code {
			return true
		}
	}
	return false
}

// waitFor waits for a notice, through any number of reconnections.
func (v *visitor) waitFor(ctx context.Context, code string) {
	v.t.Helper()
	for !v.has(code) {
		v.connect(ctx)
		v.until(ctx, func() bool { return v.has(code) })
	}
}

// audit reads the whole log anew and compares it with what the visitor was
// told while it happened.
func (v *visitor) audit(ctx context.Context) {
	v.t.Helper()
	log := &visitor{t: v.t, p: v.p, token: v.token, acked: map[string]int64{}, events: map[int64]ws.ServerFrame{}}
	log.connect(ctx)
	end := log.client.Welcome.Seq
	log.until(ctx, func() bool { return log.last >= end })
	defer log.cut()
	bySeq := make(map[string][]int64)
	codes := make(map[string]int)
	for seq, e := range log.events {
		if e.From == bot.Visitor {
			bySeq[e.ID] = append(bySeq[e.ID], seq)
		}
		codes[e.Code]++
		if told, ok := v.events[seq]; ok && told.Text != e.Text {
			v.t.Errorf("event %d is not what it was when it was delivered", seq)
		}
	}
	var at int64
	for _, id := range v.order {
		if seqs := bySeq[id]; len(seqs) != 1 || seqs[0] != v.acked[id] {
			v.t.Errorf("message %s, acknowledged as %d, is in the log as %v", id, v.acked[id], seqs)
		}
		if v.acked[id] <= at {
			v.t.Errorf("message %s is out of order", id)
		}
		at = v.acked[id]
	}
	if len(bySeq) != len(v.order) {
		v.t.Errorf("%d messages in the log, %d acknowledged", len(bySeq), len(v.order))
	}
	for _, code := range []string{bot.CodeSubmitted, bot.CodeDecided} {
		if codes[code] != 1 {
			v.t.Errorf("%d times %s, want 1", codes[code], code)
		}
	}
}
