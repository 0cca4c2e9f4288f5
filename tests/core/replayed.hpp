#pragma once

// The log's entries replayed, and the state's rows loaded, are the market that wrote them.

#include "core/replay.hpp"
#include "small_market.hpp"

#include <gtest/gtest.h>

namespace suanpan::core {

inline void expect_the_same_from_log_and_rows(const SmallMarket& day) {
    Replay replay;
    for (const std::string& entry : day.log) {
        const auto followed = replay.next(entry);
        ASSERT_TRUE(followed) << followed.error().detail();
    }
    const Rows state = day.market.state();
    EXPECT_EQ(digest(replay.market().state()), digest(state));
    Market loaded;
    loaded.load(state);
    EXPECT_EQ(digest(loaded.state()), digest(state));
    EXPECT_EQ(loaded.next_due(), day.market.next_due());
}

}  // namespace suanpan::core
