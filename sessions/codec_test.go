package sessions_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/bot/pii"
)

// revealed compares personal data itself, not its mask.
var revealed = cmp.Comparer(func(a, b pii.Text) bool { return a.Reveal() == b.Reveal() })

// filledSession is a session with something in every field there is, so that a
// field that is added and not stored makes a test fail.
func filledSession(t *testing.T, id string) bot.Session {
	t.Helper()
	var s bot.Session
	fill(t, reflect.ValueOf(&s).Elem(), "Session")
	s.ID, s.Version, s.Seq = id, 0, 0
	s.Owner = bot.OwnerWaiting // kept in the clear, for it is no personal data
	return s
}

func filledEvent(t *testing.T, seq int64) bot.Event {
	t.Helper()
	var e bot.Event
	fill(t, reflect.ValueOf(&e).Elem(), "Event")
	e.Seq = seq
	return e
}

func fill(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2031, 2, 3, 4, 5, 6, 7, time.UTC)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("filled " + path)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(len(path)))
	case reflect.Uint32:
		v.SetUint(uint64(len(path)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, path+"[key]")
		fill(t, value, path+"[value]")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	default:
		t.Fatalf("%s: the test cannot fill a %s", path, v.Type())
	}
}
