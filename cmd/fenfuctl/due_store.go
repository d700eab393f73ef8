package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/seal"
)

// storeFlags say where the sessions are, in the server's own words.
type storeFlags struct {
	RedisURL     string        `help:"Redis that the server keeps its sessions in. Empty: the embedded store of a server that does not run." env:"FENFU_REDIS_URL"`
	RedisURLFile string        `help:"File with the Redis URL." env:"FENFU_REDIS_URL_FILE" type:"path"`
	SealKeys     string        `help:"The server's encryption keys." env:"FENFU_SEAL_KEYS"`
	SealKeysFile string        `help:"File with the encryption keys." env:"FENFU_SEAL_KEYS_FILE" type:"path"`
	DataDir      string        `help:"The server's data folder." default:"data" env:"FENFU_DATA_DIR" type:"path"`
	Retention    time.Duration `help:"As the server has it." default:"720h" env:"FENFU_RETENTION"`
	LogRetention time.Duration `help:"As the server has it." default:"720h" env:"FENFU_LOG_RETENTION"`
}

// open opens the server's store; close ends it.
func (f *storeFlags) open(ctx context.Context) (store *sessions.Store, closeStore func() error, err error) {
	url, err := secret(f.RedisURL, f.RedisURLFile)
	if err != nil {
		return nil, nil, fmt.Errorf("--redis-url: %w", err)
	}
	keys, err := f.keys()
	if err != nil {
		return nil, nil, fmt.Errorf("--seal-keys: %w", err)
	}
	o := sessions.Options{
		Keys: keys, TTL: sessions.TTLs{Session: f.Retention, Log: f.LogRetention}, Cache: 1024,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	var client redis.UniversalClient
	var closeClient func() error
	if url != "" {
		if client, err = sessions.Dial(url); err != nil {
			return nil, nil, err
		}
		closeClient = client.Close
	} else {
		db, err := f.folder()
		if err != nil {
			return nil, nil, err
		}
		client, closeClient, o.Sync = db.Client(), db.Close, db.Sync
	}
	start, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if store, err = sessions.Open(start, client, o); err != nil {
		return nil, nil, errors.Join(err, closeClient())
	}
	return store, func() error { return errors.Join(store.Close(), closeClient()) }, nil
}

// folder opens the embedded store. It makes none.
func (f *storeFlags) folder() (*embedded.DB, error) {
	if _, err := os.Stat(filepath.Join(f.DataDir, "sessions.db")); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no store in %s; name the server's with --redis-url or --data-dir", f.DataDir)
	}
	db, err := embedded.Open(f.DataDir)
	if err != nil {
		return nil, fmt.Errorf("%w (an embedded store can be looked at only while the server is stopped; one in Redis at any time)", err)
	}
	return db, nil
}

// keys are the server's keys, or those that a demo has made itself.
func (f *storeFlags) keys() (*seal.Keyring, error) {
	text, err := secret(f.SealKeys, f.SealKeysFile)
	if err != nil {
		return nil, err
	}
	if text == "" {
		demo, err := secret("", filepath.Join(f.DataDir, "seal.key"))
		if err != nil {
			return nil, fmt.Errorf("none given, and no demo's own: %w", err)
		}
		text = "demo:" + demo
	}
	return seal.Parse(text)
}

// secret is what was given, by itself or in a file.
func secret(text, file string) (string, error) {
	if file == "" {
		return text, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	inFile := strings.TrimSpace(string(data))
	if inFile == "" || text != "" && text != inFile {
		return "", errors.New("its file is empty, or says something else")
	}
	return cmp.Or(text, inFile), nil
}
