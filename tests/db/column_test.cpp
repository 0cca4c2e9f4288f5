#include "db/column.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanpan::db {
namespace {

template <typename T>
void expect_same(const T& value) {
    const Cell cell = Column<T>::encode(value);
    EXPECT_EQ(Column<T>::decode(cell ? CellView(*cell) : CellView()), value);
}

TEST(Column, GivesBackWhatItWasGiven) {
    expect_same(std::string("a \"quoted\\\" word, {with} everything"));
    expect_same(std::vector<std::string>{"", "NULL", "a,b", "\"", "\\", "{}", "算盘"});
    expect_same(std::vector<std::string>{});
    expect_same(std::numeric_limits<std::int64_t>::min());
    expect_same(Money(std::numeric_limits<std::int64_t>::max()));
    expect_same(std::vector<LogIndex>{LogIndex(0), LogIndex(7)});
    expect_same(std::vector<matching::Step>{{Time(5), Lots(3)}, {Time(9), Lots(0)}});
    expect_same(OrderId{});
    expect_same(std::optional<Time>());
    expect_same(std::optional<Time>(Time(3)));
    expect_same(Hash{1, 2, 255});
    expect_same(matching::MarketKey{"AI-FP16", "CNY"});
    expect_same(std::map<std::string, core::ClassRate>{{"AI-FP16", {Rate(5), true}},
                                                       {"AI-FP8", {Rate(9), false}}});
    OrganisationId owner;
    owner.bytes[15] = 7;
    expect_same(std::vector<settlement::OwnerOffer>{
        {owner, {std::numeric_limits<std::int64_t>::max(), Ppm(5)}}});
    core::RunTotals totals;
    totals.windows = 3;
    totals.sale = Money(std::numeric_limits<std::int64_t>::max());
    expect_same(std::map<std::string, core::RunTotals>{{"CNY", totals}});
}

TEST(Column, RefusesWhatItNeverWrote) {
    EXPECT_THROW(Column<std::int64_t>::decode("1x"), BadRow);
    EXPECT_THROW(Column<std::int64_t>::decode(std::nullopt), BadRow);
    EXPECT_THROW(Column<Hash>::decode("00"), BadRow);
    EXPECT_THROW(Column<core::Role>::decode("king"), BadRow);
    EXPECT_THROW(Column<OrderId>::decode("no uuid"), BadRow);
    EXPECT_THROW(Column<std::vector<matching::Step>>::decode("{1,2,3}"), BadRow);
    EXPECT_THROW(parse_array("1,2"), BadRow);
}

}  // namespace
}  // namespace suanpan::db
