package ws_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"fenfu/bot"
	"fenfu/web/ws"
)

// The yardstick is an echo server as gorilla's documentation has it. Client and
// server share the machine, so only the ratio of two figures of one run counts.

// benchLog keeps only the events that have not been taken.
type benchLog struct {
	mu    sync.Mutex
	feeds map[string]*benchFeed
}

type benchFeed struct {
	mu     sync.Mutex
	seq    int64
	events []bot.Event
	wake   func()
}

func (l *benchLog) Follow(_ context.Context, id string, _ int64, wake func()) (bot.Feed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := &benchFeed{wake: wake}
	l.feeds[id] = f
	return f, nil
}

func (*benchLog) MarkRead(context.Context, string, int64) error { return nil }

func (l *benchLog) Handle(_ context.Context, m bot.Message) (int64, error) {
	l.mu.Lock()
	f := l.feeds[m.Session]
	l.mu.Unlock()
	f.mu.Lock()
	first := f.seq + 1
	f.seq += 2
	now := time.Now()
	f.events = append(f.events[:0],
		bot.Event{Seq: first, Kind: bot.Text, From: bot.Visitor, Text: m.Text, ID: m.ID, At: now},
		bot.Event{
			Seq: first + 1, Kind: bot.Choices, From: bot.FromBot, Origin: bot.Script, Text: "请问您贵姓？", At: now,
			Choices: []bot.Choice{{Value: "cancel", Label: "取消"}},
		})
	f.mu.Unlock()
	f.wake()
	return first, nil
}

func (*benchFeed) Position() bot.Position { return bot.Position{Owner: bot.OwnerBot} }
func (*benchFeed) Close()                 {}

func (f *benchFeed) Next(context.Context, int) ([]bot.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	events := f.events
	f.events = nil
	return events, nil
}

func benchHub() *ws.Hub {
	log := &benchLog{feeds: make(map[string]*benchFeed)}
	return ws.NewHub(ws.Config{
		RequestID: func(context.Context) string { return "" },
		Bot:       log, Log: log, Verify: verify,
		CheckOrigin: func(*http.Request) bool { return true },
		CloseCode:   func(bot.Code) ws.CloseCode { return ws.CloseUnavailable },
		Refuse:      func(w http.ResponseWriter, _ *http.Request, status int, _ *bot.Error) { w.WriteHeader(status) },
		Limits:      ws.Limits{Rate: 1e9, Burst: 1e9, PerSession: 1 << 20},
		Logger:      slog.New(slog.DiscardHandler), Metrics: ws.NewMetrics(prometheus.NewRegistry()),
	})
}

// echo is the yardstick.
func echo(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{Subprotocols: []string{ws.Subprotocol}}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil || conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}

// contender is one of the servers that are compared.
type contender struct {
	name    string
	replies int // messages that a turn leads to
	start   func() (handler http.Handler, stop func())
}

func contenders() []contender {
	return []contender{
		{"gorilla-echo", 1, func() (http.Handler, func()) { return http.HandlerFunc(echo), func() {} }},
		{"fenfu", 3, func() (http.Handler, func()) {
			hub := benchHub()
			return hub, func() { _ = hub.Drain(context.Background()) }
		}},
	}
}

func (c contender) listen() (url string, stop func()) {
	handler, stopHandler := c.start()
	server := httptest.NewServer(handler)
	return "ws" + server.URL[len("http"):], func() { stopHandler(); server.Close() }
}

// cpuTime is what this process, clients and server, has used of the processors.
// On a busy machine it tells more than the clock.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// join opens a connection and says hello.
func join(url string, n int) (*websocket.Conn, error) {
	d := websocket.Dialer{Subprotocols: []string{ws.Subprotocol}, ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10}
	conn, _, err := d.Dial(url, nil)
	if err != nil {
		return nil, err
	}
	hello := ws.AppendClient(nil, &ws.ClientFrame{Type: ws.Hello, Token: fmt.Sprintf("token-%026d", n)})
	if err := conn.WriteMessage(websocket.TextMessage, hello); err != nil {
		return nil, err
	}
	_, _, err = conn.ReadMessage()
	return conn, err
}

