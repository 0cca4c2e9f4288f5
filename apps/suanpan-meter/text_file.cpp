#include "apps/suanpan-meter/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace suanpan::meter {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::optional<std::int64_t> number_of(std::string_view word) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || value < 0) return std::nullopt;
    return value;
}

tl::unexpected<Error> no_file(const std::filesystem::path& path) {
    return fail("no_file", "cannot read " + path.string() + ": " + std::strerror(errno));
}

}  // namespace

Result<std::string> read_text(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return no_file(path);
    std::string text;
    std::array<char, 4'096> chunk{};
    ::ssize_t got = 0;
    while (text.size() < kMaxTextFile &&
           ((got = ::read(file, chunk.data(), chunk.size())) > 0 || (got < 0 && errno == EINTR))) {
        if (got > 0) text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    const bool good = got >= 0;
    const auto failed = no_file(path);
    ::close(file);
    if (!good) return failed;
    return text;
}

std::string_view take_word(std::string_view& text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
        text = {};
        return {};
    }
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
    text.remove_prefix(word.size());
    return word;
}

std::optional<std::string> read_word(const std::filesystem::path& path) {
    const auto text = read_text(path);
    if (!text) return std::nullopt;
    std::string_view rest = *text;
    const std::string_view word = take_word(rest);
    if (word.empty()) return std::nullopt;
    return std::string(word);
}

std::optional<std::int64_t> read_number(const std::filesystem::path& path) {
    const auto word = read_word(path);
    return word ? number_of(*word) : std::nullopt;
}

std::optional<std::int64_t> find_number(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const std::size_t size = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, size);
        text.remove_prefix(std::min(size + 1, text.size()));
        if (take_word(line) == key) return number_of(take_word(line));
    }
    return std::nullopt;
}

}  // namespace suanpan::meter
