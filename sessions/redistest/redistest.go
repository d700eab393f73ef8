// Package redistest runs real Redis servers for tests: one alone, a master
// with replicas and Sentinels, or a cluster of three masters. Each test has its
// own, on free ports, with no persistence, and they end with the test.
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
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience bounds every wait for a server to start or to agree with others.
const patience = 20 * time.Second

// Server is a running redis-server.
type Server struct {
	Addr string
	URL  string

	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
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

// Kill ends the server as a crash would.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.done
}

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
		s, err := run(path, port, lines)
		if err == nil {
			tb.Cleanup(s.Kill)
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
