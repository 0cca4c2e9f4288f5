#pragma once

// A pool's free lots over a window, from what takes lots out (for display; the market core's own
// calendar decides).

#include "db/queries/capacity.hpp"
#include "matching/calendar.hpp"

#include <vector>

namespace suanpan::services {

// Steps from window.start on, sorted, no two neighbours equal.
std::vector<matching::Step> free_lots(Lots registered,
                                      const std::vector<db::Occupation>& occupations,
                                      const Window& window);

}  // namespace suanpan::services
