#include "ledger/text.hpp"

#include "ledger/tree.hpp"

#include <algorithm>
#include <array>

namespace suanpan::ledger {
namespace {

struct CodePoint {
    std::uint32_t value;
    std::size_t length;  // 0: not UTF-8
};

CodePoint decode(std::string_view text) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return static_cast<std::uint8_t>(text[i]);
    };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    std::size_t length = 0;
    if (lead >= 0xC2 && lead <= 0xDF) length = 2;
    if (lead >= 0xE0 && lead <= 0xEF) length = 3;
    if (lead >= 0xF0 && lead <= 0xF4) length = 4;
    if (length == 0 || text.size() < length) return {0, 0};
    std::uint32_t value = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {0, 0};
        value = value << 6 | (byte(i) & 0x3F);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (overlong || surrogate || value > 0x10FFFF) return {0, 0};
    return {value, length};
}

// Unicode's White_Space beyond the control characters (PropList.txt).
bool is_space(std::uint32_t c) {
    constexpr std::array<std::uint32_t, 9> kSpaces = {0x20,   0x85,   0xA0,   0x1680, 0x2028,
                                                      0x2029, 0x202F, 0x205F, 0x3000};
    return (c >= 0x2000 && c <= 0x200A) || std::ranges::find(kSpaces, c) != kSpaces.end();
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const CodePoint c = decode(text);
        if (c.length == 0) return false;
        text.remove_prefix(c.length);
    }
    return true;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    if (text.empty() || text.size() > 19 || (text.size() > 1 && text.front() == '0'))
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (value > kMaxTreeSize) return std::nullopt;
    return value;
}

std::optional<Hash> parse_hash(std::string_view base64) {
    if (base64.size() != 44) return std::nullopt;
    const auto bytes = from_base64(base64);
    if (!bytes || bytes->size() != Hash{}.size()) return std::nullopt;
    Hash hash{};
    std::ranges::copy(*bytes, hash.begin());
    return hash;
}

std::optional<std::string_view> take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

bool is_key_name(std::string_view name) {
    if (name.empty() || name.size() > 255) return false;
    while (!name.empty()) {
        const CodePoint c = decode(name);
        if (c.length == 0 || c.value <= 0x20 || c.value == '+' || is_space(c.value)) return false;
        name.remove_prefix(c.length);
    }
    return true;
}

std::string printable(std::string_view text, std::size_t size) {
    std::string out;
    for (const char c : text.substr(0, size))
        out.push_back(c >= 0x20 && c < 0x7F ? c : '?');
    if (text.size() > size) out += "...";
    return out;
}

}  // namespace suanpan::ledger
