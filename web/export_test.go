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

// Routes lists the paths of the server with their methods, but for the front
// end's files.
func (s *Server) Routes() (map[string]string, error) {
	table, err := s.table()
	list := make(map[string]string)
	for _, r := range table {
		if r.path != "/" {
			list[r.path] = r.method
		}
	}
	return list, err
}
