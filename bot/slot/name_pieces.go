package slot

import (
	"strings"
	"unicode/utf8"
)

// lead is what stands before a piece of text and says what the piece is.
type lead uint8

const (
	label lead = 1 << iota // "名字", "我叫"
	is                     // "：", "是": with a label, a value must follow
	fix                    // "改成": the right value follows
	deny                   // "不是": the wrong value follows
	soft                   // "我是": a name may follow
)

// piece is a run of Han characters that could hold a name.
type piece struct {
	start, end int
	lead       lead
	mixed      bool // a few letters or digits touch it
}

// nameWords cut a text into pieces. They stand around names and in none.
var nameWords = [...]word{
	{"我的名字", label},
	{"我的姓名", label},
	{"我的真名", label},
	{"我名字", label},
	{"真实姓名", label},
	{"姓名", label},
	{"名字", label},
	{"真名", label},
	{"全名", label},
	{"名叫", label | is},
	{"我叫做", label | is},
	{"我叫", label | is},
	{"叫我", label | is},
	{"叫做", label | is},
	{"叫", label | is},
	{"什么叫", 0}, // a question
	{"啥叫", 0},
	{"叫个", 0}, // somebody is to be called
	{"叫人", 0},
	{"叫一个", 0},
	{"叫你们", 0},
	{"叫真人", 0},
	{"叫客服", 0},
	{"我姓", soft},
	{"本名", label},
	{"名字写", label | is},
	{"姓名写", label | is},
	{"名字填", label | is},
	{"姓名填", label | is},
	{"我是", soft},
	{"本人", soft},
	{"申请人", soft},
	{"改成", fix},
	{"改为", fix},
	{"换成", fix},
	{"换为", fix},
	{"更正为", fix},
	{"更改为", fix},
	{"变更为", fix},
	{"修改为", fix},
	{"修改成", fix},
	{"应该是", fix},
	{"应为", fix},
	{"应该叫", fix},
	{"正确的是", fix},
	{"而是", fix},
	{"其实是", fix},
	{"其实叫", fix},
	{"不是", deny},
	{"不叫", deny},
	{"是不是", 0},
	{"是的", 0},
	{"就是", is},
	{"是", is},
	{"身份证号码", 0},
	{"身份证号", 0},
	{"身份证", 0},
	{"身份号码", 0},
	{"证件号码", 0},
	{"证件号", 0},
	{"手机号码", 0},
	{"手机号", 0},
	{"手机", 0},
	{"电话号码", 0},
	{"联系电话", 0},
	{"联系方式", 0},
	{"电话", 0},
	{"微信号", 0},
	{"微信", 0},
	{"邮箱", 0},
	{"号码", 0},
	{"银行卡", 0},
	{"我的", 0},
	{"我", 0},
	{"您好", 0},
	{"你好", 0},
	{"谢谢", 0},
	{"多谢", 0},
	{"好的", 0},
	{"麻烦", 0},
	{"请", 0},
	{"嗯", 0},
	{"哦", 0},
	{"那就", 0},
	{"今年", 0},
	{"填错", 0},
	{"写错", 0},
	{"输错", 0},
	{"打错", 0},
	{"错了", 0},
	{"不对", 0},
	{"把", 0},
	{"开通", 0},
	{"申请", 0},
}

// cutter cuts a text into pieces.
type cutter struct {
	text string
	out  []piece
	open bool
	cur  piece
	lead lead
	held lead // of the last denied piece: it counts for what is said to be right instead
}

// namePieces appends the pieces of text to dst.
func namePieces(text string, dst []piece) []piece {
	c := cutter{text: text, out: dst}
	for i := 0; i < len(text) && len(c.out) < 64; {
		r, size := decode(text, i)
		switch {
		case isHan(r) || c.open && c.joins(r, i, size):
			if w, l, ok := nameIndex().at(text[i:]); ok {
				c.close()
				c.word(w, l)
				size = len(w)
				break
			}
			if !c.open {
				c.open, c.cur = true, piece{start: i, lead: c.lead}
			}
			c.cur.end = i + size
		case isInvisible(r):
		case c.open && isSpace(r) && c.dotNear(i):
		case isAlnum(byte(r)) && r < utf8.RuneSelf:
			size = c.letters(i)
		default:
			c.close()
			c.sign(r)
		}
		i += size
	}
	c.close()
	return c.out
}

// word notes a word of the table.
func (c *cutter) word(w string, l lead) {
	if l&(is|fix) != 0 {
		l, c.held = l|c.held, 0
	}
	switch {
	case l == 0:
		c.lead = 0
	case l == is && c.lead == 0:
		c.lead = is
	default:
		c.lead |= l
	}
}

// sign notes punctuation: some leads on to a value, the rest ends what was led
// up to.
func (c *cutter) sign(r rune) {
	switch {
	case r == ':' || r == '：' || r == '=':
		if c.lead != 0 {
			c.lead |= is
		}
	case isSpace(r) || strings.ContainsRune("\"“”'‘’「」【】[]<>《》-", r):
	default:
		c.lead = 0
	}
}

// letters passes over letters and digits and returns how many bytes they take.
// A few that touch a piece spoil it; many are a number or an address.
func (c *cutter) letters(i int) int {
	n := 0
	for i+n < len(c.text) && (isAlnum(c.text[i+n]) || strings.IndexByte("@._-", c.text[i+n]) >= 0) {
		n++
	}
	if c.open && n < 6 {
		c.cur.mixed = true
	}
	c.close()
	if n < 6 && i+n < len(c.text) {
		if r, _ := decode(c.text, i+n); isHan(r) {
			if _, _, ok := nameIndex().at(c.text[i+n:]); !ok {
				c.open, c.cur = true, piece{start: i + n, end: i + n, lead: c.lead, mixed: true}
			}
		}
	}
	return n
}

// close ends the open piece, and with it what led up to it.
func (c *cutter) close() {
	if c.open {
		c.out = append(c.out, c.cur)
		c.open, c.lead = false, 0
		if c.cur.lead&deny != 0 {
			c.held = c.cur.lead &^ deny
		}
	}
}

// joins reports whether r at i goes on with a name: the dot of a name, or a
// full stop typed for it.
func (c *cutter) joins(r rune, i, size int) bool {
	if isDot(r) {
		return true
	}
	if r != '.' || i+size >= len(c.text) {
		return false
	}
	next, _ := decode(c.text, i+size)
	return isHan(next)
}

// dotNear reports whether the space at i only stands around the dot of a name.
func (c *cutter) dotNear(i int) bool {
	if last, _ := utf8.DecodeLastRuneInString(c.text[:c.cur.end]); isDot(last) {
		return true
	}
	for n := 0; i < len(c.text) && n < maxGap; n++ {
		r, size := decode(c.text, i)
		if !isSpace(r) {
			return isDot(r)
		}
		i += size
	}
	return false
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == 0xa0 || r == 0x3000 }
