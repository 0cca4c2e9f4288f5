#pragma once

#include "apps/suanpan-meter/config.hpp"
#include "apps/suanpan-meter/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace suanpan::meter {

using Sources = std::vector<std::unique_ptr<Source>>;

// Of one lease, in the order in which they are read. `simulated`: a seed that goes before what the
// configuration says.
Sources make_sources(const Config& config, const LeaseConfig& lease,
                     std::optional<std::uint64_t> simulated);

}  // namespace suanpan::meter
