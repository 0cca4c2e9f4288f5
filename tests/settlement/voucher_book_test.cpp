#include "settlement/voucher_book.hpp"

#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <string>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kMonth = 31 * 86'400;

class VoucherBookTest : public testing::Test {
 protected:
    VoucherBookTest() {
        programme_.id.bytes[15] = 1;
        programme_.funders = {{test_organisation(9), Ppm(kPpm)}};
        programme_.currency = "CNY";
        programme_.budget = Money(1'000);
        programme_.from = Time(0);
        programme_.until = Time(10 * kMonth);
        programme_.share_paid = Ppm(500'000);
        programme_.caps = {Money(600), Money(700), Money(300)};
        EXPECT_TRUE(book_.open(programme_).has_value());
    }

    Grant grant(std::uint8_t n, std::int64_t amount, std::int64_t expires = 5 * kMonth) const {
        Grant out;
        out.id.bytes[15] = n;
        out.programme = programme_.id;
        out.organisation = test_organisation(1);
        out.amount = Money(amount);
        out.expires = Time(expires);
        return out;
    }
    static ReservationKey key(std::uint8_t n, std::uint8_t holder) {
        ReservationKey out;
        out.grant.bytes[15] = n;
        out.holder[15] = holder;
        return out;
    }
    // "ok" or the code of the refusal.
    template <typename T>
    static std::string code(const Result<T>& result) {
        return result ? "ok" : result.error().code();
    }
    Result<Money> reserve(const ReservationKey& reservation, std::int64_t most,
                          std::int64_t now = 1) {
        return book_.reserve(reservation,
                             VoucherOrder{test_organisation(1), {}, "AI-FP16", "CNY", ""},
                             Money(most), Time(now));
    }
    void TearDown() override { EXPECT_TRUE(book_.adds_up()); }

    Programme programme_;
    VoucherBook book_;
};

TEST_F(VoucherBookTest, GrantsComeFromTheBudget) {
    EXPECT_EQ(code(book_.open(programme_)), "programme_exists");
    Grant unknown = grant(1, 10);
    unknown.programme.bytes[0] = 7;
    EXPECT_EQ(code(book_.grant(unknown, Time(1))), "unknown_programme");
    EXPECT_EQ(code(book_.grant(grant(1, 0), Time(1))), "bad_amount");
    EXPECT_EQ(code(book_.grant(grant(1, 10, 1), Time(1))), "grant_expired");
    EXPECT_EQ(code(book_.grant(grant(1, 10, 10 * kMonth + 1), Time(1))), "grant_expired");
    EXPECT_EQ(code(book_.grant(grant(1, 10), Time(-1))), "grant_expired");
    EXPECT_EQ(code(book_.grant(grant(1, 601), Time(1))), "voucher_over_cap");
    EXPECT_EQ(code(book_.grant(grant(1, 600), Time(1))), "ok");
    EXPECT_EQ(code(book_.grant(grant(1, 10), Time(1))), "grant_exists");
    EXPECT_EQ(code(book_.grant(grant(2, 401), Time(1))), "budget_exhausted");
    EXPECT_EQ(code(book_.fund(programme_.id, Money(0))), "bad_amount");
    EXPECT_EQ(code(book_.fund(programme_.id, Money(1))), "ok");
    EXPECT_EQ(code(book_.grant(grant(2, 401), Time(1))), "ok");
    EXPECT_EQ(book_.totals(programme_.id), (ProgrammeTotals{Money(1'001), Money(0), Money(1'001),
                                                            Money(0), Money(0), Money(0)}));
}

TEST_F(VoucherBookTest, ReservesTheLeastOfWhatIsAskedLeftAndAllowed) {
    ASSERT_EQ(code(book_.grant(grant(1, 400), Time(1))), "ok");
    EXPECT_EQ(*reserve(key(1, 1), 100), Money(100));
    EXPECT_EQ(*reserve(key(1, 2), 0), Money(0));
    EXPECT_EQ(*reserve(key(1, 2), 250), Money(200)) << "300 a month";
    EXPECT_EQ(code(reserve(key(1, 3), 1)), "voucher_over_cap");
    EXPECT_EQ(*reserve(key(1, 3), 250, kMonth), Money(100)) << "what is left";
    EXPECT_EQ(code(reserve(key(1, 4), 1, kMonth)), "grant_exhausted");
    // The organisation's 700 over all its grants.
    ASSERT_EQ(code(book_.grant(grant(2, 600), Time(1))), "ok");
    EXPECT_EQ(*reserve(key(2, 1), 250, 2 * kMonth), Money(250));
    EXPECT_EQ(*reserve(key(2, 2), 250, 3 * kMonth), Money(50));
    EXPECT_EQ(code(reserve(key(2, 3), 1, 4 * kMonth)), "voucher_over_cap");
    // What is released can be used again.
    EXPECT_EQ(code(book_.release(key(1, 1), Money(30))), "ok");
    EXPECT_EQ(*reserve(key(2, 3), 250, 4 * kMonth), Money(30));
}

TEST_F(VoucherBookTest, EveryRefusalOfAReservationHasItsCode) {
    ASSERT_EQ(code(book_.grant(grant(1, 400, kMonth), Time(1))), "ok");
    EXPECT_EQ(code(reserve(key(9, 1), 1)), "unknown_grant");
    const auto with = [&](auto change) {
        VoucherOrder order{test_organisation(1), {}, "AI-FP16", "CNY", ""};
        change(order);
        return code(book_.reserve(key(1, 1), order, Money(1), Time(1)));
    };
    EXPECT_EQ(with([](VoucherOrder& o) { o.buyer = test_organisation(2); }), "unknown_grant");
    EXPECT_EQ(with([](VoucherOrder& o) { o.currency = "EUR"; }), "not_eligible");
    EXPECT_EQ(code(reserve(key(1, 1), 1, kMonth)), "grant_expired");
    EXPECT_EQ(with([](VoucherOrder&) {}), "ok");
    EXPECT_EQ(with([](VoucherOrder&) {}), "already_reserved");
    EXPECT_EQ(code(book_.redeem(key(1, 1), Money(2))), "over_reserved");
    EXPECT_EQ(code(book_.redeem(key(1, 2), Money(0))), "over_reserved");
    EXPECT_EQ(code(book_.release(key(1, 1), Money(-1))), "over_reserved");
    EXPECT_EQ(code(book_.move(key(1, 1), key(1, 2).holder, Money(2))), "over_reserved");
    EXPECT_EQ(code(book_.give_back(key(9, 1).grant, Month(0), Money(1))), "unknown_grant");
    EXPECT_EQ(code(book_.give_back(key(1, 1).grant, Month(0), Money(1))), "over_redeemed");
}

TEST_F(VoucherBookTest, RevokesOnlyWhatNobodyHolds) {
    ASSERT_EQ(code(book_.grant(grant(1, 400), Time(1))), "ok");
    ASSERT_EQ(*reserve(key(1, 1), 100), Money(100));
    EXPECT_EQ(code(book_.revoke(key(1, 1).grant, Time(2))), "grant_reserved");
    ASSERT_EQ(code(book_.redeem(key(1, 1), Money(60))), "ok");
    ASSERT_EQ(code(book_.release(key(1, 1), Money(40))), "ok");
    EXPECT_EQ(code(book_.revoke(key(1, 1).grant, Time(2))), "ok");
    EXPECT_EQ(code(book_.revoke(key(1, 1).grant, Time(2))), "grant_revoked");
    EXPECT_EQ(code(reserve(key(1, 2), 1)), "grant_revoked");
    EXPECT_EQ(book_.totals(programme_.id).ungranted, Money(940));
    // A correction of what was redeemed goes where the rest went.
    EXPECT_EQ(code(book_.give_back(key(1, 1).grant, Month(0), Money(61))), "over_redeemed");
    EXPECT_EQ(code(book_.give_back(key(1, 1).grant, Month(1), Money(10))), "over_redeemed");
    EXPECT_EQ(code(book_.give_back(key(1, 1).grant, Month(0), Money(10))), "ok");
    EXPECT_EQ(book_.totals(programme_.id).ungranted, Money(950));
}

TEST_F(VoucherBookTest, WhatIsReservedOutlivesTheGrant) {
    ASSERT_EQ(code(book_.grant(grant(1, 400, kMonth), Time(1))), "ok");
    ASSERT_EQ(*reserve(key(1, 1), 100), Money(100));
    EXPECT_EQ(book_.next_expiry(), Time(kMonth));
    book_.expire(Time(kMonth));
    EXPECT_EQ(book_.next_expiry(), std::nullopt);
    EXPECT_EQ(code(book_.revoke(key(1, 1).grant, Time(kMonth))), "grant_expired");
    EXPECT_EQ(book_.totals(programme_.id), (ProgrammeTotals{Money(1'000), Money(600), Money(0),
                                                            Money(100), Money(0), Money(300)}));
    ASSERT_EQ(code(book_.redeem(key(1, 1), Money(70))), "ok");
    ASSERT_EQ(code(book_.release(key(1, 1), Money(30))), "ok");
    EXPECT_EQ(book_.totals(programme_.id), (ProgrammeTotals{Money(1'000), Money(600), Money(0),
                                                            Money(0), Money(70), Money(330)}));
}

TEST_F(VoucherBookTest, AnOrdersPartMovesToItsLeases) {
    ASSERT_EQ(code(book_.grant(grant(1, 400), Time(1))), "ok");
    ASSERT_EQ(*reserve(key(1, 1), 100), Money(100));
    ASSERT_EQ(code(book_.move(key(1, 1), key(1, 2).holder, Money(30))), "ok");
    ASSERT_EQ(code(book_.move(key(1, 1), key(1, 2).holder, Money(10))), "ok");
    ASSERT_EQ(code(book_.move(key(1, 1), key(1, 3).holder, Money(60))), "ok");
    EXPECT_EQ(book_.reserved(key(1, 1)), Money(0));
    EXPECT_EQ(book_.reserved(key(1, 2)), Money(40));
    EXPECT_EQ(book_.reserved(key(1, 3)), Money(60));
    EXPECT_EQ(book_.reservations().size(), 2U);
}

TEST_F(VoucherBookTest, WhatIsLeftOfAProgrammeThatIsOverLeavesTheBudget) {
    const Time over(10 * kMonth);
    ASSERT_EQ(code(book_.grant(grant(1, 500), Time(1))), "ok");
    ASSERT_EQ(code(reserve(key(1, 1), 200)), "ok");
    ProgrammeId unknown;
    unknown.bytes[0] = 7;
    EXPECT_EQ(code(book_.close(unknown, over)), "unknown_programme");
    EXPECT_EQ(code(book_.close(programme_.id, Time(over.value - 1))), "programme_not_over");
    book_.expire(over);
    // 500 were never granted, 300 of the grant expired.
    EXPECT_EQ(book_.close(programme_.id, over).value(), Money(800));
    EXPECT_EQ(book_.totals(programme_.id),
              (ProgrammeTotals{Money(200), Money(0), Money(0), Money(200), Money(0), Money(0)}));
    EXPECT_EQ(code(book_.close(programme_.id, over)), "nothing_to_return");
    // What a lease did not need comes back later.
    EXPECT_EQ(code(book_.redeem(key(1, 1), Money(150))), "ok");
    EXPECT_EQ(code(book_.release(key(1, 1), Money(50))), "ok");
    EXPECT_EQ(book_.close(programme_.id, over).value(), Money(50));
    EXPECT_EQ(book_.totals(programme_.id),
              (ProgrammeTotals{Money(150), Money(0), Money(0), Money(0), Money(150), Money(0)}));
}

TEST(ProgrammeTotals, AddUpOrDoNot) {
    ProgrammeTotals totals{Money(15), Money(1), Money(2), Money(3), Money(4), Money(5)};
    EXPECT_TRUE(adds_up(totals));
    totals.expired.value += 1;
    EXPECT_FALSE(adds_up(totals));
    totals = {Money(0), Money(1), Money(-1), Money(0), Money(0), Money(0)};
    EXPECT_FALSE(adds_up(totals));
}

}  // namespace
}  // namespace suanpan::settlement
