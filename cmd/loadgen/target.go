package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// target is a running server, ours or the yardstick.
type target struct {
	origin string // http://host:port
	socket string // ws://host:port/ws
	pid    int    // 0: unknown
	client *http.Client
	stop   func()
}

func newTarget(origin string, pid int) *target {
	origin = strings.TrimSuffix(origin, "/")
	return &target{
		origin: origin,
		socket: "ws" + strings.TrimPrefix(origin, "http") + "/ws",
		pid:    pid,
		client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}},
		stop:   func() {},
	}
}

// session is an answer to POST /v1/sessions.
type session struct {
	ID    string `json:"session"`
	Token string `json:"token"`
}

func (t *target) newSession(ctx context.Context) (session, error) {
	var s session
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.origin+"/v1/sessions", nil)
	if err != nil {
		return s, err
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return s, err
	}
	if resp.StatusCode != http.StatusCreated {
		return s, fmt.Errorf("POST /v1/sessions: %s", resp.Status)
	}
	if err := json.Unmarshal(body, &s); err != nil {
		return s, fmt.Errorf("POST /v1/sessions: %w", err)
	}
	return s, nil
}

func (m *meter) newSessions(ctx context.Context, t *target, n int) ([]session, error) {
	out := make([]session, n)
	err := each(n, m.opt.Dials, func(i int) (err error) {
		out[i], err = t.newSession(ctx)
		return err
	})
	return out, err
}

// server returns the server under test: a fresh process of it, unless one that
// runs already was named.
func (m *meter) server(ctx context.Context) (*target, error) {
	if m.opt.URL != "" {
		return newTarget(m.opt.URL, m.opt.PID), nil
	}
	leave, err := m.opt.emptyRedis(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "fenfu-loadgen-")
	if err != nil {
		return nil, err
	}
	bin := m.opt.Bin
	if bin == "" {
		bin = filepath.Join(dir, "fenfu")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", bin, "fenfu/cmd/fenfu").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the server: %w\n%s", err, out)
		}
	}
	args := []string{
		"--listen", "127.0.0.1:0", "--data-dir", filepath.Join(dir, "data"),
		"--visitor-rate", "1e6", "--visitor-burst", "1000000",
		"--duplicate-window", "0s", // the same few applicants apply all the time
	}
	var env []string
	if m.opt.RedisURL != "" {
		env = append(env, "FENFU_REDIS_URL="+m.opt.RedisURL) // no password in process listings
	}
	t, err := start(ctx, m.opt.log, env, bin, args...)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	end := t.stop
	t.stop = func() {
		end()
		leave()
		os.RemoveAll(dir) // scratch either way
	}
	return t, nil
}

// yardstick starts the echo server.
func (m *meter) yardstick(ctx context.Context) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(ctx, m.opt.log, nil, self, "echo-server")
}

// start runs a server that says where it listens, as a process of its own.
func start(ctx context.Context, log io.Writer, env []string, bin string, args ...string) (*target, error) {
	cmd := exec.Command(bin, args...) // not bound to ctx: it is to end in peace, see stop
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	where := make(chan string, 1)
	go func() {
		defer close(exited)
		sc := bufio.NewScanner(stdout)
		for sc.Scan() {
			if _, url, ok := strings.Cut(sc.Text(), "listening on "); ok {
				select {
				case where <- strings.Fields(url)[0]:
				default:
				}
			}
		}
		_ = cmd.Wait() // how it ended does not matter any more
	}()
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case <-exited:
		case <-time.After(15 * time.Second):
			_ = cmd.Process.Kill()
			<-exited
		}
	}
	select {
	case url := <-where:
		t := newTarget(url, cmd.Process.Pid)
		t.stop = stop
		return t, nil
	case <-exited:
		return nil, fmt.Errorf("%s %s: ended before it listened", bin, strings.Join(args, " "))
	case <-time.After(patience):
	case <-ctx.Done():
	}
	stop()
	return nil, errors.Join(ctx.Err(), fmt.Errorf("%s does not say where it listens", bin))
}
