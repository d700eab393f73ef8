package slot

// Ambiguous is the reason to refuse an answer that gives several details where
// one is asked for. [Candidates] says which.
const Ambiguous = "ambiguous"

// The reasons to refuse an answer, by kind. A flow must have words for each.
var (
	nameReasons = []string{"bad_length", "bad_char", "mixed", "not_a_name", "no_name", "ambiguous"}
	idReasons   = []string{
		"bad_length", "bad_char", "bad_region", "bad_date", "future_birth", "implausible_age", "bad_checksum", "legacy15", "masked", "ambiguous",
		"looks_like_bank_card", "no_number",
	}
	phoneReasons = []string{
		"bad_prefix", "bad_length", "bad_format", "iot_range", "satellite_or_emergency", "landline", "service_number", "need_country_code",
		"looks_like_id", "looks_like_bank_card", "masked", "ambiguous", "no_number",
	}
	emailReasons  = []string{"bad_email", "ambiguous", "no_number"}
	weChatReasons = []string{"bad_wechat", "ambiguous", "no_number"}
)

// Reasons returns every Reason that Find can refuse with for k. Those of
// Contact are all of its kinds'; no_number then means that there was nothing of
// any.
func Reasons(k Kind) []string {
	var reasons []string
	switch k {
	case Name:
		reasons = nameReasons
	case ID:
		reasons = idReasons
	case Phone:
		reasons = phoneReasons
	case Email:
		reasons = emailReasons
	case WeChat:
		reasons = weChatReasons
	case Contact:
		return append(append([]string{}, phoneReasons...), "bad_email", "bad_wechat")
	}
	return append([]string(nil), reasons...)
}
