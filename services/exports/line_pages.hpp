#pragma once

// All settlement lines of a filter, lease by lease, a bounded number at a time.

#include "db/queries/billing.hpp"
#include "db/reader.hpp"

#include <cstdint>
#include <deque>
#include <functional>

namespace suanpan::services {

class LinePages {
 public:
    using Visit = std::function<void(const db::BilledLease&, const db::BilledLine&)>;

    // What `database` reads from must outlive it.
    LinePages(const db::Reader& database, db::BillingFilter filter)
        : database_(database), filter_(filter) {}

    // Visits the next page, by (lease, window, place in the log); false: there is none, and nothing
    // was visited. A page may be empty.
    bool next(const Visit& visit);

 private:
    bool find_leases();
    // How many of the leases in hand make the next page, and the window starts to take of them.
    std::size_t choose(Window& starts);

    db::Reader database_;
    db::BillingFilter filter_;
    std::deque<db::BilledLease> leases_;
    LeaseId after_;
    bool more_leases_ = true;
    Time slice_;  // of a lease that is longer than a page: where the next page begins
    bool sliced_ = false;
};

}  // namespace suanpan::services
