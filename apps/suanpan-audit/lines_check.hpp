#pragma once

// What is counted over all that ever changed, apart from the code that keeps it: what projects have
// spent, and the operator's probes.

#include "apps/suanpan-audit/fault.hpp"
#include "core/rows.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace suanpan::audit {

/// Every settlement line and correction of a project's leases: together they are what it has spent.
class SpendingCheck {
 public:
    void see(const core::Rows& changes);
    /// Code `wrong_project`.
    [[nodiscard]] Audited<void> result(const core::Rows& state) const;

 private:
    std::map<LeaseId, ProjectId> projects_;  // of leases that are not closed
    // In 128 bits: a fault must not hide in a sum that does not fit.
    std::map<std::pair<ProjectId, std::string>, Int128> spent_;
};

/// Batches with accepted readings of the operator's own meters.
class ProbeCount {
 public:
    void see(const core::Rows& changes);
    [[nodiscard]] std::uint64_t batches() const { return batches_; }

 private:
    std::map<MeterId, settlement::MeterRole> roles_;
    std::uint64_t batches_ = 0;
};

/// How many budgets hold and have spent more than their limit: it was set lower afterwards, since a
/// hold beyond it is refused.
std::uint64_t beyond_budget(const core::Rows& state);

}  // namespace suanpan::audit
