package slot

import (
	"strings"
	"unicode/utf8"
)

// plausible reports whether v, which is written like a name, is likely one.
// The words of a conversation are written with the same characters, so this can
// only be a guess: it errs towards asking again, except after a label that says
// a name follows.
func plausible(v string, named bool) bool {
	n := runes(v)
	surname := surnameOf(v)
	switch {
	case isWord(v):
		return false
	case strings.ContainsRune(v, dot):
		return true
	case surname != "":
		return n <= runes(surname)+3
	case named && n <= 10:
		return true
	}
	return (n <= 8 || named) && !strings.ContainsAny(v, "要想能会可好对行有说看给用开办查问填写改换等在到再又就还也都很太最少个些几年元块钱时分下吃喝卖走跑")
}

// isWord reports whether v belongs to the conversation and to no person.
func isWord(v string) bool {
	if strings.ContainsAny(v, "吗呢么吧嘛啦啊嗯呃哎唉喂呀哟噢我你您他她它這这哪谁誰啥什怎嗎們们") {
		return true
	}
	if strings.ContainsAny(v, "的了没沒不") && !strings.ContainsRune(v, dot) && !hasPrefix(v, "阿的", "吉的", "的") {
		return true
	}
	for i := range v {
		if _, _, ok := sentenceIndex().at(v[i:]); ok {
			return true
		}
	}
	if w, _, ok := notNameIndex().at(v); ok && w == v {
		return true
	}
	if surname, ok := strings.CutPrefix(v, "姓"); ok && surname == surnameOf(surname) { // 姓苏
		return true
	}
	return sameRune(v) || isTitle(v) || isNative(v) || countNumerals(v) >= 4
}

// isNative reports whether v says where somebody is from: 香港人, 美国籍.
func isNative(v string) bool {
	for _, tail := range [...]string{"人", "籍", "籍人"} {
		place, ok := strings.CutSuffix(v, tail)
		if w, _, known := notNameIndex().at(place); ok && (known && w == place || strings.HasSuffix(place, "国")) {
			return true
		}
	}
	return false
}

// isWordName reports whether v is a word that a person may well be called, like
// 高兴 or 马上: it is one if they say so, and a word if they do not.
func isWordName(v string) bool {
	if s := surnameOf(v); s == "" || runes(v) <= runes(s) || runes(v) > runes(s)+2 || isTitle(v) || sameRune(v) {
		return false
	}
	for _, x := range [...]words{notNameIndex(), sentenceIndex()} {
		if w, _, ok := x.at(v); ok && w == v {
			return true
		}
	}
	return false
}

// isTitle reports whether v is a way to address somebody: a surname and a title.
func isTitle(v string) bool {
	for _, t := range titles {
		if rest, ok := strings.CutSuffix(v, t); ok && (rest == "" || rest == surnameOf(rest)) {
			return true
		}
	}
	first, size := utf8.DecodeRuneInString(v)
	return (first == '老' || first == '小' || first == '大') && v[size:] != "" && v[size:] == surnameOf(v[size:])
}

// sameRune reports whether v is one sound over and over.
func sameRune(v string) bool {
	first, size := utf8.DecodeRuneInString(v)
	return strings.ContainsRune("哈呵嘿好对是行在哇嘻谢拜急快哼嗨咯嘎略", first) && strings.Trim(v[size:], string(first)) == ""
}

func countNumerals(v string) int {
	n := 0
	for _, r := range v {
		if numeral(r) != 0 {
			n++
		}
	}
	return n
}

