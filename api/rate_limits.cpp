#include "api/rate_limits.hpp"

#include "services/ip_address.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace suanpan::api {

namespace {

constexpr std::size_t kMostKnown = 100'000;

std::int64_t seconds_up(std::chrono::nanoseconds time) {
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

}  // namespace

RateLimiter::RateLimiter(RateLimit limit) : limit_(limit) {
    if (limit.per_second == 0) return;
    interval_ = Nanoseconds(std::chrono::seconds(1)) / limit.per_second;
    tolerance_ = interval_ * limit.burst;
}

RateState RateLimiter::take(std::string_view name, Instant now) {
    if (limit_.per_second == 0) return {};
    const std::scoped_lock lock(mutex_);
    if (full_at_.size() >= kMostKnown) forget_full(now);
    // Where there is no room for more names, those that are new share one bucket.
    std::string key(full_at_.size() < kMostKnown || full_at_.contains(std::string(name)) ? name
                                                                                         : "");
    Instant& full_at = full_at_.try_emplace(std::move(key), now).first->second;
    const Instant next = std::max(full_at, now) + interval_;
    RateState state;
    state.limit = limit_.burst;
    state.allowed = next - now <= tolerance_;
    if (state.allowed)
        full_at = next;
    else
        state.retry_s = seconds_up(next - now - tolerance_);
    state.remaining = (tolerance_ - (full_at - now)) / interval_;
    state.reset_s = seconds_up(full_at - now);
    return state;
}

std::size_t RateLimiter::known() const {
    const std::scoped_lock lock(mutex_);
    return full_at_.size();
}

// Whose tokens are all there is as one never seen.
void RateLimiter::forget_full(Instant now) {
    if (now - cleaned_ < std::chrono::seconds(1)) return;
    cleaned_ = now;
    std::erase_if(full_at_, [now](const auto& known) { return known.second <= now; });
}

std::string name_of_address(const std::string& address) {
    constexpr std::ptrdiff_t kPrefix = 8;
    auto bytes = services::parse_ip(address);
    if (!bytes) return address;
    // Of IPv4 all of it counts, in whichever form it came.
    if (*bytes != services::map_last_bytes(*bytes))
        std::fill(bytes->begin() + kPrefix, bytes->end(), std::uint8_t{0});
    return services::ip_text(*bytes);
}

}  // namespace suanpan::api
