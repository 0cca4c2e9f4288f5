// Projects: what is refused, what their budgets count, and every way in which money comes back.

#include "base/decimal.hpp"
#include "disputed.hpp"
#include "project_sums.hpp"
#include "replayed.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace suanpan::core {
namespace {

using settlement::DisputeParty;

const ProjectId kProject = numbered<ProjectId>(1);
const ProjectId kOther = numbered<ProjectId>(2);

class Projects : public testing::Test {
 protected:
    Projects() { open(kProject, "training"); }
    ~Projects() override {
        expect_projects_add_up(day);
        expect_the_same_from_log_and_rows(day);
    }

    std::string open(const ProjectId& id, const std::string& name) {
        return refusal(day.run(kBuyer, OpenProject{id, kBuyer, name}));
    }
    std::string set_budget(const char* amount) {
        return refusal(
            day.run(kBuyer, SetProjectBudget{kProject, kCurrency, *parse_money(amount)}));
    }
    // One hour of so many lots, with 1 % fee.
    CommandOutcome buy(std::int64_t lots, const char* price,
                       const std::function<void(PlaceOrder&)>& edit = {}) {
        PlaceOrder order = day.buy(4, lots, price, kHour);
        order.terms.project = kProject;
        if (edit) edit(order);
        return day.run(kBuyer, order);
    }
    // "held spent" of the project.
    [[nodiscard]] std::string sums(const ProjectId& project = kProject) const {
        for (const ProjectBudgetRow& row : day.market.state().project_budgets) {
            if (row.project == project) return to_string(row.held) + " " + to_string(row.spent);
        }
        return "none";
    }
    // A lot for an hour at 10, after kHour.
    LeaseRow trade_of(const ProjectId& project) {
        return trade(day, 1, 5, 6, matching::Billing::kReserved, std::nullopt, project);
    }
    LeaseRow trade_hour(std::int64_t lots) {
        place_sell(day, lots, "10");
        return buy(lots, "10").leases.at(0);
    }

