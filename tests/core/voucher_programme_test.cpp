// Programmes and grants of vouchers: who opens, funds and closes them, and with what.

#include "voucher_day.hpp"

namespace suanpan::core {
namespace {

using VoucherProgramme = VoucherDay;

TEST_F(VoucherProgramme, RefusesProgrammesWithTheFaultsCode) {
    const auto with = [](const auto& change) {
        OpenProgramme body{kFunder, programme()};
        change(body.programme);
        return body;
    };
    const auto as_is = with([](auto&) {});
    EXPECT_EQ(refusal(run(kBuyer, as_is)), "not_allowed");
    EXPECT_EQ(refusal(run(kBuyer, OpenProgramme{kBuyer, programme()})), "role_missing");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.share_paid = Ppm(0); }))), "bad_programme");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.funders[0].share = Ppm(1); }))),
              "bad_shares");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.funders[0].funder = kBuyer; }))),
              "not_allowed");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& p) { p.budget = Money(500'000'001); }))),
              "insufficient_funds");
    EXPECT_EQ(refusal(run(kFunder, as_is)), "none");
    EXPECT_EQ(refusal(run(kFunder, as_is)), "programme_exists");
    EXPECT_EQ(refusal(run(kBuyer, FundProgramme{kProgramme, Money(1)})), "unknown_programme");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(0)})), "bad_amount");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(400'000'001)})),
              "insufficient_funds");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(400'000'000)})), "none");
    EXPECT_EQ(available(6), "0.000000");
}

TEST_F(VoucherProgramme, AProgrammeThatIsOverGivesItsRestBack) {
    run(kFunder, OpenProgramme{kFunder, programme()});
    run(kFunder, GrantVoucher{grant()});
    EXPECT_EQ(refusal(run(kFunder, CloseProgramme{kProgramme})), "programme_not_over");
    day.now = programme().until;
    EXPECT_EQ(refusal(run(kBuyer, CloseProgramme{kProgramme})), "unknown_programme");
    EXPECT_EQ(refusal(run(kFunder, CloseProgramme{kProgramme})), "none");
    EXPECT_EQ(available(6), "500.000000");
    EXPECT_EQ(refusal(run(kFunder, CloseProgramme{kProgramme})), "nothing_to_return");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(1)})), "programme_over");
    OpenProgramme late{kFunder, programme()};
    late.programme.id = numbered<ProgrammeId>(77);
    EXPECT_EQ(refusal(run(kFunder, late)), "bad_programme");
}

TEST_F(VoucherProgramme, RefusesGrantsWithTheFaultsCode) {
    run(kFunder, OpenProgramme{kFunder, programme()});
    const auto with = [](const auto& change) {
        GrantVoucher body{grant()};
        change(body.grant);
        return body;
    };
    EXPECT_EQ(refusal(run(kBuyer, GrantVoucher{grant()})), "unknown_programme");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.organisation = kFunder; }))),
              "role_missing");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.amount = Money(0); }))), "bad_amount");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.expires = kStart; }))), "grant_expired");
    EXPECT_EQ(refusal(run(kFunder, with([](auto& g) { g.amount = Money(100'000'001); }))),
              "budget_exhausted");
    EXPECT_EQ(refusal(run(kFunder, GrantVoucher{grant()})), "none");
    EXPECT_EQ(refusal(run(kFunder, GrantVoucher{grant()})), "grant_exists");
    EXPECT_EQ(refusal(run(kFunder, DescribeOrganisation{kBuyer, {}, ""})), "not_allowed");
    EXPECT_EQ(refusal(run(kBoss, DescribeOrganisation{numbered<OrganisationId>(9), {}, ""})),
              "unknown_organisation");
    EXPECT_EQ(refusal(run(kBoss, DescribeOrganisation{kBuyer, {}, std::string(129, 'x')})),
              "bad_description");
}

TEST_F(VoucherProgramme, SeveralFundersPayByTheirShares) {
    const OrganisationId second = SmallMarket::organisation(7);
    run(kBoss, RegisterOrganisation{second, {Role::kFunder}});
    day.move_cash(second, 100'000'000);
    Programme joint = programme();
    joint.funders = {{kFunder, Ppm(750'000)}, {second, Ppm(250'000)}};
    EXPECT_EQ(refusal(run(kFunder, OpenProgramme{kFunder, joint})), "not_allowed");
    EXPECT_EQ(refusal(run(kBoss, OpenProgramme{kFunder, joint})), "none");
    EXPECT_EQ(available(6), "425.000000");
    EXPECT_EQ(available(7), "75.000000");
    EXPECT_EQ(refusal(run(kFunder, FundProgramme{kProgramme, Money(1'000'000)})), "not_allowed");
}

}  // namespace
}  // namespace suanpan::core