// isQuestion reports whether text asks something.
func isQuestion(text string) bool {
	if strings.ContainsAny(text, "?？吗嗎么呢啥谁哪") {
		return true
	}
	for _, w := range questionWords {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// Surname returns the surname that v begins with, "" if it is not in the list.
func Surname(v string) string { return surnameOf(v) }

// surnameOf returns the surname that v begins with, "" if it is not in the list.
func surnameOf(v string) string {
	w, _, _ := surnameIndex().at(v)
	return w
}

// surnames are the surnames of one character that nearly everybody has one of.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤" +
	"常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝" +
	"官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由" +
	"陳張劉楊黃趙吳孫馬羅鄭梁謝許韓馮鄧蕭葉蘇呂盧鍾譚陸範賈韋鄒熊閻閆龍陶賀顧龔邵萬錢嚴湯溫齊喬龐顏莊聶魯歐關蘭紀畢單塗盧駱藍華項連麥婁黨費衛應閔鄔邊師榮叢鞏餘餘談樂倉廈陰豐雲來蔣鄺簡"

// compoundSurnames are the surnames of two characters.
var compoundSurnames = [...]string{
	"欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "夏侯", "长孙", "宇文", "轩辕", "端木", "独孤", "南宫", "西门",
	"东郭", "东方", "百里", "呼延", "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "司空",
	"亓官", "左丘", "万俟", "第五", "拓跋", "赫连", "纳兰", "叶赫", "完颜", "爱新", "公羊", "公西", "漆雕", "乐正", "壤驷", "梁丘", "南荣", "东里",
	"歐陽", "諸葛", "尉遲", "公孫", "長孫", "軒轅", "獨孤", "南宮", "西門", "東郭", "東方", "聞人", "澹臺", "濮陽", "鍾離", "司馬", "納蘭", "赫連",
}

// titles follow a surname and make it a form of address.
var titles = [...]string{"先生", "女士", "小姐", "太太", "老师", "师傅", "同学", "经理", "阿姨", "叔叔", "哥哥", "大哥", "姐姐", "大姐", "总", "老板", "某", "某某"}

// nameTails are what people put behind a name.
var nameTails = [...]string{"先生", "女士", "小姐", "谢谢", "吧", "啊", "哦", "呀", "呢", "嘛", "哈", "才对", "才是", "的", "了", "就行", "就好", "就可以", "即可"}

// questionWords mark a question that has no question mark.
var questionWords = [...]string{
	"什么", "怎么", "怎样", "为何", "为啥", "干嘛", "干吗", "多少", "多久", "如何", "是否", "能不能", "可不可以", "可以不", "是不是", "要不要", "有没有",
	"会不会", "行不行", "何时", "几时",
}

// sentenceWords are in no name.
var sentenceWords = [...]string{
	"分付", "开通", "申请", "额度", "客服", "人工", "机器人", "身份证", "证件", "手机", "电话", "号码", "微信", "支付", "密码", "验证码", "银行", "信用", "征信",
	"还款", "借款", "贷款", "利息", "利率", "账单", "账户", "账号", "余额", "钱包", "花呗", "白条", "借呗", "邮箱", "查询", "进度", "取消", "返回", "重新", "上一步",
	"下一步", "确认", "同意", "拒绝", "撤回", "删除", "修改", "更正", "信息", "姓名", "名字", "问题", "为什", "怎么", "怎样", "如何", "多少", "多久", "是否", "不是",
	"可以", "知道", "需要", "想要", "觉得", "应该", "一定", "已经", "现在", "今天", "明天", "昨天", "以后", "以前", "刚才", "刚刚", "马上", "稍等", "等等", "等下",
	"等会", "谢谢", "多谢", "感谢", "不客气", "再见", "拜拜", "你好", "您好", "在线", "骗子", "骗人", "骗我", "骗钱", "诈骗", "垃圾", "投诉", "隐私", "泄露", "安全", "放心", "错误", "写错", "填错",
	"输错", "打错", "错了", "有误", "秘密", "保密", "匿名", "测试", "随便", "用户", "客户", "会员", "学生", "公司", "单位", "退出", "结束", "停止", "暂停", "继续",
	"开始", "提交", "完成", "条件", "要求", "资格", "服务", "帮助", "反馈", "设置", "首页", "菜单", "收到", "时间", "慢慢", "明白", "清楚", "懂得", "麻烦", "这样", "那样", "一样",
	"什么", "任何", "時候", "开户", "開通", "開戶", "申請", "還款", "額度", "電話", "手機", "號碼", "姓氏", "冻结", "解冻", "关闭", "注销", "提现", "转账", "付款", "消费",
	"忘记", "忘了", "外国", "外籍", "国籍", "台胞", "同胞", "华侨", "护照", "同号", "不想", "不要", "不能", "不对", "没有", "没了", "算了", "好了", "好的", "完了", "行了", "对了", "真的", "真名", "实名", "认证", "绑定", "一下",
}

// notNames are whole answers that begin like a name, or are as short as one.
var notNames = [...]string{
	"是的", "对的", "行的", "可行", "没事", "对啊", "当然", "必须", "肯定", "否定", "不行", "无名", "无名氏", "本人", "自己", "其他", "其它", "别的", "全部", "所有",
	"男", "女", "男性", "女性", "男士", "女士", "先生", "小姐", "有的", "高兴", "方便", "成功", "于是", "任何", "何必", "时间", "还有", "还是", "老样子", "人来", "常用", "曾经", "金额",
	"金融", "符合", "项目", "通知", "关于", "车贷", "房贷", "程序", "易懂", "白天", "向上", "平安", "万一", "万元", "千万", "毕业", "管理", "管用", "解释", "解决",
	"解绑", "简单", "边上", "连接", "连续", "路上", "计划", "计算", "安装", "习惯", "祝好", "祝福", "阳光", "元旦", "左右", "左边", "冷静", "古怪", "水平", "从来",
	"原来", "支持", "包括", "包含", "全名", "全称", "成年", "成人", "常住", "明确", "司机", "农民", "车辆", "房产", "广告", "步骤", "党员", "那个", "那好", "那行",
	"那就", "那边", "和平", "相信", "相同", "国家", "国籍", "平台", "平时", "来了", "都行", "都好", "都对", "都是", "应当", "门口", "花钱", "强制", "利用", "信任",
	"展示", "富裕", "公开", "公告", "哈喽", "哈罗", "干啥", "居住", "居民", "由于", "但是", "关系", "关心", "安静", "安排", "文字", "文件", "方式", "方法", "方向",
	"成本", "成绩", "包年", "时候", "时刻", "单独", "单身", "全国", "全家", "应用", "官方", "商家", "商户", "商量", "商品", "满意", "满足", "位置", "强烈", "原因",
	"原件", "原名", "储蓄", "储蓄卡", "信用卡", "借记卡", "海外", "南方", "北方", "国内", "国外", "党", "群众", "团员", "钱款", "钱包", "钱呢", "钱", "高手", "高级",
	"高中", "初中", "初次", "小学", "大学", "本科", "专科", "大专", "汉族", "满族", "回族", "藏族", "苗族", "壮族", "维吾尔族", "蒙古族", "朝鲜族", "中国", "中国人", "汉字",
	"北京", "上海", "天津", "重庆", "广东", "广州", "深圳", "江苏", "江西", "江南", "安徽", "海南", "云南", "山东", "山西", "河北", "河南", "湖北", "湖南", "福建",
	"浙江", "四川", "贵州", "甘肃", "宁夏", "青海", "陕西", "吉林", "辽宁", "黑龙江", "内蒙古", "广西", "西藏", "新疆", "香港", "澳门", "台湾", "武汉", "成都", "杭州",
	"苏州", "温州", "徐州", "常州", "郑州", "柳州", "沧州", "石家庄", "秦皇岛", "金华", "南京", "南宁", "南昌", "宁波", "长沙", "合肥", "东莞", "佛山", "海口", "兰州",
	"人呢", "急", "急急", "在吗", "有人", "有人吗", "来人", "喂喂", "哈喽啊", "早安", "晚安", "早上好", "下午好", "晚上好", "中午好", "大家好", "嗨", "嘿", "老师好",
	"收款", "贷记卡", "额度高", "加油", "呵呵", "嘻嘻", "嘿嘿", "好吧", "好啊", "好嘞", "好滴", "好哒", "行吧", "中", "可", "嗯嗯", "恩恩", "哦哦", "对对", "是是",
	"同上", "如上", "以上", "如下", "上面", "下面", "上述", "未知", "无", "没", "略", "空", "姓", "名", "姓张", "姓王", "姓李", "张三丰传", "张某", "王某", "李某",
	"张某某", "王某某", "李某某", "某某", "某某某", "某人", "人名", "人命", "小明同学", "路人甲", "路人", "宝宝", "亲", "亲亲", "美女", "帅哥", "老婆", "老公", "爸爸", "妈妈", "儿子", "女儿",
	"朋友", "同事", "家人", "父亲", "母亲", "哥哥", "姐姐", "弟弟", "妹妹", "孩子",
}
