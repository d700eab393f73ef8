package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func key(t testing.TB) string {
	t.Helper()
	raw := make([]byte, 32)
	rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}

// production are settings that production accepts.
func production(t testing.TB) map[string]string {
	return map[string]string{
		"redis-url": "redis://127.0.0.1:6379", "seal-keys": "k2:" + key(t) + ",k1:" + key(t), "token-key": key(t),
		"operator-name": "某某消费金融有限公司", "operator-licence": "L0001", "complaint-channel": "95000", "checker-name": "某某征信",
		"allowed-origins": "https://pay.example.com,https://m.example.com:8443",
	}
}

// check runs `fenfu config check` and returns exit status and output.
func check(flags map[string]string, more ...string) (int, string) {
	args := append([]string{"config", "check"}, more...)
	for k, v := range flags {
		args = append(args, "--"+k+"="+v)
	}
	var out bytes.Buffer
	return run(args, &out, &out), out.String()
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	if code, out := check(nil); code != 0 {
		t.Errorf("the demo's settings: %d %s", code, out)
	}
	if code, out := check(production(t), "--production"); code != 0 {
		t.Errorf("complete production settings: %d %s", code, out)
	}
}

// TestProductionNeeds leaves out, or spoils, one setting at a time.
func TestProductionNeeds(t *testing.T) {
	t.Parallel()
	pattern := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("ab"), 16))
	typed := base64.StdEncoding.EncodeToString([]byte("this-is-a-very-secret-passphrase"))
	tests := []struct{ flag, value, want string }{
		{"redis-url", "", "--redis-url"},
		{"redis-url", "mysql://x", "--redis-url"},
		{"seal-keys", "", "--seal-keys"},
		{"seal-keys", "k1:short", "--seal-keys"},
		{"seal-keys", "k1:" + pattern, "not a secret"},
		{"token-key", "", "--token-key"},
		{"token-key", "!!", "--token-key"},
		{"token-key", base64.StdEncoding.EncodeToString([]byte("short")), "needs 32"},
		{"token-key", typed, "not a secret"},
		{"operator-name", "", "--operator-name"},
		{"operator-name", "  ", "--operator-name"},
		{"operator-licence", "", "--operator-licence"},
		{"complaint-channel", "", "--complaint-channel"},
		{"checker-name", "", "--checker-name"},
		{"allowed-origins", "", "--allowed-origins"},
		{"allowed-origins", "http://pay.example.com", "not https"},
		{"allowed-origins", "https://pay.example.com/path", "not an origin"},
		{"allowed-origins", "*", "not an origin"},
		{"trusted-proxies", "10.0.0.0/8,proxy.example.com", "proxy.example.com"},
		{"trusted-proxies", "10.0.0.0/33", "--trusted-proxies"},
		{"visitor-rate", "0", "--visitor-rate"},
		{"redis-replicas", "-1", "--redis-replicas"},
		{"retention", "1s", "--retention"},
	}
	for _, tt := range tests {
		t.Run(tt.flag+"="+tt.value, func(t *testing.T) {
			flags := production(t)
			flags[tt.flag] = tt.value
			code, out := check(flags, "--production")
			if code != 1 || !strings.Contains(out, tt.want) {
				t.Errorf("exit %d, want 1; output does not say %q:\n%s", code, tt.want, out)
			}
			for _, secret := range []string{flags["seal-keys"], flags["token-key"]} {
				if len(secret) > 20 && strings.Contains(out, secret) {
					t.Errorf("the output quotes a secret:\n%s", out)
				}
			}
		})
	}
}

// TestProductionSaysAllAtOnce wants every reason in one answer, from serving too.
func TestProductionSaysAllAtOnce(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"config", "check", "--production"}, {"--production"}, {"serve", "--production"}} {
		var out bytes.Buffer
		if code := run(args, &out, &out); code != 1 {
			t.Errorf("%v: exit %d, want 1", args, code)
		}
		for _, want := range []string{"--redis-url", "--seal-keys", "--token-key", "--operator-name", "--operator-licence", "--complaint-channel", "--allowed-origins"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%v: %s is not named:\n%s", args, want, out.String())
			}
		}
	}
}

func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	flags := production(t)
	for _, name := range []string{"redis-url", "seal-keys", "token-key"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(flags[name]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		delete(flags, name)
		flags[name+"-file"] = path
	}
	if code, out := check(flags, "--production"); code != 0 {
		t.Errorf("secrets by file: %d %s", code, out)
	}
	flags["token-key-file"] = filepath.Join(dir, "absent")
	if code, out := check(flags, "--production"); code != 1 || !strings.Contains(out, "--token-key-file") {
		t.Errorf("absent file: %d %s", code, out)
	}
	both := production(t)
	both["token-key-file"] = filepath.Join(dir, "token-key")
	if code, out := check(both, "--production"); code != 1 || !strings.Contains(out, "both given") {
		t.Errorf("two token keys: %d %s", code, out)
	}
}

func TestSettingsFromEnvironment(t *testing.T) {
	for name, value := range production(t) {
		t.Setenv("FENFU_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")), value)
	}
	t.Setenv("FENFU_PRODUCTION", "true")
	if code, out := check(nil); code != 0 {
		t.Errorf("all by environment: %d %s", code, out)
	}
	t.Setenv("FENFU_OPERATOR_LICENCE", "")
	if code, out := check(nil); code != 1 || !strings.Contains(out, "--operator-licence") {
		t.Errorf("without a licence: %d %s", code, out)
	}
}

