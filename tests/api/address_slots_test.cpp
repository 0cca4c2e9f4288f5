#include "api/streaming/address_slots.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace suanpan::api {
namespace {

using SlotPtr = std::unique_ptr<AddressSlots::Slot>;

TEST(AddressSlots, AreBoundedForEachAddressAndFreeAgain) {
    AddressSlots slots(2);
    SlotPtr first = slots.take("192.0.2.1");
    const SlotPtr second = slots.take("192.0.2.1");
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(slots.take("192.0.2.1"));
    EXPECT_TRUE(slots.take("192.0.2.2")) << "another's";
    first.reset();
    first = slots.take("192.0.2.1");
    EXPECT_TRUE(first);
    EXPECT_FALSE(slots.take("192.0.2.1"));
}

TEST(AddressSlots, AMachineHasAllOfItsNetworkOfIpv6) {
    AddressSlots slots(1);
    const SlotPtr held = slots.take("2001:db8::1");
    EXPECT_FALSE(slots.take("2001:db8::2"));
    EXPECT_TRUE(slots.take("2001:db8:0:1::1"));
}

TEST(AddressSlots, WithoutABoundThereIsNone) {
    AddressSlots slots(0);
    std::vector<SlotPtr> held;
    for (int i = 0; i < 1'000; ++i)
        held.push_back(slots.take("192.0.2.1"));
    EXPECT_TRUE(held.back());
}

TEST(AddressSlots, ASlotMayOutliveTheBound) {
    std::optional<AddressSlots> slots(std::in_place, 1);
    const SlotPtr held = slots->take("192.0.2.1");
    slots.reset();
    EXPECT_TRUE(held);
}

}  // namespace
}  // namespace suanpan::api
