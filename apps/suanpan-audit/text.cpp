#include "apps/suanpan-audit/text.hpp"

#include "base/checked.hpp"

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

std::string span_text(std::uint64_t ms) {
    const std::uint64_t s = ms / 1000;
    if (s == 0) return std::to_string(ms) + " ms";
    if (s < 60) return std::to_string(s) + "." + std::to_string(ms % 1000 / 100) + " s";
    if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
    return grouped(s / 3600) + " h " + std::to_string(s % 3600 / 60) + " min";
}

std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total,
                          std::uint64_t here, std::uint64_t elapsed_ms) {
    constexpr std::uint64_t kCells = 20;
    const auto share = [&](std::uint64_t of) {
        return static_cast<std::uint64_t>(static_cast<Uint128>(done) * of / total);
    };
    const auto cells = static_cast<std::size_t>(share(kCells));
    std::string percent = std::to_string(share(100));
    percent.insert(0, percent.size() < 3 ? 3 - percent.size() : 0, ' ');
    std::string out = std::string(what) + " [" + std::string(cells, '#') +
                      std::string(kCells - cells, '-') + "] " + percent + " % (" + grouped(done) +
                      " of " + grouped(total) + ")";
    if (here == 0 || elapsed_ms == 0) return out;
    const auto scaled = [&](std::uint64_t count, std::uint64_t by, std::uint64_t per) {
        return static_cast<std::uint64_t>(static_cast<Uint128>(count) * by / per);
    };
    return out + ", " + grouped(scaled(here, 1000, elapsed_ms)) + "/s, " +
           span_text(scaled(total - done, elapsed_ms, here)) + " left";
}

}  // namespace suanpan::audit
