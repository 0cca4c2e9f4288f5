#include "api/streaming/subscription.hpp"

#include <fmt/format.h>

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

void Subscription::begin(LogIndex size, const std::string& items, bool complete) {
    if (ended_) return;
    begun_ = true;
    from_ = size;
    outlet_->tell(snapshot_message(name_, seq_, size, complete, items));
    for (const auto& [changed_at, changed] : early_)
        change(changed_at, changed);
    early_ = {};
}

void Subscription::change(LogIndex size, const std::string& items) {
    if (ended_ || (begun_ && size <= from_)) return;
    if (begun_) {
        ++seq_;
        outlet_->tell(changes_message(name_, seq_, size, items));
        return;
    }
    early_bytes_ += items.size();
    if (early_bytes_ > kMostEarly) return outlet_->fall_behind();
    early_.emplace_back(size, items);
}

}  // namespace suanpan::api
