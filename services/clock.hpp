#pragma once

// Where time comes from, so that a test and the sandbox can have their own (style page, "outside
// world").

#include "base/units.hpp"

namespace suanpan::services {

// Thread-safe. UTC seconds.
class Clock {
 public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
    [[nodiscard]] Time now() const override;
};

}  // namespace suanpan::services
