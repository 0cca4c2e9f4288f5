#include "services/metering/seen_readings.hpp"

#include <gtest/gtest.h>

namespace suanpan::services {
namespace {

SeenReadings::Chain chain_of(std::uint8_t lease) {
    SeenReadings::Chain chain;
    chain.first.bytes[0] = lease;
    return chain;
}

TEST(SeenReadings, OnlyWhatLiesAboveAllBeforeIsSurelyNew) {
    SeenReadings seen;
    EXPECT_FALSE(seen.pass(chain_of(1), {0, 0}, {0, 39})) << "nothing is known of the chain";
    EXPECT_FALSE(seen.knows(chain_of(1)));
    seen.begin(chain_of(1), std::nullopt);
    EXPECT_TRUE(seen.pass(chain_of(1), {0, 0}, {0, 39})) << "nothing is stored";
    EXPECT_TRUE(seen.pass(chain_of(1), {0, 40}, {0, 79}));
    EXPECT_FALSE(seen.pass(chain_of(1), {0, 40}, {0, 79})) << "a repeat";
    EXPECT_FALSE(seen.pass(chain_of(1), {0, 79}, {0, 90})) << "it overlaps";
    EXPECT_TRUE(seen.pass(chain_of(1), {0, 100}, {0, 110})) << "after a gap";
    EXPECT_FALSE(seen.pass(chain_of(1), {0, 91}, {0, 99})) << "what fills the gap";
    EXPECT_TRUE(seen.pass(chain_of(1), {1, 0}, {1, 0})) << "a new epoch";
    EXPECT_FALSE(seen.pass(chain_of(2), {5, 0}, {5, 0})) << "another lease";
}

// Once a chain of which the server did not know was begun by the batch that came first, and what
// was stored behind that counted as new.
TEST(SeenReadings, AChainBeginsAtWhatIsStored) {
    SeenReadings seen;
    seen.begin(chain_of(1), ReadingKey{0, 120});
    EXPECT_FALSE(seen.pass(chain_of(1), {0, 0}, {0, 39}));
    EXPECT_FALSE(seen.pass(chain_of(1), {0, 40}, {0, 79})) << "stored as well";
    EXPECT_TRUE(seen.pass(chain_of(1), {0, 121}, {0, 160}));
    seen.begin(chain_of(1), ReadingKey{0, 120});
    EXPECT_FALSE(seen.pass(chain_of(1), {0, 160}, {0, 160})) << "begun again by another request";
}

// A batch that was let through counts as seen, whatever became of it.
TEST(SeenReadings, NeverGoesBack) {
    SeenReadings seen;
    seen.begin(chain_of(1), std::nullopt);
    (void)seen.pass(chain_of(1), {2, 0}, {2, 9});
    EXPECT_FALSE(seen.pass(chain_of(1), {1, 0}, {1, 9}));
    EXPECT_TRUE(seen.pass(chain_of(1), {2, 10}, {2, 10}));
}

}  // namespace
}  // namespace suanpan::services
