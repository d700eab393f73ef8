package redact

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// givenChars are characters of given names that are seldom found in other
// words where a given name may stand.
const givenChars = "秀兰建国志强丽娟晓燕婷浩然海永刚佳怡春梅轩淑芬军伟敏翠桂英德福玉珍珠凤霞芳芸蓉莲菊琴琳娜萍艳彬斌涛磊鹏辉勇毅峰岩松柏杰俊豪宇航泽晨旭庆忠洪波涵思琪梦瑶诗若萱欣悦妍彤颖慧洁雅雪冰倩楠薇菲嘉梓睿昊翔飞鸣超凯栋梁铁柱壮龙虎子雨桐云香莹璐婕媛嫣娇莉茜蕾薛哲瀚宁鑫森炎炜烨煜明远红花乐贵旺祥瑞胜荣"

// doubled are characters that make a given name twice: 婷婷.
const doubled = "婷丽娜莉倩薇菲楠萍敏芳琳莹璐娟燕静佳欣悦颖慧雪冰乐嘉超凯鑫磊豆朵果糖萌妞宝圆甜"

// family ends in somebody of whom a given name alone is said.
var family = regexp.MustCompile(`(?:` + relatives + `|[俺我你他她][爹娘哥姐弟妹叔舅姨姑]|老[爸妈爹娘大二三]|爹|娘|婆娘|[表堂][哥姐弟妹]|女婿|儿媳妇?|哥们儿?|兄弟)$`)

// speaks is how it goes on behind a given name that opens a clause: 建军说不用等.
var speaks = regexp.MustCompile(`^(?:说|让我|叫我|问我|跟我|告诉|推荐)`)

// applies is how it goes on behind somebody who may want 分付.
var applies = regexp.MustCompile(`^(?:能不能|可不可以|能|可以|可否|想|要|也想|也要)(?:也|再)?(?:申请|开通|开|办|用)`)

// givenAt returns how many bytes a given name by itself takes at text[i:], 0 if
// none is there.
func givenAt(text string, i int) int {
	last, _ := utf8.DecodeLastRuneInString(text[:i])
	opens := i == 0 || !endsHan(text[:i])
	if !opens && !strings.ContainsRune(familyEnds, last) {
		return 0
	}
	n, ok := take(text[i:], 0, 2)
	if !ok || !isGiven(text[i:i+n]) || !after.MatchString(text[i+n:]) {
		return 0
	}
	if opens && speaks.MatchString(text[i+n:]) || !opens && family.MatchString(tail(text[:i], 4)) {
		return n
	}
	return 0
}

// familyEnds has every character that family ends in.
const familyEnds = relatives + "爹娘哥姐弟妹叔舅姨姑爸妈大二三婿妇媳儿们"

// isGiven reports whether two characters are likely a given name.
func isGiven(two string) bool {
	_, size := utf8.DecodeRuneInString(two)
	a, b := two[:size], two[size:]
	if a == b {
		return strings.Contains(doubled, a)
	}
	return (a == "小" || a == "阿" || strings.Contains(givenChars, a)) && strings.Contains(givenChars, b) && !asWord.MatchString(two)
}

// asWord are words of such characters.
var asWord = regexp.MustCompile(`^(?:明[天年]|春[雨雪]|雨雪|红[花云]|花[香红]|国[庆军]|海[军洋波龙]|飞[机航翔]|航[海宇]|光荣|小[红花]书?|阿[波里])`)

// brands are names of firms that look like people's.
var brands = regexp.MustCompile(`^(?:李宁|安踏|麦当劳|周[大生六]福|周大生|周黑鸭|张亮|杨国福|白金|马蜂窝|唐小僧|罗森|万达|苏宁|国美)|^\p{Han}{2,4}(?:店|超市|商场|门店)`)

// isGivenEnd reports whether a text ends in a character of given names.
func isGivenEnd(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(givenChars+"山河月", last)
}