// TestFilesAreChecked wants faults in the operator's own files named, with
// their places, before anything starts.
func TestFilesAreChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source, err := os.ReadFile(filepath.Join("..", "..", "bot", "flow", "flows", "apply.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(source), "next: id_number")
	broken := before + "next: passport" + after
	place := fmt.Sprintf("apply.yaml:%d:", 1+strings.Count(before, "\n"))
	if err := os.Mkdir(filepath.Join(dir, "faq"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"apply.yaml": broken, "rules.yml": "id: x\nrules: 7\n", "faq/limit.yaml": "- id: limit\n  colour: red\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out := check(map[string]string{"flows-dir": dir, "faq-dir": filepath.Join(dir, "faq"), "rules-file": filepath.Join(dir, "rules.yml"), "applicants-file": filepath.Join(dir, "absent.yaml")})
	if code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
	for _, want := range []string{place, "passport", "rules.yml:2", "absent.yaml", "limit.yaml", "2:3"} {
		if !strings.Contains(out, want) {
			t.Errorf("output does not say %q:\n%s", want, out)
		}
	}
}

func TestWrongCalls(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--no-such-flag"}, {"dance"}, {"--visitor-rate=fast"}, {"--log-level=loud"}} {
		var out bytes.Buffer
		if code := run(args, &out, &out); code != 2 {
			t.Errorf("%v: exit %d, want 2: %s", args, code, out.String())
		}
	}
}

// TestDemoKeys lets several processes make the demo's keys at once: they must
// end up with the same ones, which nobody else can read.
func TestDemoKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got := make([]config, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			got[i].DataDir = dir
			if err := got[i].demoKeys(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, c := range got {
		if c.SealKeys != got[0].SealKeys || c.TokenKey != got[0].TokenKey || c.SealKeys == "" {
			t.Fatal("two processes have different keys")
		}
	}
	if strings.TrimPrefix(got[0].SealKeys, "demo:") == got[0].TokenKey {
		t.Error("the two keys are one")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("%d files, want 2", len(entries))
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "token.key"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config{DataDir: dir}
	if err := c.demoKeys(); err == nil {
		t.Error("a damaged key was taken")
	}
}

func TestWithoutPassword(t *testing.T) {
	for in, want := range map[string]string{
		"redis://user:p%40ss@h:1/0":                           "redis://h:1/0",
		"redis+sentinel://:pw@a,b/m?sentinel_password=secret": "redis+sentinel://a,b/m",
		"redis+cluster://a:1,b:2":                             "redis+cluster://a:1,b:2",
		"rediss://user:with@in@h":                             "rediss://h",
	} {
		if got := withoutPassword(in); got != want {
			t.Errorf("withoutPassword(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestReadmeNamesEverySetting keeps the README's table complete.
func TestReadmeNamesEverySetting(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	parser, err := newParser(&out, &out)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range parser.Model.Node.Children[0].Flags {
		if f.Name == "help" {
			continue
		}
		n++
		if !strings.Contains(string(readme), "`--"+f.Name+"`") {
			t.Errorf("README.md does not name --%s", f.Name)
		}
		want := "FENFU_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if len(f.Envs) != 1 || f.Envs[0] != want {
			t.Errorf("--%s has the environment variables %v, want %s", f.Name, f.Envs, want)
		}
	}
	if n < 20 {
		t.Errorf("only %d flags were looked at", n)
	}
}

// TestNotifySettings wants webhooks to be signed and to go over TLS.
func TestNotifySettings(t *testing.T) {
	t.Parallel()
	const secret = "whsec_ZmVuZnUtdGVzdC1mZW5mdS10ZXN0LWZlbmZ1LXRlc3Q="
	for _, tt := range []struct {
		flags map[string]string
		want  string // "": fine
	}{
		{map[string]string{"notify-url": "https://crm.example.com/hook", "notify-secrets": secret + " " + secret}, ""},
		{map[string]string{"notify-url": "http://127.0.0.1:9/hook", "notify-secrets": secret, "notify-allow-private": "true"}, ""},
		{map[string]string{"notify-url": "http://crm.example.com/hook", "notify-secrets": secret}, "must be https"},
		{map[string]string{"notify-url": "https://crm.example.com/hook"}, "needs a secret"},
		{map[string]string{"notify-url": "https://crm.example.com/hook", "notify-secrets": "hunter2"}, "whsec_"},
		{map[string]string{"notify-secrets": secret}, "needs --notify-url"},
		{map[string]string{"notify-url": "https://crm.example.com/hook", "notify-secrets": secret, "notify-events": "handoff.requested,handoff.taken,handoff.closed"}, ""},
		{map[string]string{"notify-url": "https://crm.example.com/hook", "notify-secrets": secret, "notify-events": "handoff.requested,handoff.rated"}, `no event "handoff.rated"`},
	} {
		code, out := check(tt.flags)
		if (code == 0) != (tt.want == "") || !strings.Contains(out, tt.want) || strings.Contains(out, "hunter2") || strings.Contains(out, "ZmVuZnU") {
			t.Errorf("%v: %d %s, want %q", tt.flags, code, out, tt.want)
		}
	}
}
