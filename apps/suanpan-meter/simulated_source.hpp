#pragma once

#include "apps/suanpan-meter/source.hpp"
#include "base/units.hpp"

#include <cstdint>

namespace suanpan::meter {

// Counters that follow from a seed and the even clock alone, so two runs at the same moments give
// the same: for trying the meter and for tests. Energy at 300 W a lot.
class SimulatedSource : public Source {
 public:
    SimulatedSource(std::uint64_t seed, Lots lots) : seed_(seed), lots_(lots) {}
    void read(Sample& sample) override;

 private:
    std::uint64_t seed_;
    Lots lots_;
};

}  // namespace suanpan::meter
