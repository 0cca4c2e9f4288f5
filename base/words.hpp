#pragma once

// One spelling of an enumeration for JSON, SQL and the log. The enumerators count up from 0.

#include "base/check.hpp"
#include "base/result.hpp"

#include <array>
#include <string>
#include <string_view>

namespace suanpan {

template <typename Enum, std::size_t N>
class Words {
 public:
    constexpr Words(std::string_view subject, std::array<std::string_view, N> words)
        : subject_(subject), words_(words) {}

    [[nodiscard]] constexpr std::string_view operator[](Enum value) const {
        const auto at = static_cast<std::size_t>(value);
        CHECK(at < N);
        return words_[at];
    }

    // Error `unknown_word`, naming what is allowed.
    [[nodiscard]] Result<Enum> parse(std::string_view text) const {
        for (std::size_t i = 0; i < N; ++i) {
            if (words_[i] == text) return static_cast<Enum>(i);
        }
        std::string allowed;
        for (const std::string_view word : words_)
            allowed += (allowed.empty() ? "" : ", ") + std::string(word);
        return fail("unknown_word", std::string(subject_) + " is one of " + allowed);
    }

 private:
    std::string_view subject_;
    std::array<std::string_view, N> words_;
};

}  // namespace suanpan
