#pragma once

// Distinct integer types for distinct units; nothing implicit between them (style page, "Rules of
// ours").

#include <compare>
#include <cstdint>

namespace suanpan {

template <typename Tag>
struct StrongInt {
    std::int64_t value = 0;

    constexpr StrongInt() = default;
    constexpr explicit StrongInt(std::int64_t v) : value(v) {}

    friend constexpr auto operator<=>(StrongInt, StrongInt) = default;
};

}  // namespace suanpan
