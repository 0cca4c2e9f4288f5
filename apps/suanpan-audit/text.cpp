#include "apps/suanpan-audit/text.hpp"

namespace suanpan::audit {

std::string grouped(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3; at -= 3)
        out.insert(at - 3, 1, ',');
    return out;
}

std::string ordinal(std::uint64_t number) {
    const std::uint64_t last = number % 10;
    const bool teen = number % 100 / 10 == 1;
    const char* const ending = teen        ? "th"
                               : last == 1 ? "st"
                               : last == 2 ? "nd"
                               : last == 3 ? "rd"
                                           : "th";
    return grouped(number) + ending;
}

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    }
    return out;
}

}  // namespace suanpan::audit
