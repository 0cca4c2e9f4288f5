#include "api/rate_limits.hpp"

#include <algorithm>

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
    Instant& full_at = full_at_.try_emplace(std::string(name), now).first->second;
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

// Whose tokens are all there is as one never seen. If all are busy, all begin anew: memory is
// bounded whoever asks.
void RateLimiter::forget_full(Instant now) {
    std::erase_if(full_at_, [now](const auto& known) { return known.second <= now; });
    if (full_at_.size() >= kMostKnown) full_at_.clear();
}

}  // namespace suanpan::api
