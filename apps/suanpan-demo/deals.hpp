#pragma once

// What is agreed before the day: a group's discount with the centres of one hub, and a city's
// compute vouchers for small firms and laboratories.

#include "apps/suanpan-demo/cast.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "apps/suanpan-demo/world.hpp"

namespace suanpan::demo {

inline constexpr std::string_view kVoucherPurpose = "research";

// Notes the grants in the cast.
void agree_deals(Stage& stage, Cast& cast, const World& world, Time until);

}  // namespace suanpan::demo
