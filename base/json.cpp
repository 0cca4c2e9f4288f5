#include "base/json.hpp"

#include "base/check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace suanpan {
namespace {

constexpr std::int64_t kMaxSafeInteger = 9'007'199'254'740'991;
constexpr std::size_t kMaxQuotedKey = 64;
constexpr int kNumberOverflow = 406;  // nlohmann's number for a literal beyond floating point
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_escape(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: {
            const auto byte = static_cast<std::uint8_t>(c);
            out += "\\u00";
            out.push_back(kHexDigits[byte >> 4]);
            out.push_back(kHexDigits[byte & 15]);
        }
    }
}

// What needs no escape is taken over in runs: a text may be tens of kilobytes of base64.
void append_escaped(std::string& out, std::string_view text) {
    const auto needs_escape = [](char c) {
        return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
    };
    out.push_back('"');
    for (auto at = text.begin(); at != text.end();) {
        const auto escaped = std::find_if(at, text.end(), needs_escape);
        out.append(at, escaped);
        if (escaped == text.end()) break;
        append_escape(out, *escaped);
        at = std::next(escaped);
    }
    out.push_back('"');
}

// UTF-16 order differs from UTF-8 order only where one side is beyond the basic plane (a lead byte
// of F0 or more, a surrogate in UTF-16) and the other is U+E000…U+FFFF (a lead byte of EE or EF).
bool utf16_less(const std::string& a, const std::string& b) {
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
    const auto left = static_cast<std::uint8_t>(*x);
    const auto right = static_cast<std::uint8_t>(*y);
    if (left >= 0xF0 && (right == 0xEE || right == 0xEF)) return true;
    if (right >= 0xF0 && (left == 0xEE || left == 0xEF)) return false;
    return left < right;
}

// Beyond 2^53 RFC 8785 prints what a floating-point number would hold, so such an integer is no
// value of ours.
void append_integer(std::string& out, const Json& value) {
    CHECK(!value.is_number_unsigned() ||
          value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxSafeInteger));
    const auto integer = value.get<std::int64_t>();
    CHECK(integer >= -kMaxSafeInteger && integer <= kMaxSafeInteger);
    out += std::to_string(integer);
}

void append_canonical(std::string& out, const Json& value);

void append_object(std::string& out, const Json& value) {
    std::vector<std::string> keys;
    keys.reserve(value.size());
    for (const auto& item : value.items())
        keys.push_back(item.key());
    std::sort(keys.begin(), keys.end(), utf16_less);
    out.push_back('{');
    for (const std::string& key : keys) {
        if (out.back() != '{') out.push_back(',');
        append_escaped(out, key);
        out.push_back(':');
        append_canonical(out, value.at(key));
    }
    out.push_back('}');
}

void append_canonical(std::string& out, const Json& value) {
    switch (value.type()) {
        case Json::value_t::object: append_object(out, value); return;
        case Json::value_t::array: {
            out.push_back('[');
            bool first = true;
            for (const Json& item : value) {
                if (!first) out.push_back(',');
                first = false;
                append_canonical(out, item);
            }
            out.push_back(']');
            return;
        }
        case Json::value_t::string:
            append_escaped(out, value.get_ref<const std::string&>());
            return;
        case Json::value_t::boolean: out += value.get<bool>() ? "true" : "false"; return;
        case Json::value_t::null: out += "null"; return;
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned: append_integer(out, value); return;
        default: fail_check("canonical JSON holds no floating-point number", __FILE__, __LINE__);
    }
}

// Builds a Json value while it refuses what nlohmann's own parser would let through.
class StrictHandler {
 public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    explicit StrictHandler(int max_depth) : max_depth_(max_depth) {}

    bool null() { return put(Json(nullptr)); }
    bool boolean(bool value) { return put(Json(value)); }
    bool number_integer(number_integer_t value) {
        return value >= -kMaxSafeInteger ? put(Json(value)) : bad_number();
    }
    bool number_unsigned(number_unsigned_t value) {
        return value <= static_cast<std::uint64_t>(kMaxSafeInteger) ? put(Json(value))
                                                                    : bad_number();
    }
    bool number_float(number_float_t, const string_t&) { return bad_number(); }
    bool string(string_t& value) {
        if (has_nul(value)) return bad_character();
        return put(Json(std::move(value)));
    }
    bool binary(binary_t&) { return refuse("bad_json", "binary values are not JSON"); }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_array() { return close(); }
    bool key(string_t& name) {
        if (has_nul(name)) return bad_character();
        if (stack_.back()->contains(name)) {
            if (name.size() > kMaxQuotedKey)
                return refuse("duplicate_key", "a long key stands twice");
            return refuse("duplicate_key", "the key \"" + name + "\" stands twice");
        }
        key_ = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception& exception) {
        if (exception.id == kNumberOverflow) return bad_number();
        return refuse("bad_json", "not valid JSON near byte " + std::to_string(position));
    }

