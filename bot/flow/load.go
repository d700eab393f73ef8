package flow

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"fenfu/bot/slot"
)

// LoadError is one thing wrong with a flow file.
type LoadError struct {
	File   string
	Line   int // from 1, 0 if the whole file is meant
	Column int
	Msg    string
}

func (e *LoadError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// Load reads every *.yaml of fsys, fills the placeholders of its texts with
// vars, and checks that each flow can be walked to its end: no unknown target,
// no unreachable step, no missing text, no unknown placeholder. Files may hold
// versions of one flow. All that is wrong is reported at once, each as a *LoadError.
func Load(fsys fs.FS, vars map[string]string) (*Book, error) {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	b := &Book{flows: make(map[string][]*Flow)}
	var errs []error
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		f, fileErrs := loadFlow(file, data, vars)
		errs = append(errs, fileErrs...)
		if f == nil {
			continue
		}
		if b.version(f.ID, f.Version) != nil {
			errs = append(errs, &LoadError{File: file, Line: 1, Column: 1, Msg: fmt.Sprintf("version %d of flow %q is there twice", f.Version, f.ID)})
		}
		b.flows[f.ID] = append(b.flows[f.ID], f)
	}
	for _, versions := range b.flows {
		slices.SortFunc(versions, func(a, b *Flow) int { return b.Version - a.Version })
	}
	if len(files) == 0 {
		errs = append(errs, errors.New("no flow files"))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return b, nil
}

func loadFlow(file string, data []byte, vars map[string]string) (*Flow, []error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, []error{yamlError(file, err)}
	}
	var f Flow
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil {
		return nil, []error{yamlError(file, err)}
	}
	c := &checker{file: file, tree: tree, flow: &f, vars: vars}
	c.check()
	f.fill(vars)
	return &f, c.errs
}

// yamlError keeps the place that the YAML library names.
func yamlError(file string, err error) error {
	var ye yaml.Error
	if errors.As(err, &ye) && ye.GetToken() != nil {
		pos := ye.GetToken().Position
		return &LoadError{File: file, Line: pos.Line, Column: pos.Column, Msg: ye.GetMessage()}
	}
	return &LoadError{File: file, Msg: err.Error()}
}

// checker collects what is wrong with one flow.
type checker struct {
	file string
	tree *ast.File
	flow *Flow
	vars map[string]string
	errs []error
}

// fail reports a fault at a YAML path, or at the nearest place above it that exists.
func (c *checker) fail(path, format string, args ...any) {
	e := &LoadError{File: c.file, Line: 1, Column: 1, Msg: fmt.Sprintf(format, args...)}
	for p := path; p != "" && p != "$"; p = p[:strings.LastIndexAny(p, ".[")] {
		yp, err := yaml.PathString(p)
		if err != nil {
			continue
		}
		node, err := yp.FilterFile(c.tree)
		if err != nil || node == nil {
			continue
		}
		pos := node.GetToken().Position
		e.Line, e.Column = pos.Line, pos.Column
		break
	}
	c.errs = append(c.errs, e)
}

func (c *checker) check() {
	f := c.flow
	if f.ID == "" {
		c.fail("$.id", "the flow has no id")
	}
	if f.Version < 1 {
		c.fail("$.version", "version must be 1 or more")
	}
	if len(f.Steps) == 0 {
		c.fail("$.steps", "the flow has no steps")
		return
	}
	for _, key := range textKeys {
		c.text("$.texts."+key, f.Texts[key])
	}
	for key := range f.Texts {
		if !slices.Contains(textKeys, key) {
			c.fail("$.texts."+key, "unknown text %q", key)
		}
	}
	for key := range buttonValues {
		c.text("$.buttons."+key, f.Buttons[key])
	}
	for key := range f.Buttons {
		if _, ok := buttonValues[key]; !ok {
			c.fail("$.buttons."+key, "unknown button %q", key)
		}
	}
	seen := make(map[string]bool)
	for i := range f.Steps {
		c.step(i, seen)
	}
	c.migrations()
	c.reach()
}

