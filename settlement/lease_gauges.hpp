#pragma once

// The gauges of one lease's accepted readings, by billing window and side: what guarantees are
// judged by. It stands beside the LeaseMeter, which decides what is accepted and what is final.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/guarantee.hpp"
#include "settlement/reading.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::settlement {

class LeaseGauges {
 public:
    // A reading that the LeaseMeter accepted; a repeat changes nothing. Order does not matter.
    void add(MeterRole role, const MeterId& meter, const Reading& reading);

    // The samples of one side in a window. A rate is taken between neighbours in one epoch, and
    // from nothing for the first of it; a reading whose neighbour is missing gives none.
    [[nodiscard]] GaugeSamples samples(MeterRole role, Quantity quantity,
                                       const Window& window) const;
    // The guarantees that a window missed, in their order.
    [[nodiscard]] std::vector<MissedGuarantee> judge(const std::vector<Guarantee>& guarantees,
                                                     const Window& window) const;
    // The rate of a busy lot over one reading, as samples() takes it.
    [[nodiscard]] std::optional<std::int64_t> rate_mcu(MeterRole role, const MeterId& meter,
                                                       const Reading& reading) const;
    // Windows before `open_from` are final. Of each meter the last reading is kept for the next
    // one.
    void forget_before(Time open_from);
    [[nodiscard]] bool empty() const { return points_.empty(); }

    // Canonical JSON; restore() gives what behaves the same. Error: `bad_snapshot`.
    [[nodiscard]] std::string snapshot() const;
    static Result<LeaseGauges> restore(std::string_view snapshot);
    friend bool operator==(const LeaseGauges&, const LeaseGauges&) = default;

 private:
    struct Point {
        Window window;
        std::array<std::optional<std::int64_t>, 4> gauges;  // by Quantity, without the rate
        std::int64_t busy_us = 0;
        std::optional<std::int64_t> ops;
        friend bool operator==(const Point&, const Point&) = default;
    };
    using Key = std::pair<std::int64_t, std::int64_t>;  // (epoch, seq)
    using Chain = std::map<Key, Point>;

    static std::optional<std::int64_t> value_of(const Chain& chain, Chain::const_iterator point,
                                                Quantity quantity);

    std::map<std::pair<MeterRole, MeterId>, Chain> points_;
};

}  // namespace suanpan::settlement
