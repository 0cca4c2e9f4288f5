// Random command streams: the engine against the slow model, everything compared after each
// command.

#include "support/seed.hpp"
#include "tests/matching/model.hpp"
#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

namespace suanpan::matching::testing {
namespace {

constexpr int kCommands = 70;
constexpr std::int64_t kSteps = 16;  // of the grid that all windows lie in
constexpr std::uint32_t kPools = 4;

const char* const kProfiles[] = {R"({"hub":"a","memory_gib":"80"})",
                                 R"({"hub":"a","memory_gib":"40"})", R"({"hub":"b"})"};
const char* const kRequirements[] = {"{}", "{}", R"({"hub":{"one_of":["a"]}})",
                                     R"({"memory_gib":{"at_least":"64"}})"};

int stream_count() {
    const char* given = std::getenv("SUANPAN_STREAMS");
    return given == nullptr ? 3'000 : std::stoi(given);
}

Time step(std::int64_t n) {
    return Time(kDay + n * kGrid);
}

struct Lease {
    OrderId sell;
    PoolId pool;
    Window window;
    Lots lots;
};

std::string describe(const OrderTerms& terms) {
    const auto steps = [](Time time) { return std::to_string((time.value - kDay) / kGrid); };
    std::string out = "order " + std::to_string(number_of(terms.id)) + ": ";
    out += std::string(to_string(terms.side)) + " " + std::to_string(terms.quantity) + " " +
           std::string(to_string(terms.unit)) + " @ " + std::to_string(terms.limit_price.value) +
           ", steps " + steps(terms.window.start) + " to " + steps(terms.window.end) + ", " +
           std::string(to_string(terms.time_in_force)) + ", " +
           std::string(to_string(terms.together)) + ", " +
           std::string(to_string(terms.self_trade)) + ", " + canonical(terms.requirement);
    if (terms.all_or_none) out += ", all_or_none";
    if (terms.post_only) out += ", post_only";
    if (terms.duration) out += ", for " + std::to_string(terms.duration->value / kGrid);
    if (terms.min_lots.value > 0) out += ", min_lots " + std::to_string(terms.min_lots.value);
    if (terms.max_excess.value > 0) out += ", excess " + std::to_string(terms.max_excess.value);
    if (terms.min_duration.value > 0) {
        out += ", at least " + std::to_string(terms.min_duration.value / kGrid);
    }
    return out;
}

class Stream {
 public:
    explicit Stream(std::uint64_t seed) : random_(seed) {
        for (const char* name : {"A", "B"}) {
            MarketRules rules;
            rules.key = {name, "CNY"};
            markets_.push_back(rules);
            engine_.define_market(rules);
        }
        for (std::uint32_t n = 1; n <= kPools; ++n) {
            const PoolRules rules{pool(n), org(static_cast<std::uint32_t>(draw(0, 2))), site(n % 2),
                                  Lots(draw(3, 12)), profile(kProfiles[draw(0, 2)])};
            EXPECT_TRUE(engine_.add_pool(rules));
            model_.pools.push_back({rules, {}, {}});
            for (const MarketRules& market : markets_) {
                change_rate(n, market.key.compute_class, Rate(1'000 * draw(1, 3)));
            }
        }
    }

    void run() {
        for (int i = 0; i < kCommands && !::testing::Test::HasFatalFailure(); ++i) {
            now_.value += chance(4) ? draw(0, 40) : 0;
            expire_due();
            command();
            if (draw(0, 20) == 0) rebuild();
            if (draw(0, 10) == 0) engine_.forget_ended();
        }
    }

    // What the streams together have reached, so that the test knows that it tests something.
    static std::map<std::string, int>& reached() {
        static std::map<std::string, int> counts;
        return counts;
    }

 private:
    std::int64_t draw(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }
    bool chance(std::int64_t one_in) { return draw(1, one_in) == 1; }

    Window draw_window(std::int64_t from, std::int64_t longest) {
        const std::int64_t start = draw(std::min(from, kSteps - 1), kSteps - 1);
        return {step(start), step(draw(start + 1, std::min(kSteps, start + longest)))};
    }
    std::int64_t first_step() const { return (now_.value - kDay + kGrid - 1) / kGrid; }

    OrderTerms draw_terms() {
        OrderTerms terms;
        terms.id = order(next_id_++);
        terms.market = markets_[static_cast<std::size_t>(chance(3))].key;
        terms.side = chance(2) ? Side::kBuy : Side::kSell;
        terms.unit = chance(3) ? Unit::kCu : Unit::kLot;
        const bool buys = terms.side == Side::kBuy;
        terms.limit_price = Price(draw(buys ? 3 : 1, terms.unit == Unit::kCu ? 6 : 12));
        terms.self_trade = static_cast<SelfTrade>(draw(0, 3));
        terms.time_in_force = static_cast<TimeInForce>(draw(0, 6) > 3 ? 0 : draw(0, 3));
        if (terms.time_in_force == TimeInForce::kGtd) {
            terms.expires_at = Time(now_.value + draw(1, 200));
        }
        if (terms.side == Side::kBuy) {
            draw_buy(terms);
        } else {
            draw_sell(terms);
        }
        if (chance(6)) terms.min_lots = Lots(draw(1, std::min<std::int64_t>(4, terms.quantity)));
        const bool rests = terms.time_in_force == TimeInForce::kGtc && !terms.all_or_none;
        terms.post_only = rests && chance(8);
        return terms;
    }

    void draw_buy(OrderTerms& terms) {
        terms.organisation = org(static_cast<std::uint32_t>(draw(0, 5)));
        terms.window = draw_window(first_step(), 5);
        terms.requirement = requirement(kRequirements[draw(0, 3)]);
        terms.quantity = draw(1, 7);
        if (terms.unit == Unit::kCu) {
            terms.quantity = draw(1, 24) * 500;
            terms.max_excess = Cu(draw(0, 3) * 700);
        }
        terms.all_or_none = chance(5);
        terms.together = static_cast<Together>(draw(0, 4) > 2 ? 0 : draw(0, 2));
        const bool whole = terms.all_or_none || terms.time_in_force == TimeInForce::kFok;
        if (whole && chance(3)) {
            terms.duration = Duration(kGrid * draw(1, terms.window.length().value / kGrid));
        }
    }

    void draw_sell(OrderTerms& terms) {
        const auto number = static_cast<std::size_t>(draw(0, kPools - 1));
        const PoolRules& rules = model_.pools[number].rules;
        terms.pool = rules.id;
        terms.organisation = rules.owner;
        terms.window = {step(draw(0, 4)), step(draw(8, kSteps))};
        if (chance(5)) terms.window = draw_window(first_step(), 3);
        terms.quantity = draw(1, rules.lots.value);
        if (chance(6)) {
            terms.min_duration = Duration(
                kGrid * draw(1, std::min<std::int64_t>(3, terms.window.length().value / kGrid)));
        }
        if (chance(8)) terms.counterparties = {org(0), org(3), org(4)};
    }

    void command() {
        const std::int64_t kind = draw(1, 20);
        if (kind <= 14) {
            place();
        } else if (kind <= 16) {
            cancel();
        } else if (kind == 17) {
            give_back();
        } else if (kind == 18) {
            block_or_unblock();
        } else if (kind == 19 && chance(3)) {
            const OrganisationId target = org(static_cast<std::uint32_t>(draw(0, 5)));
            model_.cancel_all(target, EndReason::kKillSwitch, now_);
            compare(engine_.cancel_all(target, EndReason::kKillSwitch, now_), "cancel_all");
        } else if (kind == 20 && chance(3)) {
            const MarketRules& market = markets_[static_cast<std::size_t>(chance(2))];
            change_rate(static_cast<std::uint32_t>(draw(1, kPools)), market.key.compute_class,
                        Rate(1'000 * draw(1, 3)));
        }
    }

    void place() {
        const OrderTerms terms = draw_terms();
        if (const auto checked = engine_.check(terms, now_); !checked) {
            ++reached()["refused " + checked.error().code()];
            return;
        }
        SCOPED_TRACE(describe(terms));
        const Outcome expected = engine_.preview(terms, now_);
        compare_state("preview");
        const Outcome outcome = [&] {
            model_.place(terms, now_);
            return engine_.place(terms, now_);
        }();
        ASSERT_TRUE(outcome == expected) << "preview and place differ";
        const std::string kind =
            std::string(to_string(terms.side)) + " " + std::string(to_string(terms.time_in_force)) +
            (terms.all_or_none ? " all_or_none" : "") + (terms.duration ? " duration" : "");
        ++reached()[kind + (outcome.fills.empty() ? "" : " traded")];
        compare(outcome, "place");
    }

    void cancel() {
        std::vector<OrderId> open;
        engine_.for_each_open([&](const OrderView& view) { open.push_back(view.terms.id); });
        if (open.empty()) return;
        const OrderId id =
            open[static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(open.size()) - 1))];
        model_.cancel(id, now_);
        compare(engine_.cancel(id, now_).value(), "cancel");
    }

    void give_back() {
        if (leases_.empty()) return;
        const auto which =
            static_cast<std::ptrdiff_t>(draw(0, static_cast<std::int64_t>(leases_.size()) - 1));
        const Lease lease = leases_[static_cast<std::size_t>(which)];
        leases_.erase(leases_.begin() + which);
        const std::int64_t length = lease.window.length().value / kGrid;
        const Window tail{Time(lease.window.start.value + kGrid * draw(0, length - 1)),
                          lease.window.end};
        const Lots lots(draw(1, lease.lots.value));
        model_.give_back(lease.sell, lease.pool, tail, lots, now_);
        const Outcome outcome = engine_.give_back(lease.sell, lease.pool, tail, lots, now_);
        if (!outcome.fills.empty()) ++reached()["give_back traded"];
        compare(outcome, "give_back");
    }

    void block_or_unblock() {
        if (!blocks_.empty() && chance(2)) {
            const Lease block = blocks_.back();
            blocks_.pop_back();
            model_.unblock(block.pool, block.window, block.lots, now_);
            const Outcome outcome = engine_.unblock(block.pool, block.window, block.lots, now_);
            if (!outcome.fills.empty()) ++reached()["unblock traded"];
            compare(outcome, "unblock");
            return;
        }
        const Lease block{OrderId(), pool(static_cast<std::uint32_t>(draw(1, kPools))),
                          draw_window(0, 12), Lots(draw(1, 3))};
        const bool done = model_.block(block.pool, block.window, block.lots, now_);
        const auto outcome = engine_.block(block.pool, block.window, block.lots, now_);
        ASSERT_EQ(outcome.has_value(), done);
        if (!done) return;
        blocks_.push_back(block);
        if (!outcome->fills.empty()) ++reached()["block traded"];
        compare(*outcome, "block");
    }

    void change_rate(std::uint32_t number, const std::string& name, Rate rate) {
        model_.set_rate(pool(number), name, rate, now_);
        compare(engine_.set_rate(pool(number), name, rate, now_), "set_rate");
    }

    void expire_due() {
        while (true) {
            std::optional<std::tuple<Time, std::int64_t, OrderId>> next;
            engine_.for_each_open([&](const OrderView& view) {
                const Time due = engine_.due_time(view.terms.id).value();
                ASSERT_EQ(due, expected_due(view.terms));
                const std::tuple candidate(due, view.sequence, view.terms.id);
                if (due <= now_ && (!next || candidate < *next)) next = candidate;
            });
            if (!next) return;
            const OrderId id = std::get<2>(*next);
            const auto& expires_at = engine_.find(id)->terms.expires_at;
            const bool by_time = expires_at && *expires_at == std::get<0>(*next);
            model_.expire(id, by_time ? EndReason::kExpired : EndReason::kWindowPassed, now_);
            compare(engine_.expire(id, now_), "expire");
            ++reached()["expired"];
        }
    }

    static Time expected_due(const OrderTerms& terms) {
        Time due = terms.window.start;
        if (terms.duration) due = Time(terms.window.end.value - terms.duration->value);
        if (terms.side == Side::kSell) {
            due = Time(terms.window.end.value - std::max(kGrid, terms.min_duration.value));
        }
        return terms.expires_at ? std::min(due, *terms.expires_at) : due;
    }

    // A new engine from what a database would hold.
    void rebuild() {
        Engine fresh;
        for (const MarketRules& market : markets_)
            fresh.define_market(market);
        for (const ModelPool& from : model_.pools) {
            ASSERT_TRUE(fresh.add_pool(from.rules));
            for (const auto& [name, rate] : from.rates) {
                fresh.set_rate(from.rules.id, name, Rate(rate), now_);
            }
            for (std::int64_t n = 0; n < kSteps; ++n) {
                const std::int64_t used = from.rules.lots.value - model_.free_at(from, step(n));
                if (used > 0) {
                    fresh.restore_reservation(from.rules.id, {step(n), step(n + 1)}, Lots(used));
                }
            }
        }
        engine_.for_each_open([&](const OrderView& view) { fresh.restore(view); });
        fresh.restore_next_sequence(engine_.next_sequence());
        engine_ = std::move(fresh);
        compare_state("rebuild");
    }

    void compare(const Outcome& outcome, const char* what) {
        for (const Fill& fill : model_.fills) {
            if (outcome.fills == model_.fills) break;
            ADD_FAILURE() << "the model: " << number_of(fill.taker) << " took " << fill.lots.value
                          << " of " << number_of(fill.maker);
            ADD_FAILURE() << describe(model_.get(fill.maker).terms);
            ADD_FAILURE() << describe(model_.get(fill.taker).terms);
        }
        ASSERT_EQ(outcome.fills, model_.fills) << what;
        ASSERT_EQ(outcome.ended, model_.ended) << what;
        for (const Fill& fill : outcome.fills) {
            leases_.push_back({fill.sell, fill.pool, fill.window, fill.lots});
            ++reached()["fills"];
        }
        compare_touched(outcome, what);
        compare_state(what);
        const auto missed = model_.missed_pair(now_);
        ASSERT_FALSE(missed) << what << ": " << number_of(missed->first) << " and "
                             << number_of(missed->second) << " were left unmatched";
    }

    // `touched` names the orders that differ from before, each once.
    void compare_touched(const Outcome& outcome, const char* what) {
        std::vector<OrderId> touched = outcome.touched;
        std::sort(touched.begin(), touched.end());
        ASSERT_EQ(std::adjacent_find(touched.begin(), touched.end()), touched.end()) << what;
        std::vector<OrderId> changed;
        for (const ModelOrder& one : model_.orders) {
            const OrderView* view = engine_.find(one.terms.id);
            if (view == nullptr) continue;
            const auto known = seen_.find(one.terms.id);
            if (known == seen_.end() || known->second != *view) changed.push_back(one.terms.id);
            seen_[one.terms.id] = *view;
        }
        std::sort(changed.begin(), changed.end());
        ASSERT_TRUE(std::includes(touched.begin(), touched.end(), changed.begin(), changed.end()))
            << what;
        // Only a decrement can take away again what the same command gave back.
        if (std::string_view(what) != "give_back") ASSERT_EQ(touched, changed) << what;
    }

    void compare_state(const char* what) {
        std::vector<OrderId> expected;
        for (const ModelOrder& one : model_.orders) {
            if (one.resting) expected.push_back(one.terms.id);
            const OrderView* view = engine_.find(one.terms.id);
            if (view == nullptr) {
                ASSERT_FALSE(one.open()) << what;  // forgotten
                continue;
            }
            compare_order(one, *view, what);
        }
        std::vector<OrderId> open;
        engine_.for_each_open([&](const OrderView& view) { open.push_back(view.terms.id); });
        ASSERT_EQ(open, expected) << what;
        ASSERT_EQ(engine_.next_sequence(), model_.next_sequence) << what;
        for (const ModelPool& one : model_.pools) {
            for (std::int64_t n = 0; n < kSteps; ++n) {
                const std::int64_t free = model_.free_at(one, step(n));
                ASSERT_GE(free, 0) << what;
                ASSERT_EQ(
                    engine_.find_calendar(one.rules.id)->minimum({step(n), step(n + 1)}).value,
                    free)
                    << what;
            }
        }
    }

    void compare_order(const ModelOrder& one, const OrderView& view, const char* what) {
        ASSERT_EQ(view.terms, one.terms) << what;
        ASSERT_EQ(view.sequence, one.sequence) << what;
        ASSERT_EQ(view.state, one.state) << what << " " << number_of(one.terms.id);
        ASSERT_EQ(view.end_reason, one.reason) << what;
        ASSERT_EQ(view.filled_lots, one.filled) << what;
        ASSERT_EQ(view.bound_site, one.site) << what;
        ASSERT_EQ(view.bound_pool, one.pool) << what;
        if (one.terms.side == Side::kBuy) {
            ASSERT_EQ(view.rest, one.rest) << what;
            return;
        }
        for (std::int64_t n = 0; n < kSteps; ++n) {
            ASSERT_EQ(minimum(view.rest_steps, Lots(0), {step(n), step(n + 1)}).value,
                      model_.rest_at(one, step(n)))
                << what;
        }
    }

    std::mt19937_64 random_;
    Time now_{kDay};
    std::uint32_t next_id_ = 1;
    std::vector<MarketRules> markets_;
    Engine engine_;
    Model model_;
    std::vector<Lease> leases_;
    std::vector<Lease> blocks_;
    std::map<OrderId, OrderView> seen_;
};

TEST(EngineStreams, AgreeWithTheModel) {
    const std::uint64_t seed = support::test_seed();
    for (int i = 0; i < stream_count(); ++i) {
        SCOPED_TRACE("stream " + std::to_string(i));
        Stream stream(seed + static_cast<std::uint64_t>(i));
        stream.run();
        if (HasFatalFailure()) return;
    }
    if (std::getenv("SUANPAN_STREAMS") != nullptr) {
        for (const auto& [what, count] : Stream::reached()) {
            std::cout << "  " << count << "  " << what << "\n";
        }
    }
    EXPECT_GT(Stream::reached()["fills"], 0);
}

}  // namespace
}  // namespace suanpan::matching::testing
