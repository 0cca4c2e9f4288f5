// What a filter of names may and may not get wrong.
#include "services/trading/name_filter.hpp"

#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::uint64_t kSeed = 20'260'101;
constexpr int kNames = 300'000;  // several layers

Hash name(int i) {
    return sha256(std::to_string(kSeed) + "/" + std::to_string(i));
}

NameFilter filter_of(int from, int until) {
    NameFilter filter;
    for (int i = from; i < until; ++i)
        filter.add(name(i));
    return filter;
}

int count_of(const NameFilter& filter, int from, int until) {
    int found = 0;
    for (int i = from; i < until; ++i)
        found += filter.may_have(name(i)) ? 1 : 0;
    return found;
}

TEST(NameFilter, AnEmptyOneHasNothing) {
    EXPECT_EQ(count_of(NameFilter(), 0, 1'000), 0);
}

TEST(NameFilter, HasEveryNameThatWasAddedHoweverItGrew) {
    SCOPED_TRACE(kSeed);
    NameFilter filter;
    for (int i = 0; i < kNames; ++i) {
        filter.add(name(i));
        ASSERT_TRUE(filter.may_have(name(i))) << i;
    }
    EXPECT_EQ(count_of(filter, 0, kNames), kNames);
    EXPECT_EQ(filter.names(), static_cast<std::size_t>(kNames));
}

TEST(NameFilter, SeldomTakesANewNameForOneItHas) {
    SCOPED_TRACE(kSeed);
    const NameFilter filter = filter_of(0, kNames);
    EXPECT_LT(count_of(filter, kNames, 2 * kNames), kNames / 1'000);
}

TEST(NameFilter, GrowsWithTheNamesAndNotFaster) {
    const NameFilter filter = filter_of(0, kNames);
    EXPECT_GT(filter.bytes(), NameFilter().bytes());
    EXPECT_LE(filter.bytes(), NameFilter().bytes() + std::size_t{8} * kNames);
}

TEST(NameFilter, TakesInTheNamesOfAnotherAndGoesOnGrowing) {
    SCOPED_TRACE(kSeed);
    NameFilter filter = filter_of(0, kNames / 2);
    filter.absorb(filter_of(kNames / 2, kNames / 2 + 100));
    for (int i = kNames / 2 + 100; i < kNames; ++i)
        filter.add(name(i));
    EXPECT_EQ(count_of(filter, 0, kNames), kNames);
    EXPECT_EQ(filter.names(), static_cast<std::size_t>(kNames));
}

}  // namespace
}  // namespace suanpan::services