    [[nodiscard]] Error error() const { return error_; }
    Json take() { return std::move(root_); }

 private:
    Json* add(Json&& value) {
        if (stack_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        Json& parent = *stack_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[key_] = std::move(value));
    }
    bool put(Json&& value) {
        add(std::move(value));
        return true;
    }
    bool open(Json&& value) {
        if (static_cast<int>(stack_.size()) >= max_depth_) {
            return refuse("json_too_deep",
                          "at most " + std::to_string(max_depth_) + " levels are read");
        }
        stack_.push_back(add(std::move(value)));
        return true;
    }
    bool close() {
        stack_.pop_back();
        return true;
    }
    // Legal in JSON, but no field of ours means anything by it, and a database's text cannot hold
    // it.
    static bool has_nul(const string_t& text) { return text.find('\0') != string_t::npos; }
    bool bad_character() {
        return refuse("bad_character", "the character U+0000 is not allowed in text");
    }
    bool bad_number() {
        return refuse("bad_number",
                      "a JSON number must be an integer within 2^53; write decimals as strings");
    }
    bool refuse(std::string_view code, std::string detail) {
        error_ = Error(code, std::move(detail));
        return false;
    }

    int max_depth_;
    Json root_;
    std::vector<Json*> stack_;
    std::string key_;
    Error error_{"bad_json", "not valid JSON"};
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.max_bytes) {
        return fail("body_too_large",
                    "at most " + std::to_string(limits.max_bytes) + " bytes of JSON are read");
    }
    // nlohmann's lexer takes a NUL for the end of its input and skips a byte order mark. Neither
    // may stand in JSON (RFC 8259 §7, §8.1), and accepting them would give one value many texts.
    if (text.starts_with(kByteOrderMark)) return fail("bad_json", "a byte order mark is not JSON");
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return fail("bad_json", "not valid JSON near byte " + std::to_string(nul));
    }
    StrictHandler handler(limits.max_depth);
    if (!Json::sax_parse(text.begin(), text.end(), &handler)) return fail(handler.error());
    return handler.take();
}

std::string canonical_json(const Json& value) {
    std::string out;
    append_canonical(out, value);
    return out;
}

bool is_canonical_json(std::string_view text) {
    if (read_plain_json(text)) return true;
    const auto value = parse_json(text, JsonLimits{text.size(), JsonLimits{}.max_depth});
    return value && canonical_json(*value) == text;
}

void CanonicalWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (levels_.empty()) {
        CHECK(out_.empty());
        return;
    }
    CHECK(!levels_.back().object);
    if (!levels_.back().empty) out_.push_back(',');
    levels_.back().empty = false;
}

void CanonicalWriter::begin_object() {
    before_value();
    out_.push_back('{');
    levels_.push_back(Level{true, true, {}});
}

void CanonicalWriter::end_object() {
    CHECK(!levels_.empty() && levels_.back().object && !after_key_);
    levels_.pop_back();
    out_.push_back('}');
}

void CanonicalWriter::begin_array() {
    before_value();
    out_.push_back('[');
    levels_.push_back(Level{false, true, {}});
}

void CanonicalWriter::end_array() {
    CHECK(!levels_.empty() && !levels_.back().object);
    levels_.pop_back();
    out_.push_back(']');
}

void CanonicalWriter::key(std::string_view name) {
    CHECK(!levels_.empty() && levels_.back().object && !after_key_);
    Level& level = levels_.back();
    CHECK(level.empty || level.last_key < name);
    CHECK(std::ranges::all_of(name, [](char c) { return static_cast<std::uint8_t>(c) < 0x80; }));
    if (!level.empty) out_.push_back(',');
    level.empty = false;
    level.last_key = name;
    append_escaped(out_, name);
    out_.push_back(':');
    after_key_ = true;
}

void CanonicalWriter::string(std::string_view value) {
    before_value();
    append_escaped(out_, value);
}

void CanonicalWriter::integer(std::int64_t value) {
    CHECK(value >= -kMaxSafeInteger && value <= kMaxSafeInteger);
    before_value();
    out_ += std::to_string(value);
}

void CanonicalWriter::boolean(bool value) {
    before_value();
    out_ += value ? "true" : "false";
}

void CanonicalWriter::raw(std::string_view canonical) {
    CHECK(!canonical.empty());
    before_value();
    out_ += canonical;
}

std::string CanonicalWriter::take() {
    CHECK(levels_.empty() && !out_.empty());
    return std::exchange(out_, {});
}

}  // namespace suanpan
