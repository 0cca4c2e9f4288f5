#pragma once

// Who may come in, before anybody looks at what they want.

#include "api/finishing.hpp"
#include "api/rate_limits.hpp"

#include <string>
#include <utility>
#include <vector>

namespace suanpan::api {

struct Gate {
    Gate(std::vector<std::string> origins, RateLimit key, RateLimit address)
        : cors(std::move(origins)), keys(key), addresses(address) {}

    Cors cors;
    RateLimiter keys;       // by API key
    RateLimiter addresses;  // by address: calls without a key, or with one that is none
};

}  // namespace suanpan::api
