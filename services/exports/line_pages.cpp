#include "services/exports/line_pages.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace suanpan::services {
namespace {

constexpr std::int64_t kLeasesAtOnce = 200;
constexpr std::int64_t kHoursAtOnce = 1'000;  // billing windows are hours as a rule

// How much of the lease the period can bill.
std::int64_t hours_of(const db::BilledLease& lease, const db::BillingFilter& filter) {
    const Time start = std::max(lease.terms.window.start, filter.from);
    const Time end = std::min(lease.terms.window.end, filter.until);
    return std::max<std::int64_t>(end.value - start.value, 0) / kSecondsPerHour + 2;
}

}  // namespace

bool LinePages::find_leases() {
    if (!leases_.empty()) return true;
    if (!more_leases_) return false;
    auto found = database_.read("billed_leases", [this](db::Tx& tx) {
        return db::list_billed_leases(tx, filter_, after_, kLeasesAtOnce);
    });
    more_leases_ = static_cast<std::int64_t>(found.size()) == kLeasesAtOnce;
    if (found.empty()) return false;
    after_ = found.back().id;
    std::ranges::move(found, std::back_inserter(leases_));
    return true;
}

std::size_t LinePages::choose(Window& starts) {
    starts = {Time(std::numeric_limits<std::int64_t>::min()),
              Time(std::numeric_limits<std::int64_t>::max())};
    std::int64_t hours = hours_of(leases_.front(), filter_);
    if (hours > kHoursAtOnce) {
        // The window that reaches into the period begins before it.
        const Time first = leases_.front().terms.window.start;
        starts.start = sliced_ ? slice_ : first;
        starts.end = Time(starts.start.value + kHoursAtOnce * kSecondsPerHour);
        return 1;
    }
    std::size_t count = 1;
    while (count < leases_.size() && hours <= kHoursAtOnce)
        hours += hours_of(leases_[count++], filter_);
    return count;
}

bool LinePages::next(const Visit& visit) {
    if (!find_leases()) return false;
    Window starts;
    const std::size_t count = choose(starts);
    std::vector<LeaseId> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(leases_[i].id);
    const auto lines = database_.read("billed_lines", [&](db::Tx& tx) {
        return db::list_billed_lines(tx, filter_, ids, starts);
    });
    std::size_t at = 0;
    for (const db::BilledLine& line : lines) {
        while (leases_[at].id != line.row.lease)
            ++at;
        visit(leases_[at], line);
    }
    const Time end = std::min(leases_.front().terms.window.end, filter_.until);
    sliced_ = starts.end < end;
    slice_ = starts.end;
    if (!sliced_)
        leases_.erase(leases_.begin(), leases_.begin() + static_cast<std::ptrdiff_t>(count));
    return true;
}

}  // namespace suanpan::services
