#include "matching/ladders.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace suanpan::matching {
namespace {

// One lane of sells. An order's number is its sequence.
class OneLane {
 public:
    OneLane() { lane_ = ladders_.add_lane(0, Unit::kLot, false, Rate(1'000)); }

    std::uint32_t make(std::int64_t sequence) {
        const std::uint32_t slot = orders_.take({});
        orders_[slot].sequence = sequence;
        orders_[slot].window = {Time(0), Time(60)};
        return slot;
    }
    void insert(std::uint32_t slot, Rank rank) {
        ladders_.insert<false>(slot, orders_[slot], lane_, rank);
    }
    void remove(std::uint32_t slot) { ladders_.remove(orders_[slot]); }
    void relink(std::uint32_t slot, Rank rank) { ladders_.relink(slot, lane_, rank); }

    [[nodiscard]] std::vector<std::int64_t> sequences() const {
        std::vector<std::int64_t> out;
        ladders_.for_each_order([&](std::uint32_t slot) { out.push_back(orders_[slot].sequence); });
        return out;
    }

 private:
    OrderStore orders_;
    Slab<Level> levels_;
    Ladders ladders_{false, 0, orders_, levels_};
    std::uint32_t lane_ = 0;
};

using Sequences = std::vector<std::int64_t>;

TEST(Ladders, KeepALevelBySequenceWhateverComesFirst) {
    OneLane lane;
    for (const std::int64_t sequence : {5, 9, 2, 7, 1})
        lane.insert(lane.make(sequence), 100);
    EXPECT_EQ(lane.sequences(), (Sequences{1, 2, 5, 7, 9}));
}

TEST(Ladders, KeepTheirSequenceWhenAnOrderIsTakenBackIn) {
    OneLane lane;
    const std::uint32_t only = lane.make(8);
    lane.insert(only, 100);
    lane.remove(only);
    lane.relink(only, 100);
    lane.insert(lane.make(3), 100);
    EXPECT_EQ(lane.sequences(), (Sequences{3, 8}));
}

TEST(Ladders, TellLevelsBestFirst) {
    OneLane lane;
    std::int64_t sequence = 0;
    // More levels than a run has room for, so that runs split and go.
    std::vector<std::uint32_t> slots;
    for (const Rank rank : {300, 100, 200}) {
        for (Rank step = 0; step < 100; ++step) {
            slots.push_back(lane.make(rank + step));
            lane.insert(slots.back(), rank + step);
        }
    }
    Sequences expected;
    for (sequence = 100; sequence < 400; ++sequence)
        expected.push_back(sequence);
    EXPECT_EQ(lane.sequences(), expected);
    // The whole of the first run goes.
    for (const std::uint32_t slot : std::vector(slots.begin() + 100, slots.begin() + 200))
        lane.remove(slot);
    expected.erase(expected.begin(), expected.begin() + 100);
    EXPECT_EQ(lane.sequences(), expected);
}

}  // namespace
}  // namespace suanpan::matching
