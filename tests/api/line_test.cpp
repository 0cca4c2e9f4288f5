#include "api/json/render.hpp"
#include "base/random.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace suanpan::api {
namespace {

using Names = std::set<std::string>;

const Names kCommon = {"run",    "lease",    "provider", "pool",     "market",
                       "window", "currency", "owners",   "log_index"};
const Names kSale = {"buyer",    "lots", "price",  "price_unit", "rate",  "lot_us",
                     "readings", "sale", "credit", "discount",   "amount"};
const Names kBuyer = {"voucher", "buyer_fee", "buyer_tax", "buyer_pays"};
const Names kProvider = {"provider_fee", "withheld", "provider_gets"};

Names names_of(const Json& line) {
    Names out;
    for (const auto& [name, value] : line.items())
        out.insert(name);
    return out;
}

Names together(std::initializer_list<Names> sets) {
    Names out;
    for (const Names& set : sets)
        out.insert(set.begin(), set.end());
    return out;
}

OrganisationId somebody() {
    return random_id<OrganisationId>(Time(1'700'000'000));
}

// A pool that its provider shares with two others.
struct SharedLine : testing::Test {
    db::LineInfo info;
    OrganisationId buyer = somebody();
    OrganisationId provider = somebody();
    OrganisationId second = somebody();
    OrganisationId third = somebody();

    SharedLine() {
        info.buyer = buyer;
        info.provider = provider;
        info.row.owners = {provider, second, third};
        info.row.line.owners = {Money(500'000), Money(300'000), Money(190'000)};
    }
};

using StatementLine = SharedLine;

TEST_F(StatementLine, ShowsEachPartyItsOwnMoney) {
    EXPECT_EQ(names_of(to_json(info, buyer)), together({kCommon, kSale, kBuyer}));
    EXPECT_EQ(names_of(to_json(info, provider)), together({kCommon, kSale, kProvider}));
    EXPECT_EQ(names_of(to_json(info, second)), kCommon);
    EXPECT_EQ(names_of(to_json(info, somebody())), kCommon);
    EXPECT_EQ(names_of(to_json(info, std::nullopt)), together({kCommon, kSale, kBuyer, kProvider}));
}

TEST_F(StatementLine, ShowsAnOwnerItsShareOnly) {
    EXPECT_TRUE(to_json(info, buyer)["owners"].empty());
    EXPECT_TRUE(to_json(info, somebody())["owners"].empty());
    EXPECT_EQ(to_json(info, std::nullopt)["owners"].size(), 3U);
    const Json shares = to_json(info, second)["owners"];
    ASSERT_EQ(shares.size(), 1U);
    EXPECT_EQ(shares[0]["organisation"], to_string(second));
    EXPECT_EQ(shares[0]["amount"], "0.300000");
    EXPECT_EQ(to_json(info, provider)["owners"][0]["amount"], "0.500000");
}

TEST_F(StatementLine, ShowsWhoIsSeveralPartiesAllOfThem) {
    info.buyer = provider;
    EXPECT_EQ(names_of(to_json(info, provider)), together({kCommon, kSale, kBuyer, kProvider}));
    info.buyer = second;
    EXPECT_EQ(names_of(to_json(info, second)), together({kCommon, kSale, kBuyer}));
    EXPECT_EQ(to_json(info, second)["owners"].size(), 1U);
}

}  // namespace
}  // namespace suanpan::api
