package sessions

import (
	"context"
	"errors"
	"fmt"

	"fenfu/bot"
)

var errClosed = errors.New("store is closed")

// unavailable wraps what Redis or the way to it answered. The caller's own
// context is passed on as it is.
func unavailable(doing string, err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return &bot.Error{
		Code:    bot.Unavailable,
		Message: "消息暂时没有保存成功，请稍后再发一次。",
		Err:     fmt.Errorf("%s: %w", doing, err),
	}
}

// damaged wraps what was stored and cannot be read.
func damaged(what string, err error) error {
	return fmt.Errorf("read a stored %s: %w", what, err)
}
