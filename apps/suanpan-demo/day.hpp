#pragma once

// One market day: providers, buyers and meters as processes with their own keys, a sandbox clock.

#include "apps/suanpan-demo/stage.hpp"

namespace suanpan::demo {

// The exit status: 0 when the audit passes and every sum holds.
int play_day(const Settings& settings);

}  // namespace suanpan::demo
