#include "api/streaming/subscription.hpp"

#include <fmt/format.h>

#include <utility>

namespace suanpan::api {

namespace {

constexpr std::size_t kMostEarly = std::size_t{1} << 20U;  // bytes

}  // namespace

// A channel's name has nothing that JSON escapes.
std::string snapshot_message(std::string_view channel, std::int64_t seq, LogIndex size,
                             bool complete, std::string_view items) {
    return fmt::format(
        R"({{"type":"snapshot","channel":"{}","seq":{},"log_size":{},"complete":{},"items":{}}})",
        channel, seq, size.value, complete, items);
}

std::string changes_message(std::string_view channel, std::int64_t seq, LogIndex size,
                            std::string_view items) {
    return fmt::format(R"({{"type":"changes","channel":"{}","seq":{},"log_size":{},"items":{}}})",
                       channel, seq, size.value, items);
}

void Subscription::begin(LogIndex size, const std::string& items, bool complete, Time fixed) {
    if (ended_) return;
    begun_ = true;
    from_ = told_ = size;
    fixed_ = fixed;
    outlet_->tell(snapshot_message(name_, seq_, size, complete, items));
    for (const Early& early : std::exchange(early_, {})) {
        if (early.fixed)
            fix(*early.fixed, early.items);
        else
            change(early.size, early.items);
    }
}

void Subscription::change(LogIndex size, const std::string& items) {
    if (ended_ || (begun_ && size <= from_)) return;
    if (!begun_) return keep({size, std::nullopt, items});
    told_ = size;
    tell(items);
}

void Subscription::fix(Time at, const std::string& items) {
    if (ended_ || (begun_ && at <= fixed_)) return;
    if (!begun_) return keep({LogIndex(), at, items});
    tell(items);
}

void Subscription::keep(Early early) {
    early_bytes_ += early.items.size();
    if (early_bytes_ > kMostEarly) return outlet_->fall_behind();
    early_.push_back(std::move(early));
}

void Subscription::tell(const std::string& items) {
    ++seq_;
    outlet_->tell(changes_message(name_, seq_, told_, items));
}

}  // namespace suanpan::api
