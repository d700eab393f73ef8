package web

import (
	"fenfu/bot"
	"fenfu/web/ws"
)

// OutcomeOf shows a row of the error table.
func OutcomeOf(code bot.Code) (int, ws.CloseCode) {
	o := outcomeOf(code)
	return o.status, o.close
}
