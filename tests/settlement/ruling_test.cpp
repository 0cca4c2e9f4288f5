#include "settlement/ruling.hpp"

#include <gtest/gtest.h>

namespace suanpan::settlement {
namespace {

Ruling ruling() {
    Ruling out;
    out.dispute.bytes = make_id_bytes(Time(1'800'000'000), {1, 2, 3});
    out.key.bytes = make_id_bytes(Time(1'800'000'000), {4, 5, 6});
    out.delivered = {7'200'000'000, Ppm(25'000)};
    return out;
}

TEST(Ruling, IsReadBackAsItWasWritten) {
    const auto read = parse_ruling(make_ruling(ruling()));
    ASSERT_TRUE(read) << read.error().detail();
    EXPECT_EQ(*read, ruling());
}

TEST(Ruling, IsRefusedWithEveryFault) {
    const auto faulty = parse_ruling(R"({"credit_ppm":"-1","dispute":"lse_x","lot_us":1,"x":""})");
    ASSERT_FALSE(faulty);
    EXPECT_EQ(faulty.error().code(), "bad_ruling");
    EXPECT_EQ(faulty.error().faults().size(), 5U);
    EXPECT_EQ(parse_ruling("[]").error().code(), "bad_ruling");
    EXPECT_EQ(parse_ruling("{").error().code(), "bad_ruling");
    EXPECT_EQ(parse_ruling(std::string(2'000, ' ')).error().code(), "bad_ruling");
}

}  // namespace
}  // namespace suanpan::settlement
