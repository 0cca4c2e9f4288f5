#pragma once

// What closing each open call would give, for those who watch it. Finding out looks at every order
// of the market on the core's thread, so that one answer serves all who ask within a second.

#include "matching/engine.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace suanpan::api {

// Thread-safe.
class IndicativeCalls {
 public:
    using Instant = std::chrono::steady_clock::time_point;
    using Find = std::function<matching::CallView(const matching::CallTerms&)>;
    static constexpr std::chrono::seconds kFresh{1};

    // The call as it stood at most kFresh before `now`; `find` is asked when nobody did. A call
    // that was closed and opened again with other terms is another call.
    matching::CallView get(const matching::CallTerms& call, const Find& find, Instant now);

 private:
    struct Seen {
        Instant at;
        matching::CallView view;
    };
    std::mutex mutex_;
    std::map<std::pair<matching::MarketKey, Window>, Seen> seen_;
};

}  // namespace suanpan::api
