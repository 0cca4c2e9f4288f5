#pragma once

// Result<T>: a value or an expected refusal. Result<void> for actions.
// Usage:  auto x = parse(text);  if (!x) return fail(x.error());

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace suanpan {

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string_view code, std::string detail) {
    return tl::unexpected<Error>(Error(code, std::move(detail)));
}
inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace suanpan
