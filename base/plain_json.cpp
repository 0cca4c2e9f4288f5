#include "base/json.hpp"

#include <algorithm>
#include <utility>

namespace suanpan {
namespace {

constexpr std::size_t kMaxDigits = 15;  // surely within 2^53
constexpr std::size_t kUsualMembers = 8;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// One pass from left to right. Every function but member() cuts off what it reads and gives false
// when something else stands there; what is then left has no meaning.
class PlainReader {
 public:
    explicit PlainReader(std::string_view text) : rest_(text) {}

    bool outermost(int levels, std::vector<PlainMember>& members) {
        return object(levels, &members) && rest_.empty();
    }
    bool outermost(int levels, std::vector<std::string_view>& elements) {
        return array(levels, &elements) && rest_.empty();
    }

 private:
    [[nodiscard]] std::string_view since(const char* begin) const {
        return {begin, static_cast<std::size_t>(rest_.data() - begin)};
    }

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    // With its quotes.
    bool string(std::string_view& inside) {
        if (!take('"')) return false;
        const std::size_t end = rest_.find('"');
        if (end == std::string_view::npos) return false;
        inside = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        // Without a branch for each byte, so that the compiler takes many at once.
        bool plain = true;
        for (const char c : inside)
            plain = plain & (c >= 0x20) & (c < 0x7F) & (c != '\\');
        return plain;
    }

    bool number() {
        const bool negative = take('-');
        const auto end = std::ranges::find_if_not(rest_, is_digit);
        const auto digits = static_cast<std::size_t>(end - rest_.begin());
        if (digits == 0 || digits > kMaxDigits) return false;
        if (rest_.front() == '0' && (digits > 1 || negative)) return false;
        rest_.remove_prefix(digits);
        return true;
    }

    // `levels`: objects and arrays that may still be opened.
    bool value(int levels) {
        if (rest_.empty()) return false;
        std::string_view text;
        switch (rest_.front()) {
            case '"': return string(text);
            case '{': return object(levels, nullptr);
            case '[': return array(levels, nullptr);
            case 't': return take("true");
            case 'f': return take("false");
            case 'n': return take("null");
            default: return number();
        }
    }

    bool array(int levels, std::vector<std::string_view>* elements) {
        if (levels == 0 || !take('[')) return false;
        if (take(']')) return true;
        do {
            const char* begin = rest_.data();
            if (!value(levels - 1)) return false;
            if (elements != nullptr) elements->push_back(since(begin));
        } while (take(','));
        return take(']');
    }

    // Names of ASCII have the same order in UTF-8 and UTF-16.
    bool object(int levels, std::vector<PlainMember>* members) {
        if (levels == 0 || !take('{')) return false;
        if (take('}')) return true;
        std::string_view last;
        bool first = true;
        do {
            std::string_view name;
            if (!string(name) || !take(':')) return false;
            if (!std::exchange(first, false) && name <= last) return false;
            last = name;
            const char* begin = rest_.data();
            if (!value(levels - 1)) return false;
            if (members == nullptr) continue;
            members->push_back({name, since(begin)});
        } while (take(','));
        return take('}');
    }

    std::string_view rest_;
};

}  // namespace

std::optional<std::vector<PlainMember>> read_plain_json(std::string_view text,
                                                        const JsonLimits& limits) {
    std::vector<PlainMember> members;
    members.reserve(kUsualMembers);
    if (text.size() > limits.max_bytes || !PlainReader(text).outermost(limits.max_depth, members))
        return std::nullopt;
    return members;
}

std::optional<std::vector<std::string_view>> read_plain_array(std::string_view text,
                                                              const JsonLimits& limits) {
    std::vector<std::string_view> elements;
    if (text.size() > limits.max_bytes || !PlainReader(text).outermost(limits.max_depth, elements))
        return std::nullopt;
    return elements;
}

}  // namespace suanpan
