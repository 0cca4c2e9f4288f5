#pragma once

// Who may come in, before anybody looks at what they want.

#include "api/finishing.hpp"
#include "api/rate_limits.hpp"
#include "api/streaming/address_slots.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::api {

struct Gate {
    Gate(std::vector<std::string> origins, RateLimit key, RateLimit address,
         std::int64_t streams_per_address)
        : cors(std::move(origins)), keys(key), addresses(address), streams(streams_per_address) {}

    Cors cors;
    RateLimiter keys;       // by API key
    RateLimiter addresses;  // by address: calls without a key, or with one that is none
    AddressSlots streams;   // by address, with a key or without
};

}  // namespace suanpan::api
