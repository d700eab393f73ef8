package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/sessions/redistest"
)

// planted are the details that a visitor gives in the leak test, and the forms
// in which they must not turn up anywhere.
var planted = []string{
	"余重阳", "500199198009099935", "13800138123", "138 0013 8123", "13900139456", "lin.secret@example.com", "lin_secret_88",
	"500199198009099934", "50019919800909", // a wrong number, and a part of one
	"密钥样例姓名",
}

// leakDialogue gives the planted details right, wrong, too early and too late.
var leakDialogue = []string{
	"我叫余重阳，身份证500199198009099935", // before any consent
	"开通分付", "余重阳 13800138123", "同意", "同意", "我的名字是余重阳", "500199198009099934", "500199198009099935", "13800138123",
	"不是13800138123是13900139456", "邮箱换成lin.secret@example.com", "微信号改成lin_secret_88", "手机号填错了", "138 0013 8123",
	"[confirm.yes]", "我是余重阳，查询进度", "130199197606199957是谁",
}

// TestNoLeaks walks a dialogue full of details and looks for them in the log,
// the database, the journal, the metrics and whatever the API answers.
func TestNoLeaks(t *testing.T) {
	t.Parallel()
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		db := redistest.Redis(t)
		p := startServer(t, "--data-dir", t.TempDir(), "--redis-url", "redis://"+db.Addr, "--log-level", "debug")
		v := leakVisit(t, p)
		client := redis.NewClient(&redis.Options{Addr: db.Addr})
		defer client.Close()
		clean(t, "Redis", dump(t, client))
		outside(t, p, v)
	})
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		p := startServer(t, "--data-dir", dir, "--log-level", "debug")
		v := leakVisit(t, p)
		outside(t, p, v)
		if err := p.stop(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "sessions.db"))
		if err != nil {
			t.Fatal(err)
		}
		if len(data) < 4096 {
			t.Fatalf("the journal has only %d bytes", len(data))
		}
		clean(t, "the journal", string(data))
	})
}

func leakVisit(t *testing.T, p *process) *visitor {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	v := newVisitor(t, p)
	for _, text := range leakDialogue {
		v.say(ctx, text)
	}
	v.waitFor(ctx, bot.CodeDecided)
	// What is malformed is refused without being repeated.
	for _, raw := range []string{`{"type":"send","id":"x y","text":"余重阳500199198009099935"}`, `{"type":"余重阳","text":"13800138123"}`, `{"type":"choose","id":"c","value":"500199198009099935"}`} {
		if err := v.client.Conn().WriteMessage(1, []byte(raw)); err != nil {
			t.Fatal(err)
		}
		for {
			raw, err := v.client.ReceiveRaw(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(raw), `"type":"error"`) {
				clean(t, "an error frame", string(raw))
				break
			}
		}
	}
	return v
}

// outside looks at everything that leaves the server.
func outside(t *testing.T, p *process, v *visitor) {
	t.Helper()
	for seq, e := range v.events {
		clean(t, fmt.Sprintf("event %d", seq), e.Text.Reveal())
	}
	for _, path := range []string{"/metrics", "/v1/config", "/readyz", "/livez", "/", "/widget.js", "/nothing/500199198009099935", "/v1/sessions/余重阳"} {
		resp, err := http.Get("http://" + p.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if path == "/metrics" && !strings.Contains(string(body), "fenfu_") {
			t.Error("there are no metrics")
		}
		clean(t, "the answer to GET "+path, string(body))
	}
	clean(t, "the log", p.output())
}

// clean fails if one of the planted details is in the text, plain or encoded.
func clean(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range planted {
		forms := []string{
			secret, hex.EncodeToString([]byte(secret)),
			strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="),
		}
		for _, form := range forms {
			if strings.Contains(text, form) {
				t.Errorf("%s holds %q", where, form)
			}
		}
	}
}

// dump reads every key and value of a database.
func dump(t *testing.T, c *redis.Client) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	keys, err := c.Keys(ctx, "*").Result()
	if err != nil || len(keys) < 3 {
		t.Fatalf("keys = %v, %v", keys, err)
	}
	for _, key := range keys {
		b.WriteString(key + "\n")
		kind, err := c.Type(ctx, key).Result()
		if err != nil {
			t.Fatal(err)
		}
		var values []string
		switch kind {
		case "string":
			value, err := c.Get(ctx, key).Result()
			if err != nil {
				t.Fatal(err)
			}
			values = []string{value}
		case "list":
			values, err = c.LRange(ctx, key, 0, -1).Result()
		case "zset":
			values, err = c.ZRange(ctx, key, 0, -1).Result()
		case "hash":
			var m map[string]string
			m, err = c.HGetAll(ctx, key).Result()
			for k, v := range m {
				values = append(values, k, v)
			}
		default:
			t.Fatalf("key %s has the unknown type %s", key, kind)
		}
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Join(values, "\n") + "\n")
	}
	return b.String()
}

// TestCleanFinds makes sure that the leak test could fail.
func TestCleanFinds(t *testing.T) {
	for _, text := range []string{"x余重阳x", base64.StdEncoding.EncodeToString([]byte("500199198009099935")), hex.EncodeToString([]byte("13800138123"))} {
		probe := &testing.T{}
		clean(probe, "probe", text)
		if !probe.Failed() {
			t.Errorf("%q was not found", text)
		}
	}
}
