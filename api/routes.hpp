#pragma once

#include "api/call.hpp"

#include <span>

namespace suanpan::api {

// All of them; see routes.cpp.
std::span<const Route> routes();

}  // namespace suanpan::api
