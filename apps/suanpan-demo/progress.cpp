#include "apps/suanpan-demo/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace suanpan::demo {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};

}  // namespace

Progress::Progress() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

void Progress::begin(std::string_view name) {
    end();
    name_ = name;
    note_.clear();
    begun_ = Clock::now();
    if (terminal_) {
        fmt::print("  {} …", name_);
        std::fflush(stdout);
    }
}

void Progress::note(std::string_view text) {
    note_ = text;
    const auto now = Clock::now();
    if (!terminal_ || now - shown_ < kRedraw) return;
    shown_ = now;
    fmt::print("\r\x1b[K  {} … {}", name_, note_);
    std::fflush(stdout);
}

void Progress::end() {
    if (name_.empty()) return;
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_).count();
    fmt::print("{}  {:<34} {:>8}  {}\n", terminal_ ? "\r\x1b[K" : "", name_, seconds_text(took),
               note_);
    std::fflush(stdout);
    steps_.push_back({name_, took});
    name_.clear();
}

std::string with_commas(std::int64_t number) {
    std::string text = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3; at -= 3)
        text.insert(at - 3, ",");
    return text;
}

std::string seconds_text(std::int64_t ms) {
    return fmt::format("{}.{} s", ms / 1'000, ms % 1'000 / 100);
}

}  // namespace suanpan::demo