    SmallMarket day;
};

TEST_F(Projects, AreOpenedByTheirOrganisationUnderANameOfTheirOwn) {
    const auto opened = [&](const OrganisationId& actor, const OrganisationId& owner,
                            const ProjectId& id, const std::string& name) {
        return refusal(day.run(actor, OpenProject{id, owner, name}));
    };
    EXPECT_EQ(opened(kSeller, kBuyer, kOther, "other"), "not_allowed");
    EXPECT_EQ(opened(kBoss, SmallMarket::organisation(99), kOther, "other"),
              "unknown_organisation");
    EXPECT_EQ(opened(kBuyer, kBuyer, ProjectId(), "other"), "project_exists");
    EXPECT_EQ(opened(kSeller, kSeller, kProject, "other"), "project_exists");
    EXPECT_EQ(open(kOther, ""), "bad_project_name");
    EXPECT_EQ(open(kOther, "a\tb"), "bad_project_name");
    EXPECT_EQ(open(kOther, std::string(65, 'x')), "bad_project_name");
    EXPECT_EQ(open(kOther, "training"), "project_name_used");
    EXPECT_EQ(opened(kSeller, kSeller, kOther, "training"), "none");
    std::string long_name;
    for (int i = 0; i < 64; ++i)
        long_name += "算";
    EXPECT_EQ(opened(kBoss, kBuyer, numbered<ProjectId>(3), long_name), "none");
}

TEST_F(Projects, AreRenamedBudgetedAndClosedByTheirOrganisation) {
    const auto run = [&](const OrganisationId& actor, const CommandBody& body) {
        return refusal(day.run(actor, body));
    };
    for (const CommandBody& body :
         std::vector<CommandBody>{RenameProject{kProject, "x"}, CloseProject{kProject},
                                  SetProjectBudget{kProject, kCurrency, Money(1)}}) {
        EXPECT_EQ(run(kSeller, body), "project_not_found");
    }
    EXPECT_EQ(run(kBuyer, CloseProject{kOther}), "project_not_found");
    EXPECT_EQ(set_budget("-1"), "bad_amount");
    EXPECT_EQ(run(kBuyer, RenameProject{kProject, ""}), "bad_project_name");
    EXPECT_EQ(run(kBuyer, RenameProject{kProject, "inference"}), "none");
    EXPECT_EQ(run(kBuyer, RenameProject{kProject, "inference"}), "none");
    EXPECT_EQ(open(kOther, "inference"), "project_name_used");
    EXPECT_EQ(open(kOther, "training"), "none");
    EXPECT_EQ(run(kBuyer, RenameProject{kOther, "inference"}), "project_name_used");
    const auto closed = day.run(kBoss, CloseProject{kOther});
    EXPECT_TRUE(closed.project.value().project.closed);
    EXPECT_EQ(run(kBuyer, CloseProject{kOther}), "project_closed");
    EXPECT_EQ(run(kBuyer, RenameProject{kOther, "x"}), "project_closed");
    EXPECT_EQ(run(kBuyer, SetProjectBudget{kOther, kCurrency, Money(1)}), "project_closed");
    EXPECT_EQ(open(numbered<ProjectId>(3), "training"), "project_name_used");
    for (int i = 0; i < 32; ++i)
        EXPECT_EQ(run(kBuyer, SetProjectBudget{kProject, "C" + std::to_string(i), Money(1)}),
                  "none");
    EXPECT_EQ(set_budget("1"), "too_many_budgets");
    EXPECT_EQ(run(kBuyer, SetProjectBudget{kProject, "C1", std::nullopt}), "none");
}

TEST_F(Projects, TakeNoOrderOnceClosedAndNoneOfOthers) {
    const auto open_order = buy(1, "5");
    auto foreign = day.sell(2, 1, "9", kHour);
    foreign.terms.project = kProject;
    EXPECT_EQ(refusal(day.run(kSeller, foreign)), "unknown_project");
    EXPECT_EQ(refusal(buy(1, "5", [](auto& order) { order.terms.project = kOther; })),
              "unknown_project");
    day.run(kSeller, OpenProject{kOther, kSeller, "sales"});
    foreign.terms.project = kOther;
    EXPECT_EQ(refusal(day.run(kSeller, foreign)), "none");
    day.run(kSeller, CloseProject{kOther});
    EXPECT_EQ(refusal(day.run(kSeller, foreign)), "project_closed");
    day.run(kBuyer, CloseProject{kProject});
    EXPECT_EQ(refusal(buy(1, "5")), "project_closed");
    const auto replaced = [&](std::int64_t lots) {
        return refusal(day.run(kBuyer, ReplaceOrder{*open_order.order, lots, *parse_price("4")}));
    };
    EXPECT_EQ(replaced(2), "project_closed");
    EXPECT_EQ(replaced(1), "none");
}

TEST_F(Projects, AnOrderKeepsWithinTheBudgetFeesIncluded) {
    EXPECT_EQ(set_budget("20.20"), "none");
    EXPECT_EQ(refusal(buy(3, "10")), "over_budget");
    const auto first = buy(1, "10");
    EXPECT_EQ(refusal(first), "none");
    EXPECT_EQ(sums(), "10.100000 0.000000");
    EXPECT_EQ(refusal(buy(1, "10.01")), "over_budget");
    EXPECT_EQ(refusal(buy(1, "10")), "none");
    EXPECT_EQ(refusal(buy(1, "0.01")), "over_budget");
    // Neither another project nor none is bound by it.
    EXPECT_EQ(refusal(place_buy(day, 1, "1")), "none");
    open(kOther, "other");
    EXPECT_EQ(refusal(buy(1, "1", [](auto& order) { order.terms.project = kOther; })), "none");
    const auto raised = [&](const char* price) {
        return refusal(day.run(kBuyer, ReplaceOrder{*first.order, 1, *parse_price(price)}));
    };
    EXPECT_EQ(raised("11"), "over_budget");
    EXPECT_EQ(raised("9"), "none");
    EXPECT_EQ(sums(), "19.190000 0.000000");
    EXPECT_EQ(raised("10"), "none");
    // A lower one stops new holds only.
    EXPECT_EQ(set_budget("1"), "none");
    EXPECT_EQ(raised("9"), "none");
    EXPECT_EQ(raised("9.01"), "over_budget");
    day.run(kBuyer, SetProjectBudget{kProject, kCurrency, std::nullopt});
    EXPECT_EQ(raised("900"), "none");
}

TEST_F(Projects, CancelsAndExpiriesGiveBack) {
    const auto bid = buy(2, "10");
    auto until = [&](PlaceOrder& order) {
        order.terms.time_in_force = matching::TimeInForce::kGtd;
        order.terms.expires_at = Time(day.now.value + 600);
    };
    buy(1, "10", until);
    EXPECT_EQ(sums(), "30.300000 0.000000");
    day.run(kBuyer, CancelOrder{*bid.order});
    EXPECT_EQ(sums(), "10.100000 0.000000");
    day.run_at(Time(day.now.value + 601), kBoss, Tick{});
    EXPECT_EQ(sums(), "0.000000 0.000000");
    buy(1, "10");
    CancelAll all;
    all.filter.organisation = kBuyer;
    all.filter.project = kProject;
    EXPECT_EQ(day.run(kBuyer, all).orders.size(), 1U);
    EXPECT_EQ(sums(), "0.000000 0.000000");
}

TEST_F(Projects, AFillHoldsWhatTheLeaseMayCost) {
    place_sell(day, 2, "8");
    const auto bid = buy(3, "10");
    ASSERT_EQ(bid.leases.size(), 1U);
    EXPECT_EQ(bid.leases[0].project, kProject);
    // Two lots at 8 in the lease, one at 10 in the book.
    EXPECT_EQ(sums(), "26.260000 0.000000");
    // Never handed over: the provider's default.
    day.run_at(SmallMarket::hours(3, 4).start, kBoss, Tick{});
    EXPECT_EQ(sums(), "0.000000 0.000000");
}

TEST_F(Projects, AnEarlyReleaseAndALateHandOverGiveBack) {
    const LeaseRow lease = trade_hour(2);
    EXPECT_EQ(sums(), "20.200000 0.000000");
    SetSchedule at_once = small_schedule();
    at_once.release_notice = Duration(0);
    day.now = Time(kHour.start.value + 1'800);
    hand_over(day, lease.id);
    EXPECT_EQ(sums(), "10.100000 0.000000");
    day.run(kBoss, at_once);
    const LeaseRow other = trade_of(kProject);
    EXPECT_EQ(sums(), "20.200000 0.000000");
    day.run(kBuyer, ReleaseLease{other.id});
    EXPECT_EQ(sums(), "10.100000 0.000000");
}

TEST_F(Projects, SettlementSpendsWhatWasDelivered) {
    set_budget("20.20");
    const LeaseRow lease = trade_hour(2);
    hand_over(day, lease.id);
    day.now = SmallMarket::hours(3, 4).start;
    day.run(kSeller, day.reading(2, lease.id, 0, kHour, kHourUs));
    settle(day);
    EXPECT_EQ(sums(), "0.000000 10.100000");
    PlaceOrder next = day.buy(4, 1, "10", SmallMarket::hours(5, 6));
    next.terms.project = kProject;
    EXPECT_EQ(refusal(day.run(kBuyer, next)), "none");
    EXPECT_EQ(refusal(day.run(kBuyer, next)), "over_budget");
}

TEST_F(Projects, WhatAVoucherCoversIsNotTheProjects) {
    const auto funder = SmallMarket::organisation(6);
    day.run(kBoss, RegisterOrganisation{funder, {Role::kFunder}});
    day.move_cash(funder, 100'000'000);
    settlement::Programme programme;
    programme.id = numbered<ProgrammeId>(1);
    programme.funders = {{funder, Ppm(kPpm)}};
    programme.currency = kCurrency;
    programme.budget = Money(100'000'000);
    programme.from = Time(day.now.value - 60);
    programme.until = Time(day.now.value + 10 * kDay);
    programme.share_paid = Ppm(400'000);
    ASSERT_EQ(refusal(day.run(funder, OpenProgramme{funder, programme})), "none");
    settlement::Grant grant{numbered<GrantId>(1), programme.id, kBuyer, Money(50'000'000),
                            Time(day.now.value + 5 * kDay)};
    ASSERT_EQ(refusal(day.run(funder, GrantVoucher{grant})), "none");
    set_budget("12.20");  // 40 % of 20 are the programme's, the fee is not
    EXPECT_EQ(refusal(buy(2, "10")), "over_budget");
    place_sell(day, 2, "10");
    const auto bid =
        buy(2, "10", [&](PlaceOrder& order) { order.voucher = VoucherClaim{grant.id, ""}; });
    ASSERT_EQ(refusal(bid), "none");
    EXPECT_EQ(sums(), "12.200000 0.000000");
    const LeaseId lease = bid.leases.at(0).id;
    hand_over(day, lease);
    day.now = SmallMarket::hours(3, 4).start;
    day.run(kSeller, day.reading(2, lease, 0, kHour, 2 * kHourUs));
    settle(day);
    EXPECT_EQ(sums(), "0.000000 12.200000");
}

// A window of two lots at 10, of which the sides say different things.
class DisputedProject : public Projects {
 protected:
    DisputedProject() {
        register_buyer_meter(day);
        register_arbiter(day);
        lease_ = trade_hour(2).id;
        hand_over(day, lease_);
        day.now = SmallMarket::hours(3, 4).start;
    }
    void measure(std::int64_t provider_us, std::int64_t buyer_us) {
        day.run(kSeller, day.reading(2, lease_, 0, kHour, provider_us));
        const auto outcome = day.run(kBuyer, meter_.reading(lease_, 0, kHour, buyer_us));
        if (outcome.dispute) dispute_ = outcome.dispute->dispute.id;
    }
    void rule(std::int64_t lot_us) {
        EXPECT_EQ(refusal(day.run(kArbiter, ruling(dispute_, {lot_us, Ppm(0)}))), "none");
    }

    BuyerMeter meter_;
    LeaseId lease_;
    DisputeId dispute_;
};

TEST_F(DisputedProject, ACorrectionDownwardsGivesBackWhatWasSpent) {
    measure(2 * kHourUs, 2 * kHourUs);
    settle(day);
    EXPECT_EQ(sums(), "0.000000 20.200000");
    settlement::DisputeClaim claim;
    claim.by = DisputeParty::kBuyer;
    claim.delivered = {kHourUs, Ppm(0)};
    dispute_ = day.run(kBuyer, OpenDispute{lease_, kHour.start, claim}).dispute->dispute.id;
    day.run(kSeller, ClaimDispute{dispute_});
    rule(kHourUs);
    EXPECT_EQ(sums(), "0.000000 10.100000");
}

TEST_F(DisputedProject, ACorrectionUpwardsSpendsWhatWasStillHeld) {
    measure(2 * kHourUs, kHourUs);
    settle(day);
    EXPECT_EQ(sums(), "10.100000 10.100000");
    day.run(kSeller, ClaimDispute{dispute_});
    rule(kHourUs + kHourUs / 2);
    EXPECT_EQ(sums(), "0.000000 15.150000");
}

// The newest invoice was another project's.
TEST_F(DisputedProject, ACreditNoteIsOfTheProjectsOwnInvoice) {
    open(kOther, "other");
    const LeaseRow lease = trade_of(kOther);
    hand_over(day, lease.id);
    day.now = lease.terms.window.end;
    day.run(kSeller, day.reading(2, lease.id, 0, lease.terms.window, kHourUs));
    day.run(kBuyer, meter_.reading(lease.id, 0, lease.terms.window, kHourUs));
    measure(2 * kHourUs, 2 * kHourUs);
    settle(day);
    settlement::DisputeClaim claim;
    claim.by = DisputeParty::kBuyer;
    claim.delivered = {kHourUs, Ppm(0)};
    dispute_ = day.run(kBuyer, OpenDispute{lease_, kHour.start, claim}).dispute->dispute.id;
    day.run(kSeller, ClaimDispute{dispute_});
    const settlement::Month january = settlement::month_of(kHour.start);
    day.now = settlement::month_window(january).end;
    ASSERT_EQ(refusal(day.close_month(january)), "none");
    rule(kHourUs);
    const settlement::Month february(january.value + 1);
    day.now = settlement::month_window(february).end;
    ASSERT_EQ(refusal(day.close_month(february)), "none");
    const Rows state = day.market.state();
    ASSERT_EQ(state.invoices.size(), 3U);
    const InvoiceRow& note = state.invoices[0];
    EXPECT_EQ(settlement::to_string(note.number), "CN-2027-000001");
    EXPECT_EQ(note.invoice.project, kProject);
    EXPECT_EQ(to_string(note.invoice.net), "10.100000");
    EXPECT_EQ(settlement::to_string(note.invoice.corrects.value()), "INV-2027-000001");
    EXPECT_EQ(state.invoices[1].invoice.project, kProject);
    EXPECT_EQ(state.invoices[2].invoice.project, kOther);
}

}  // namespace
}  // namespace suanpan::core
