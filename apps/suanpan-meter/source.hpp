#pragma once

// Where counters come from. A source is read once for every sample; what it cannot read now is not
// there, and it says why.

#include "apps/suanpan-meter/sample.hpp"

#include <memory>

namespace suanpan::meter {

class Source {
 public:
    Source() = default;
    virtual ~Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    // Adds what it knows to the sample, whose moment is set; never fails.
    virtual void read(Sample& sample) = 0;
};

// The lots of the lease are gone as far as this source can see: the sample says so.
inline void set_gone(Sample& sample, std::string problem) {
    sample.there_ppm = 0;
    sample.problem = std::move(problem);
}

}  // namespace suanpan::meter
