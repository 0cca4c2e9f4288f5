#include "base/ids.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"
#include "base/crypto.hpp"

#include <algorithm>

namespace suanpan {
namespace {

constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kIdDigits = 26;
constexpr std::int64_t kLastIdTime =
    281'474'976'710;  // the last second whose milliseconds fit 48 bits
constexpr std::string_view kUuidPattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

tl::unexpected<Error> bad_id(std::string_view prefix) {
    return fail("bad_id",
                "an id of the form " + std::string(prefix) + " and 26 characters is needed");
}

}  // namespace

std::string encode_id(std::string_view prefix, const IdBytes& bytes) {
    Uint128 value = 0;
    for (const std::uint8_t byte : bytes)
        value = value << 8 | byte;
    std::string out(prefix);
    out.resize(prefix.size() + kIdDigits);
    for (std::size_t i = out.size(); i > prefix.size(); --i) {
        out[i - 1] = kCrockford[static_cast<std::size_t>(value & 31)];
        value >>= 5;
    }
    return out;
}

Result<IdBytes> decode_id(std::string_view prefix, std::string_view text) {
    if (text.size() != prefix.size() + kIdDigits || text.substr(0, prefix.size()) != prefix)
        return bad_id(prefix);
    text.remove_prefix(prefix.size());
    // 26 digits hold 130 bits: the first may only use its low three.
    if (kCrockford.find(text.front()) > 7) return bad_id(prefix);
    Uint128 value = 0;
    for (const char c : text) {
        const std::size_t digit = kCrockford.find(c);
        if (digit == std::string_view::npos) return bad_id(prefix);
        value = value << 5 | digit;
    }
    IdBytes bytes{};
    for (std::size_t i = bytes.size(); i > 0; --i) {
        bytes[i - 1] = static_cast<std::uint8_t>(value & 255);
        value >>= 8;
    }
    return bytes;
}

IdBytes make_id_bytes(Time time, const std::array<std::uint8_t, 10>& free_bits) {
    CHECK(time.value >= 0 && time.value <= kLastIdTime);
    const auto milliseconds = static_cast<std::uint64_t>(time.value) * 1000;
    IdBytes bytes{};
    for (std::size_t i = 0; i < 6; ++i)
        bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    for (std::size_t i = 0; i < free_bits.size(); ++i)
        bytes[6 + i] = free_bits[i];
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x70);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    return bytes;
}

IdBytes derive_id_bytes(Time time, const CommandId& command, std::uint32_t ordinal) {
    std::array<std::uint8_t, 20> input{};
    std::copy(command.bytes.begin(), command.bytes.end(), input.begin());
    for (std::size_t i = 0; i < 4; ++i)
        input[16 + i] = static_cast<std::uint8_t>(ordinal >> (24 - 8 * i));
    const Hash hash = sha256(as_chars(input));
    std::array<std::uint8_t, 10> free_bits{};
    std::copy_n(hash.begin(), free_bits.size(), free_bits.begin());
    return make_id_bytes(time, free_bits);
}

Time id_time(const IdBytes& bytes) {
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i)
        milliseconds = milliseconds * 256 + bytes[i];
    return Time(milliseconds / 1000);
}

std::string to_uuid(const IdBytes& bytes) {
    std::string out = to_hex(as_chars(bytes));
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        out.insert(at, 1, '-');
    return out;
}

Result<IdBytes> from_uuid(std::string_view text) {
    const auto bad_uuid = [] {
        return fail("bad_uuid", "a UUID in lower case, with hyphens, is needed");
    };
    if (text.size() != kUuidPattern.size()) return bad_uuid();
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((kUuidPattern[i] == '-') != (text[i] == '-')) return bad_uuid();
        if (text[i] != '-') digits.push_back(text[i]);
    }
    const auto raw = from_hex(digits);
    if (!raw) return bad_uuid();
    IdBytes bytes{};
    CHECK(raw->size() == bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>((*raw)[i]);
    return bytes;
}

}  // namespace suanpan
