package bot

import (
	"io"
	"strings"
)

// authors are how a transcript names who speaks. An answer that a model wrote
// says so.
var authors = map[Author]string{Visitor: "访客", FromBot: "智能客服", Agent: "人工客服", System: "系统"}

// WriteTranscript writes events as a text that a person can keep: who said what,
// and when. Details in it are masked, as they are in the log.
func WriteTranscript(w io.Writer, events []Event) error {
	for _, e := range events {
		who := authors[e.From]
		if e.Origin == AI {
			who += "（AI 生成）"
		}
		text := strings.ReplaceAll(e.Text.Reveal(), "\n", "\n    ")
		if _, err := io.WriteString(w, e.At.In(china()).Format("2006-01-02 15:04:05")+" "+who+"："+text+"\n"); err != nil {
			return err
		}
	}
	return nil
}