func (c *checker) step(i int, seen map[string]bool) {
	s, at := &c.flow.Steps[i], fmt.Sprintf("$.steps[%d]", i)
	switch {
	case s.ID == "":
		c.fail(at, "step has no id")
	case seen[s.ID]:
		c.fail(at+".id", "step id %q is used twice", s.ID)
	}
	seen[s.ID] = true
	c.text(at+".label", s.Label)
	c.text(at+".ask", s.Ask)
	if s.Kind != SubmitStep {
		c.text(at+".short", s.Short)
		c.text(at+".why", s.Why)
		if c.flow.step(s.Next) == nil {
			c.fail(at+".next", "unknown step %q", s.Next)
		}
	} else if s.Next != "" {
		c.fail(at+".next", "a submit step ends the flow and has no next")
	}
	switch s.Kind {
	case ConsentStep:
		c.text(at+".declined", s.Declined)
		c.text(at+".explicit", s.Explicit)
		if s.Consent.ID == "" || s.Consent.Version == "" {
			c.fail(at+".consent", "a consent needs an id and a version")
		}
	case DetailStep:
		c.detail(s, at)
	case ConfirmStep, SubmitStep:
	default:
		c.fail(at+".kind", "unknown kind of step %q", s.Kind)
	}
}

func (c *checker) detail(s *Step, at string) {
	reasons := slot.Reasons(s.Detail)
	if len(reasons) == 0 {
		c.fail(at+".detail", "unknown detail %q", s.Detail)
		return
	}
	if s.Sensitivity != Personal && s.Sensitivity != Identity {
		c.fail(at+".sensitivity", "unknown sensitivity %q", s.Sensitivity)
	}
	c.text(at+".example", s.Example)
	for _, r := range reasons {
		c.text(at+".errors."+r, s.Errors[r])
	}
	for r := range s.Errors {
		if !slices.Contains(reasons, r) {
			c.fail(at+".errors."+r, "%s is never refused for %q", s.Detail, r)
		}
	}
}

// reach walks from the first step and reports what it did not come by, and an
// end that does not submit.
func (c *checker) reach() {
	f := c.flow
	visited := make(map[string]bool)
	consents := 0
	var last *Step
	s := &f.Steps[0]
	for s != nil && !visited[s.ID] {
		last = s
		visited[s.ID] = true
		if s.Kind == ConsentStep {
			consents++
		}
		if s.Kind == DetailStep && consents == 0 {
			c.fail(c.at(s)+".detail", "step %q asks for a detail before any consent", s.ID)
		}
		if s.Kind == SubmitStep {
			break
		}
		s = f.step(s.Next)
	}
	for i := range f.Steps {
		if id := f.Steps[i].ID; !visited[id] {
			c.fail(fmt.Sprintf("$.steps[%d].id", i), "step %q cannot be reached", id)
		}
	}
	if s != nil && s.Kind != SubmitStep {
		c.fail(c.at(last)+".next", "the steps run in a circle")
	}
}

func (c *checker) at(s *Step) string {
	for i := range c.flow.Steps {
		if &c.flow.Steps[i] == s {
			return fmt.Sprintf("$.steps[%d]", i)
		}
	}
	return "$.steps"
}

var placeholder = regexp.MustCompile(`\{([a-z0-9_]+)\}`)

// text reports a missing text and unknown placeholders.
func (c *checker) text(path, text string) {
	if strings.TrimSpace(text) == "" {
		c.fail(path, "missing text %q", strings.TrimPrefix(path, "$."))
	}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if _, ok := c.vars[m[1]]; !ok && !slices.Contains(ownPlaceholders, m[1]) {
			c.fail(path, "unknown placeholder {%s}", m[1])
		}
	}
}

// ownPlaceholders are filled by the flow itself while it runs.
var ownPlaceholders = []string{"name", "id_number", "contact", "items", "total", "step", "label"}

// fill puts the values of vars into every text of the flow.
func (f *Flow) fill(vars map[string]string) {
	pairs := make([]string, 0, 2*len(vars))
	for k, v := range vars {
		pairs = append(pairs, "{"+k+"}", v)
	}
	r := strings.NewReplacer(pairs...)
	for k, v := range f.Texts {
		f.Texts[k] = r.Replace(v)
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		for _, t := range []*string{&s.Ask, &s.Short, &s.Why, &s.Example, &s.Explicit, &s.Declined} {
			*t = r.Replace(*t)
		}
		for k, v := range s.Errors {
			s.Errors[k] = r.Replace(v)
		}
	}
}
