#pragma once

#include <string>

namespace suanpan::suanpand {

// JSON lines on standard error, with time and level in each.
void start_logging(const std::string& level);

}  // namespace suanpan::suanpand
