#pragma once

// How often somebody may ask: a bucket of tokens for each name, filled at a steady rate (the
// generic cell rate algorithm, ITU-T I.371: one number a name).

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace suanpan::api {

struct RateLimit {
    std::int64_t per_second = 0;  // 0: no limit
    std::int64_t burst = 0;       // so many at once
};

struct RateState {
    bool allowed = true;
    std::int64_t limit = 0;      // the burst; 0: there is no limit
    std::int64_t remaining = 0;  // more at once now
    std::int64_t reset_s = 0;    // until all of the burst is there again, rounded up
    std::int64_t retry_s = 0;    // until one is allowed again, rounded up; of a refusal
};

// Whom an address stands for: itself, or with IPv6 its /64, of which one machine has all.
std::string name_of_address(const std::string& address);

// Thread-safe.
class RateLimiter {
 public:
    using Instant = std::chrono::steady_clock::time_point;

    explicit RateLimiter(RateLimit limit);
    // Takes a token of `name`, if one is there.
    RateState take(std::string_view name, Instant now);
    [[nodiscard]] std::size_t known() const;

 private:
    using Nanoseconds = std::chrono::nanoseconds;
    void forget_full(Instant now);

    RateLimit limit_;
    Nanoseconds interval_{};   // between two tokens
    Nanoseconds tolerance_{};  // that a burst may run ahead
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Instant> full_at_;  // when all tokens are there again
    Instant cleaned_{};
};

}  // namespace suanpan::api
