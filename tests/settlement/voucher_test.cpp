#include "settlement/voucher.hpp"

#include "base/json.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace suanpan::settlement {
namespace {

Programme city() {
    Programme out;
    out.id.bytes[15] = 1;
    out.funders = {{test_organisation(10), Ppm(600'000)}, {test_organisation(11), Ppm(400'000)}};
    out.currency = "CNY";
    out.budget = Money(1'000);
    out.from = Time(0);
    out.until = Time(1'000'000);
    out.share_paid = Ppm(500'000);
    return out;
}

VoucherOrder order() {
    return VoucherOrder{test_organisation(1), {BuyerKind::kMaker}, "AI-FP16", "CNY", "training"};
}

TEST(Voucher, RefusesBadProgrammes) {
    const auto code = [](auto change) {
        Programme programme = city();
        change(programme);
        const auto checked = check_programme(programme);
        return checked ? std::string("ok") : checked.error().code();
    };
    using P = Programme;
    EXPECT_EQ(code([](P&) {}), "ok");
    EXPECT_EQ(code([](P& p) { p.funders.clear(); }), "bad_shares");
    EXPECT_EQ(code([](P& p) { p.funders[0].share = Ppm(600'001); }), "bad_shares");
    EXPECT_EQ(code([](P& p) { p.funders[0].funder = p.funders[1].funder; }), "bad_shares");
    EXPECT_EQ(code([](P& p) { p.currency.clear(); }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.budget = Money(-1); }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.until = p.from; }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.share_paid = Ppm(0); }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.share_paid = Ppm(kPpm + 1); }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.caps.month = Money(0); }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.index_margin = Ppm(-1); }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.scope.hubs = {"b", "a"}; }), "bad_programme");
    EXPECT_EQ(code([](P& p) { p.scope.kinds = {BuyerKind::kMaker, BuyerKind::kMaker}; }),
              "bad_programme");
}

TEST(Voucher, AnOrderMustBeOfTheProgrammesKind) {
    Programme programme = city();
    EXPECT_TRUE(check_voucher_order(programme, order()).has_value());
    const auto eligible = [&] { return check_voucher_order(programme, order()).has_value(); };
    programme.scope.classes = {"AI-FP16", "HPC-FP64"};
    programme.scope.purposes = {"simulation", "training"};
    programme.scope.kinds = {BuyerKind::kUniversity, BuyerKind::kMaker};
    EXPECT_TRUE(eligible());
    programme.scope.kinds = {BuyerKind::kUniversity};
    EXPECT_FALSE(eligible());
    programme.scope.kinds.clear();
    programme.scope.purposes = {"simulation"};
    EXPECT_FALSE(eligible());
    programme.scope.purposes.clear();
    programme.scope.classes = {"HPC-FP64"};
    EXPECT_FALSE(eligible());
    programme.scope.classes.clear();
    programme.currency = "EUR";
    EXPECT_EQ(check_voucher_order(programme, order()).error().code(), "not_eligible");
}

TEST(Voucher, NoSaleBetweenRelatedOrganisationsNorOutsideOfTheScope) {
    Programme programme = city();
    RelatedOrganisations relations;
    const OrganisationId buyer = test_organisation(1);
    const VoucherSeller seller{test_organisation(2), "gui-an"};
    const auto code = [&] {
        const auto checked = check_voucher_sale(programme, buyer, seller, relations);
        return checked ? std::string("ok") : checked.error().code();
    };
    EXPECT_EQ(code(), "ok");
    EXPECT_EQ(check_voucher_sale(programme, buyer, {buyer, "gui-an"}, relations).error().code(),
              "related_parties");
    relations.set_group(buyer, "group");
    EXPECT_EQ(code(), "ok");
    relations.set_group(seller.provider, "group");
    EXPECT_EQ(code(), "related_parties");
    relations.set_group(seller.provider, "other");
    EXPECT_EQ(code(), "ok");
    relations.set_group(seller.provider, "group");
    relations.set_group(buyer, "");
    EXPECT_EQ(code(), "ok");
    programme.scope.providers = {test_organisation(3)};
    EXPECT_EQ(code(), "not_eligible");
    programme.scope.providers = {test_organisation(2), test_organisation(3)};
    programme.scope.hubs = {"horinger"};
    EXPECT_EQ(code(), "not_eligible");
    programme.scope.hubs = {"gui-an"};
    EXPECT_EQ(code(), "ok");
}

TEST(Voucher, ThePriceCapIsTheIndexAndTheMargin) {
    Programme programme = city();
    EXPECT_EQ(*voucher_price_cap(programme, Price(50'000)), std::nullopt);
    programme.index_margin = Ppm(0);
    EXPECT_EQ(*voucher_price_cap(programme, Price(50'000)), Price(50'000));
    programme.index_margin = Ppm(100'001);
    EXPECT_EQ(*voucher_price_cap(programme, Price(50'009)), Price(55'009));
    EXPECT_EQ(voucher_price_cap(programme, Price(std::numeric_limits<std::int64_t>::max()))
                  .error()
                  .code(),
              "overflow");
}

TEST(Voucher, FundersPayTheirSharesAndTheLeftOverUnitsInOrder) {
    Programme programme = city();
    EXPECT_EQ(split_by_funders(programme, Money(10)), (std::vector{Money(6), Money(4)}));
    EXPECT_EQ(split_by_funders(programme, Money(11)), (std::vector{Money(7), Money(4)}));
    EXPECT_EQ(split_by_funders(programme, Money(0)), (std::vector{Money(0), Money(0)}));
}

TEST(Voucher, JsonGoesThereAndBack) {
    Programme programme = city();
    EXPECT_TRUE(is_canonical_json(to_json(programme)));
    EXPECT_EQ(*parse_programme(to_json(programme)), programme);
    programme.caps = {Money(1), Money(2), Money(3)};
    programme.scope = {{"AI-FP16"},
                       {"gui-an", "horinger"},
                       {test_organisation(1)},
                       {"training"},
                       {BuyerKind::kSmallFirm, BuyerKind::kMaker}};
    programme.index_margin = Ppm(100'000);
    EXPECT_TRUE(is_canonical_json(to_json(programme)));
    EXPECT_EQ(*parse_programme(to_json(programme)), programme);
}

TEST(Voucher, JsonFaultsAreNamedAtTheirPlaces) {
    std::string text = to_json(city());
    text.replace(text.find("\"kinds\":[]"), 10, "\"kinds\":[\"bank\"]");
    auto parsed = parse_programme(text);
    EXPECT_EQ(parsed.error().code(), "bad_programme");
    ASSERT_EQ(parsed.error().faults().size(), 1U);
    EXPECT_EQ(parsed.error().faults()[0].pointer, "/scope/kinds");
    EXPECT_EQ(parsed.error().faults()[0].code, "unknown_word");
    EXPECT_EQ(parse_programme("[]").error().code(), "bad_programme");
    Programme programme = city();
    programme.share_paid = Ppm(0);
    EXPECT_EQ(parse_programme(to_json(programme)).error().code(), "bad_programme");
}

}  // namespace
}  // namespace suanpan::settlement
