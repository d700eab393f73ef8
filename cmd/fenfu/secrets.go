package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// readSecrets fills the secrets that come by file.
func (c *config) readSecrets() error {
	var errs []error
	for _, s := range []struct {
		flag string
		to   *string
		file string
	}{
		{"redis-url", &c.RedisURL, c.RedisURLFile},
		{"seal-keys", &c.SealKeys, c.SealKeysFile},
		{"token-key", &c.TokenKey, c.TokenKeyFile},
		{"checker-token", &c.CheckerToken, c.CheckerTokenFile},
		{"callback-secrets", &c.CallbackSecrets, c.CallbackSecretsFile},
		{"llm-key", &c.LLMKey, c.LLMKeyFile},
		{"oidc-client-secret", &c.OIDCClientSecret, c.OIDCClientSecretFile},
		{"notify-secrets", &c.NotifySecrets, c.NotifySecretsFile},
	} {
		if s.file == "" {
			continue
		}
		data, err := os.ReadFile(s.file)
		text := strings.TrimSpace(string(data))
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("--%s-file: %w", s.flag, err))
		case text == "":
			errs = append(errs, fmt.Errorf("--%s-file: %s is empty", s.flag, s.file))
		case *s.to != "" && *s.to != text:
			errs = append(errs, fmt.Errorf("--%s and --%s-file are both given", s.flag, s.flag))
		default:
			*s.to = text
		}
	}
	return errors.Join(errs...)
}

// demoKeys fills the keys that a demo was not given with random ones of its
// own, kept in the data folder so that its sessions survive a restart.
func (c *config) demoKeys() error {
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return err
	}
	for _, k := range []struct {
		to     *string
		name   string
		prefix string
	}{
		{&c.SealKeys, "seal.key", "demo:"},
		{&c.TokenKey, "token.key", ""},
	} {
		if *k.to != "" {
			continue
		}
		key, err := keyFile(filepath.Join(c.DataDir, k.name))
		if err != nil {
			return fmt.Errorf("demo key: %w", err)
		}
		*k.to = k.prefix + key
	}
	return nil
}

// keyFile returns the key kept in the file, making one if there is none. Two
// processes that start at once end up with the same key: the file appears
// whole, and only for the first.
func keyFile(path string) (string, error) {
	raw := make([]byte, 32)
	rand.Read(raw)
	draft, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return "", err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(base64.StdEncoding.EncodeToString(raw) + "\n")
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return "", err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	key := strings.TrimSpace(string(data))
	if _, err := decodeKey(key); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}
