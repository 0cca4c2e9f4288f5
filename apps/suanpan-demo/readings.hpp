#pragma once

// From active leases to signed readings that the server has accepted.

#include "base/json.hpp"
#include "base/units.hpp"
#include "client/api.hpp"
#include "client/meter.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace suanpan::demo {

struct MeteredLease {
    LeaseId id;
    std::string provider;
    Lots lots;
    Window window;  // from the activation to the contract's end
    Time sent_until;
};

// What a device delivers of what was sold, and how busy it is.
struct Deliver {
    std::int64_t available_ppm = kPpm;
    std::int64_t busy_ppm = kPpm;
    Duration step{kSecondsPerHour};
};

struct ReadingCounts {
    std::int64_t sent = 0;
    std::int64_t accepted = 0;
    std::int64_t refused = 0;
};

MeteredLease read_lease(const Json& lease);
// Adds leases that have become active since, of the side `provider` or `buyer`.
void note_active(client::Api& api, std::string_view side,
                 std::map<std::string, MeteredLease>& leases);
// Signs the lease's time up to `now` and adds the envelopes.
void sign_until(client::Meter& meter, MeteredLease& lease, Time now, const Deliver& deliver,
                Json& envelopes, ReadingCounts& counts);
// Sends all of them; counts what was accepted and refused.
void send_readings(client::Api& api, const Json& envelopes, ReadingCounts& counts);

}  // namespace suanpan::demo
