// First byte: the scale. The rest: refused with one of parse_scaled's codes, or a number whose
// print is the text with its decimals filled up.

#include "base/decimal.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::string filled_up(std::string_view text, int scale) {
    std::string out(text);
    const std::size_t point = out.find('.');
    std::size_t decimals = point == std::string::npos ? 0 : out.size() - point - 1;
    if (point == std::string::npos && scale > 0) out.push_back('.');
    for (; decimals < static_cast<std::size_t>(scale); ++decimals)
        out.push_back('0');
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const int scale = data[0] % 19;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto value = suanpan::parse_scaled(text, scale);
    if (!value) {
        const std::string& code = value.error().code();
        require(code == "bad_decimal" || code == "too_many_decimals" || code == "overflow");
        return 0;
    }
    const std::string printed = suanpan::format_scaled(*value, scale);
    require(printed == filled_up(text, scale));
    const auto again = suanpan::parse_scaled(printed, scale);
    // sign.
    require(again.has_value() && *again == *value);
    return 0;
}
