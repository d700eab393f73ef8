// Package redistest runs real Redis servers for tests: one alone, a master
// with replicas and Sentinels, or a cluster of three masters. Each test has its
// own, on free ports, with no persistence, and they end with the test. Faults
// breaks the connections of a client in the test's own process, Relay those of
// other processes.
//
// It needs redis-server on the PATH. Without it a test is skipped, except with
// CI=true in the environment, where it fails.
package redistest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience bounds every wait for a server to start or to agree with others.
const patience = time.Minute

// Server is a running redis-server.
type Server struct {
	Addr string
	URL  string

	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	launch func() (*Server, error) // starts it again, as it was
}

// Option changes how servers are started.
type Option func(*options)

type options struct {
	replicas int
	relays   bool
}

// Replicas gives each master of a cluster so many replicas.
func Replicas(n int) Option { return func(o *options) { o.replicas = n } }

// Relayed puts a Relay before each server, under whose address the others and
// the clients know it.
func Relayed() Option { return func(o *options) { o.relays = true } }

func collect(opts []Option) (o options) {
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Redis starts a server that stands alone.
func Redis(tb testing.TB) *Server {
	tb.Helper()
	return start(tb, func(int) []string { return nil })
}

// Client returns a client of the server, which ends with the test.
func (s *Server) Client(tb testing.TB) *redis.Client {
	tb.Helper()
	c := redis.NewClient(&redis.Options{Addr: s.Addr, DisableIdentity: true})
	tb.Cleanup(func() { c.Close() })
	return c
}

// Replica starts a replica of the server, and returns when it is in step.
func (s *Server) Replica(tb testing.TB) *Server {
	tb.Helper()
	_, port, _ := strings.Cut(s.Addr, ":")
	r := start(tb, func(int) []string { return []string{"replicaof 127.0.0.1 " + port} })
	inStep(tb, r.Client(tb))
	return r
}

// inStep returns when a replica has all that its master has.
func inStep(tb testing.TB, replica *redis.Client) {
	tb.Helper()
	eventually(tb, "the replica is in step", func(ctx context.Context) error {
		info, err := replica.Info(ctx, "replication").Result()
		if err == nil && !strings.Contains(info, "master_link_status:up") {
			err = fmt.Errorf("%s", info)
		}
		return err
	})
}

// Kill ends the server as a crash would.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.done
}

// Restart starts a server that was killed again, on its port. What was not on
// its disk it has forgotten.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	again, err := s.launch()
	if err != nil {
		tb.Fatalf("restart redis-server: %v", err)
	}
	s.cmd, s.done = again.cmd, again.done
}

// Stop makes the server do nothing until Resume.
func (s *Server) Stop() { _ = s.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume lets a server that was stopped go on.
func (s *Server) Resume() { _ = s.cmd.Process.Signal(syscall.SIGCONT) }

// start runs a server with more configuration lines, which may depend on its
// port, and returns when it accepts connections.
func start(tb testing.TB, more func(port int) []string) *Server {
	tb.Helper()
	path := binary(tb)
	var last error
	for range 5 { // the port may be taken between our look and the server's
		port := freePort(tb)
		lines := append([]string{
			fmt.Sprintf("port %d", port), "bind 127.0.0.1", `save ""`, "appendonly no",
			"dir " + tb.TempDir(), "repl-diskless-sync-delay 0",
		}, more(port)...)
		launch := func() (*Server, error) { return run(path, port, lines) }
		s, err := launch()
		if err == nil {
			s.launch = launch
			tb.Cleanup(func() { s.Kill() })
			return s
		}
		last = err
	}
	tb.Fatalf("start redis-server: %v", last)
	return nil
}

// run feeds the lines to a server on its standard input.
func run(path string, port int, lines []string) (*Server, error) {
	cmd := exec.Command(path, "-")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	return launch(cmd, port)
}

// launch starts cmd and waits until it says that it is ready.
func launch(cmd *exec.Cmd, port int) (*Server, error) {
	dieWithParent(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	s := &Server{Addr: addr, URL: "redis://" + addr, cmd: cmd, done: make(chan struct{})}
	ready := make(chan bool, 1)
	var said strings.Builder
	go func() {
		defer close(s.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			said.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "Ready to accept connections") || strings.Contains(lines.Text(), "Sentinel ID is") {
				ready <- true
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	}()
	select {
	case <-ready:
		return s, nil
	case <-s.done:
		return nil, fmt.Errorf("it ended at once: %s", said.String())
	case <-time.After(patience):
		s.Kill()
		return nil, fmt.Errorf("it is not ready: %s", said.String())
	}
}

// binary finds redis-server.
func binary(tb testing.TB) string {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err == nil {
		return path
	}
	const message = "redis-server is not installed (Debian: apt-get install redis-server)"
	if os.Getenv("CI") == "true" {
		tb.Fatal(message)
	}
	tb.Skip(message)
	return ""
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// eventually calls ok until it returns nil.
func eventually(tb testing.TB, what string, ok func(context.Context) error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ok(ctx)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("%s: %v", what, err)
		}
	}
}

// writeConfig puts configuration lines into a file of the test's own.
func writeConfig(tb testing.TB, lines []string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "redis.conf")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}
