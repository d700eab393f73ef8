package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the part of `go list -json` that the rules look at.
type module struct {
	ImportPath string
	Doc        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

// allowed says which of our packages each layer may import (README, layers).
// A name stands for the package and everything below it.
var allowed = map[string][]string{
	"cmd":      {"web", "sessions", "intents", "bot"},
	"web":      {"web", "bot"},
	"sessions": {"sessions", "bot"},
	"bot":      {"bot", "intents"},
	"intents":  {"intents"},
}

// forbidden says what must not be reached from a layer, however indirectly.
var forbidden = map[string][]string{
	"bot":      {"github.com/redis", "github.com/gorilla", "github.com/alicebob", "go.etcd.io"},
	"intents":  {"github.com/redis", "github.com/gorilla", "github.com/alicebob", "go.etcd.io", "fenfu/bot"},
	"web":      {"github.com/redis", "fenfu/sessions"},
	"sessions": {"github.com/gorilla", "fenfu/web"},
}

// clients are the packages of bot and intents that may import net/http: they
// are clients of a service.
var clients = []string{"fenfu/intents/llm", "fenfu/intents/llm/llmtest", "fenfu/bot/eligibility", "fenfu/bot/webhook"}

func packages(t *testing.T) []module {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Doc,GoFiles,Imports,Deps", "fenfu/...")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ours []module
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var m module
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(m.ImportPath, "fenfu/") {
			ours = append(ours, m)
		}
	}
	if len(ours) < 10 {
		t.Fatalf("go list found only %d packages", len(ours))
	}
	return ours
}

func layer(path string) string {
	top, _, _ := strings.Cut(strings.TrimPrefix(path, "fenfu/"), "/")
	return top
}

// TestLayers keeps the imports one-way: cmd assembles, web and sessions never
// meet, bot and intents know neither Redis nor HTTP servers nor gorilla.
func TestLayers(t *testing.T) {
	for _, m := range packages(t) {
		from := layer(m.ImportPath)
		rules, ok := allowed[from]
		if !ok {
			t.Errorf("%s: no such layer", m.ImportPath)
		}
		for _, imp := range m.Imports {
			if strings.HasPrefix(imp, "fenfu/") && !slices.Contains(rules, layer(imp)) {
				t.Errorf("%s must not import %s", m.ImportPath, imp)
			}
		}
		if (from == "bot" || from == "intents") && slices.Contains(m.Imports, "net/http") && !slices.Contains(clients, m.ImportPath) {
			t.Errorf("%s must not import net/http", m.ImportPath)
		}
		for _, dep := range m.Deps {
			for _, no := range forbidden[from] {
				if dep == no || strings.HasPrefix(dep, no+"/") {
					t.Errorf("%s must not depend on %s", m.ImportPath, dep)
				}
			}
		}
	}
}

// TestPackageDocs wants a word on what each package is for.
func TestPackageDocs(t *testing.T) {
	for _, m := range packages(t) {
		if m.Doc == "" && len(m.GoFiles) > 0 {
			t.Errorf("%s has no package comment", m.ImportPath)
		}
	}
}
