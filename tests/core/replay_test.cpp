#include "core/replay.hpp"

#include "small_market.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>

namespace suanpan::core {
namespace {

// A day of random commands by everybody, sensible and not.
class RandomDay {
 public:
    explicit RandomDay(std::uint64_t seed) : random_(seed) {}

    void run(SmallMarket& day, int commands) {
        for (int i = 0; i < commands; ++i)
            step(day);
    }

 private:
    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
    }
    std::uint8_t either(std::uint8_t a, std::uint8_t b) { return below(2) == 0 ? a : b; }

    Window some_hours(const SmallMarket& day) {
        const std::int64_t first = (day.now.value - kStart.value) / 3600 + below(6);
        return SmallMarket::hours(first, first + 1 + below(6));
    }

    void step(SmallMarket& day) {
        switch (below(9)) {
            case 0:
            case 1: return sell(day);
            case 2:
            case 3: return buy(day);
            case 4: return cancel(day);
            case 5:
            case 6: return advance(day);
            case 7: return meter(day);
            default: return pass_time(day);
        }
    }

    void sell(SmallMarket& day) {
        const std::uint8_t provider = either(2, 3);
        const std::string price = std::to_string(1 + below(9));
        auto order = day.sell(provider, 1 + below(12), price.c_str(), some_hours(day));
        if (below(3) == 0) {
            order.terms.unit = Unit::kCu;
            order.terms.limit_price = Price(1 + below(90'000));
        }
        remember(day.run(SmallMarket::organisation(provider), order));
    }

    void buy(SmallMarket& day) {
        const std::uint8_t buyer = either(4, 5);
        const std::string price = std::to_string(1 + below(9));
        auto order = day.buy(buyer, 1 + below(8), price.c_str(), some_hours(day));
        if (below(3) == 0) {
            order.terms.unit = Unit::kCu;
            order.terms.quantity *= 100'000;
            order.terms.limit_price = Price(1 + below(90'000));
        }
        constexpr std::array kForces{matching::TimeInForce::kGtc, matching::TimeInForce::kIoc,
                                     matching::TimeInForce::kFok};
        order.terms.time_in_force = kForces[static_cast<std::size_t>(below(3))];
        remember(day.run(SmallMarket::organisation(buyer), order));
    }

    void remember(const CommandOutcome& outcome) {
        if (outcome.order) orders_.push_back(*outcome.order);
        for (const LeaseRow& lease : outcome.leases)
            leases_.emplace(lease.id, lease);
    }

    void cancel(SmallMarket& day) {
        if (orders_.empty()) return;
        const auto at = static_cast<std::size_t>(below(static_cast<std::int64_t>(orders_.size())));
        day.run(SmallMarket::organisation(either(2, 4)), CancelOrder{orders_[at]});
    }

    void advance(SmallMarket& day) {
        for (const auto& [id, lease] : leases_) {
            if (below(2) == 0) continue;
            day.run(lease.provider, AdvanceLease{id, below(2) == 0 ? LeaseAction::kAccept
                                                                   : LeaseAction::kActivate});
        }
    }

    void meter(SmallMarket& day) {
        for (const auto& [id, lease] : leases_) {
            if (below(3) != 0 || day.now < lease.terms.window.end) continue;
            const std::uint8_t provider =
                lease.provider == SmallMarket::organisation(2) ? std::uint8_t{2} : std::uint8_t{3};
            const std::int64_t most =
                lease.terms.lots.value * lease.terms.window.length().value * 1'000'000;
            day.run(lease.provider,
                    day.reading(provider, id, 0, lease.terms.window, most - below(2) * (most / 5)));
        }
    }

    void pass_time(SmallMarket& day) {
        day.now = Time(day.now.value + 600 + below(7'200));
        if (below(2) == 0) return;
        const LogIndex until = day.market.head().size;
        const auto settled = day.run(SmallMarket::organisation(1), Settle{settled_until_, until});
        EXPECT_FALSE(settled.refusal);
        settled_until_ = until;
    }

    std::mt19937_64 random_;
    std::vector<OrderId> orders_;
    std::map<LeaseId, LeaseRow> leases_;
    LogIndex settled_until_{0};
};

// What is held is what the orders and leases hold, nothing is created, nothing oversold.
void expect_invariants(const Market& market) {
    EXPECT_TRUE(market.total(kCurrency) == 0);
    const Rows state = market.state();
    std::map<OrganisationId, std::int64_t> held;
    for (const OrderRow& order : state.orders) {
        held[order.view.terms.organisation] += order.hold.value;
    }
    for (const LeaseRow& lease : state.leases)
        held[lease.buyer] += lease.hold.value;
    for (const std::uint8_t buyer : kBuyers) {
        const auto id = SmallMarket::organisation(buyer);
        const settlement::AccountKey account{id, kCurrency, settlement::AccountKind::kHeld};
        EXPECT_EQ(market.balance(account).value, held[id]);
    }
    market.engine().for_each_pool([](const auto&, const matching::Calendar& calendar) {
        for (const auto& step : calendar.steps())
            EXPECT_GE(step.lots.value, 0);
    });
}

std::string hex_digest(const Market& market) {
    return to_hex(as_chars(digest(market.state())));
}

TEST(Replay, GivesTheSameStateFromTheLogAlone) {
    const std::uint64_t seed = support::test_seed();
    for (std::uint64_t stream = 0; stream < 40; ++stream) {
        SmallMarket day;
        RandomDay(seed + stream).run(day, 120);
        expect_invariants(day.market);
        Replay replay;
        for (std::string entry : day.log) {
            put_salt(entry, "0123456789abcdef0123456789abcdef");
            const auto done = replay.next(entry);
            ASSERT_TRUE(done) << "stream " << stream << ": " << done.error().detail();
        }
        ASSERT_TRUE(replay.finish());
        ASSERT_EQ(hex_digest(replay.market()), hex_digest(day.market)) << "stream " << stream;
    }
}

TEST(Replay, StateDoesNotDependOnWhereBatchesEnd) {
    const std::uint64_t seed = support::test_seed();
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
        SmallMarket one_by_one;
        SmallMarket all_at_once;
        all_at_once.take_changes_each_time = false;
        RandomDay(seed + stream).run(one_by_one, 100);
        RandomDay(seed + stream).run(all_at_once, 100);
        ASSERT_EQ(one_by_one.log, all_at_once.log) << "stream " << stream;
        ASSERT_EQ(hex_digest(one_by_one.market), hex_digest(all_at_once.market));
    }
}

TEST(Replay, ALoadedMarketGoesOnAsIfItHadNeverStopped) {
    const std::uint64_t seed = support::test_seed();
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
        SmallMarket steady;
        SmallMarket restarted;
        RandomDay first(seed + stream);
        RandomDay second(seed + stream);
        for (int part = 0; part < 5; ++part) {
            first.run(steady, 25);
            second.run(restarted, 25);
            Market fresh;
            fresh.load(restarted.market.state());
            restarted.market = std::move(fresh);
            ASSERT_EQ(hex_digest(steady.market), hex_digest(restarted.market));
        }
        ASSERT_EQ(steady.log, restarted.log) << "stream " << stream;
    }
}

std::vector<std::string> day_with_a_trade() {
    SmallMarket day;
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5", SmallMarket::hours(1, 9)));
    day.run(SmallMarket::organisation(4), day.buy(4, 3, "6", SmallMarket::hours(2, 3)));
    return day.log;
}

Result<void> replay_all(const std::vector<std::string>& log) {
    Replay replay;
    for (const std::string& entry : log) {
        auto done = replay.next(entry);
        if (!done) return done;
    }
    return replay.finish();
}

TEST(Replay, NamesTheEntryAndTheRuleThatDiffer) {
    auto log = day_with_a_trade();
    const auto trade = log.end() - 2;
    const std::size_t price = trade->find("5.000000");
    ASSERT_NE(price, std::string::npos);
    trade->replace(price, 8, "5.000001");
    const auto done = replay_all(log);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "replay_differs");
    EXPECT_NE(done.error().detail().find("entry " + std::to_string(log.size() - 2)),
              std::string::npos);
    EXPECT_NE(done.error().detail().find("market §5"), std::string::npos);
}

TEST(Replay, MissesADroppedTrade) {
    auto log = day_with_a_trade();
    log.erase(log.end() - 2);
    EXPECT_FALSE(replay_all(log));
    log = day_with_a_trade();
    log.pop_back();
    EXPECT_FALSE(replay_all(log));
}

TEST(Replay, RefusesReadingsThatTheMeterDidNotSign) {
    SmallMarket day;
    day.run(SmallMarket::organisation(2), day.sell(2, 10, "5", SmallMarket::hours(1, 9)));
    const auto bid =
        day.run(SmallMarket::organisation(4), day.buy(4, 3, "6", SmallMarket::hours(2, 3)));
    const LeaseId lease = bid.leases.at(0).id;
    day.run(SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kAccept});
    day.run(SmallMarket::organisation(2), AdvanceLease{lease, LeaseAction::kActivate});
    day.now = SmallMarket::hours(2, 3).end;
    auto forged = day.reading(2, lease, 0, SmallMarket::hours(2, 3), 3'600'000'000);
    const SigningKey other(meter_seed(9));
    const auto envelope = parse_envelope(forged.envelope);
    ASSERT_TRUE(envelope);
    forged.envelope =
        envelope_json(make_envelope(envelope->payload_type, envelope->payload, "meter", other));
    day.run(SmallMarket::organisation(2), forged);
    const auto done = replay_all(day.log);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "bad_signature");
}

}  // namespace
}  // namespace suanpan::core
