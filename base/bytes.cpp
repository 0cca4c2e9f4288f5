#include "base/bytes.hpp"

#include <array>

namespace suanpan {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kNoDigit = 0xFF;

// The value of each character as a digit: looked up rather than searched for, since envelopes of
// tens of kilobytes pass here.
constexpr std::array<std::uint8_t, 256> digit_values(std::string_view alphabet) {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}
constexpr auto kHexValues = digit_values(kHexDigits);
constexpr auto kBase64Values = digit_values(kBase64Alphabet);

std::uint32_t digit(const std::array<std::uint8_t, 256>& values, char c) {
    return values[static_cast<std::uint8_t>(c)];
}

tl::unexpected<Error> bad_base64() {
    return fail("bad_base64", "standard base64 with padding is needed (RFC 4648)");
}

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : 0U;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        out.push_back(kHexDigits[byte >> 4]);
        out.push_back(kHexDigits[byte & 15]);
    }
    return out;
}

Result<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return fail("bad_hex", "hexadecimal text has two digits a byte");
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::uint32_t high = digit(kHexValues, text[i]);
        const std::uint32_t low = digit(kHexValues, text[i + 1]);
        if (high == kNoDigit || low == kNoDigit) {
            return fail("bad_hex", "hexadecimal text is made of 0-9 and a-f");
        }
        out.push_back(static_cast<char>(high << 4 | low));
    }
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t group =
            byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
        out.push_back(kBase64Alphabet[group >> 18]);
        out.push_back(kBase64Alphabet[group >> 12 & 63]);
        out.push_back(i + 1 < bytes.size() ? kBase64Alphabet[group >> 6 & 63] : '=');
        out.push_back(i + 2 < bytes.size() ? kBase64Alphabet[group & 63] : '=');
    }
    return out;
}

Result<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return bad_base64();
    if (text.empty()) return std::string();
    const std::size_t groups = text.size() / 4;
    const std::size_t padding = !text.ends_with('=') ? 0U : text.ends_with("==") ? 2U : 1U;
    std::string out(3 * groups, '\0');
    std::uint32_t seen = 0;
    for (std::size_t i = 0; i < groups; ++i) {
        const bool last = i + 1 == groups;
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const std::uint32_t value =
                last && j >= 4 - padding ? 0 : digit(kBase64Values, text[4 * i + j]);
            seen |= value;
            group = group << 6 | (value & 63);
        }
        out[3 * i] = static_cast<char>(group >> 16);
        out[3 * i + 1] = static_cast<char>(group >> 8 & 0xFF);
        out[3 * i + 2] = static_cast<char>(group & 0xFF);
    }
    // No digit has the bits that kNoDigit has beyond six. Bits that the padding drops must be zero,
    // or two texts would mean the same bytes.
    const std::string_view dropped = std::string_view(out).substr(out.size() - padding);
    if (seen > 63 || dropped.find_first_not_of('\0') != std::string_view::npos) return bad_base64();
    out.resize(out.size() - padding);
    return out;
}

}  // namespace suanpan
