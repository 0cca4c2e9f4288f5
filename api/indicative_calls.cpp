#include "api/indicative_calls.hpp"

namespace suanpan::api {

matching::CallView IndicativeCalls::get(const matching::CallTerms& call, const Find& find,
                                        Instant now) {
    const std::lock_guard lock(mutex_);
    // Also those of calls that have closed.
    std::erase_if(seen_, [&](const auto& entry) { return now - entry.second.at >= kFresh; });
    const std::pair key(call.market, call.window);
    const auto found = seen_.find(key);
    if (found != seen_.end() && found->second.view.terms == call) return found->second.view;
    const Seen seen{now, find(call)};
    seen_.insert_or_assign(key, seen);
    return seen.view;
}

}  // namespace suanpan::api
