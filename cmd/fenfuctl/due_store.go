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

// database is where the server keeps everything.
type database struct {
	client redis.UniversalClient
	keys   *seal.Keyring
	sync   func(context.Context) error // nil: not needed
	close  func() error
}

// database opens it.
func (f *storeFlags) database() (database, error) {
	url, err := secret(f.RedisURL, f.RedisURLFile)
	if err != nil {
		return database{}, fmt.Errorf("--redis-url: %w", err)
	}
	keys, err := f.keys()
	if err != nil {
		return database{}, fmt.Errorf("--seal-keys: %w", err)
	}
	if url != "" {
		client, err := sessions.Dial(url)
		if err != nil {
			return database{}, err
		}
		return database{client: client, keys: keys, close: client.Close}, nil
	}
	db, err := f.folder()
	if err != nil {
		return database{}, err
	}
	return database{client: db.Client(), keys: keys, sync: db.Sync, close: db.Close}, nil
}

// open opens the server's store; close ends it.
func (f *storeFlags) open(ctx context.Context) (store *sessions.Store, closeStore func() error, err error) {
	db, err := f.database()
	if err != nil {
		return nil, nil, err
	}
	start, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	store, err = sessions.Open(start, db.client, sessions.Options{
		Keys: db.keys, TTL: sessions.TTLs{Session: f.Retention, Log: f.LogRetention}, Cache: 1024, Sync: db.sync,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return nil, nil, errors.Join(err, db.close())
	}
	return store, func() error { return errors.Join(store.Close(), db.close()) }, nil
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