// BenchmarkTurn is one message of a visitor until all replies are there, with
// 1,000 visitors in closed loop.
func BenchmarkTurn(b *testing.B) {
	for _, c := range contenders() {
		b.Run(c.name, func(b *testing.B) {
			url, stop := c.listen()
			defer stop()
			conns := make(chan *websocket.Conn, 1000)
			for i := range cap(conns) {
				conn, err := join(url, i)
				if err != nil {
					b.Fatal(err)
				}
				defer conn.Close()
				conns <- conn
			}
			b.ReportAllocs()
			b.SetParallelism(cap(conns) / runtime.GOMAXPROCS(0))
			b.ResetTimer()
			cpu := cpuTime(b)
			b.RunParallel(func(pb *testing.PB) {
				conn := <-conns
				for i := 0; pb.Next(); i++ {
					turn := ws.AppendClient(nil, &ws.ClientFrame{Type: ws.Send, ID: "c" + strconv.Itoa(i), Text: "我想开通分付"})
					if err := conn.WriteMessage(websocket.TextMessage, turn); err != nil {
						b.Error(err)
						return
					}
					for range c.replies {
						if _, _, err := conn.ReadMessage(); err != nil {
							b.Error(err)
							return
						}
					}
				}
			})
			b.ReportMetric(float64(cpuTime(b)-cpu)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkHandshake is a connection that says hello and leaves.
func BenchmarkHandshake(b *testing.B) {
	for _, c := range contenders() {
		b.Run(c.name, func(b *testing.B) {
			url, stop := c.listen()
			defer stop()
			b.ReportAllocs()
			b.SetParallelism(32)
			cpu := cpuTime(b)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					conn, err := join(url, 0)
					if err != nil {
						b.Error(err)
						return
					}
					conn.Close()
				}
			})
			b.ReportMetric(float64(cpuTime(b)-cpu)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkIdle is the memory of 10,000 visitors who have said hello and
// nothing else. The clients are another process.
func BenchmarkIdle(b *testing.B) {
	const visitors = 10_000
	for _, c := range contenders() {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				url, stop := c.listen()
				before := memory(b)
				leave := joinElsewhere(b, url, visitors)
				after := memory(b)
				b.ReportMetric(float64(after.inUse-before.inUse)/visitors/1024, "KiB/visitor")
				b.ReportMetric(float64(after.stack-before.stack)/visitors/1024, "KiB-stack/visitor")
				b.ReportMetric(float64(after.resident-before.resident)/visitors/1024, "KiB-RSS/visitor")
				leave()
				stop()
			}
		})
	}
}

type usage struct{ inUse, stack, resident int64 }

// memory is what the process uses once garbage is collected and stacks have
// shrunk.
func memory(b *testing.B) usage {
	b.Helper()
	for range 3 {
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("needs /proc")
	}
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		b.Fatal(err)
	}
	return usage{int64(m.HeapInuse + m.StackInuse), int64(m.StackInuse), int64(pages * os.Getpagesize())}
}

// joinElsewhere has a child of this test binary open connections; leave ends it.
func joinElsewhere(b *testing.B, url string, n int) (leave func()) {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestVisitorsElsewhere$")
	cmd.Env = append(os.Environ(), "FENFU_BENCH_URL="+url, "FENFU_BENCH_VISITORS="+strconv.Itoa(n))
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "joined" {
			return func() { in.Close(); _ = cmd.Wait() }
		}
	}
	b.Fatal("the visitors did not come")
	return nil
}

// TestVisitorsElsewhere is the other process of BenchmarkIdle.
func TestVisitorsElsewhere(t *testing.T) {
	url := os.Getenv("FENFU_BENCH_URL")
	if url == "" {
		t.Skip("runs as a child of BenchmarkIdle only")
	}
	n, err := strconv.Atoi(os.Getenv("FENFU_BENCH_VISITORS"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		conn, err := join(url, i)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	fmt.Println("joined")
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until the parent lets go
}

func BenchmarkAppendEvent(b *testing.B) {
	e := bot.Event{
		Seq: 14, Kind: bot.Choices, From: bot.FromBot, Origin: bot.Script, Text: "请先阅读并同意以下说明。", At: time.Now(),
		Choices: []bot.Choice{{Value: "consent.agree", Label: "同意"}, {Value: "consent.refuse", Label: "不同意"}},
	}
	buf := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		buf = ws.AppendEvent(buf[:0], &e)
	}
}

func BenchmarkDecode(b *testing.B) {
	raw := []byte(`{"type":"send","id":"c17","text":"我想开通分付"}`)
	var f ws.ClientFrame
	b.ReportAllocs()
	for b.Loop() {
		if err := ws.Decode(raw, &f); err != nil {
			b.Fatal(err)
		}
	}
}
