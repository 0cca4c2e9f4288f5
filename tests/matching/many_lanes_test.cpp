// A book of very many profiles and requirements, which come and go, against a list of orders. Lots
// and whole days only: what differs is who may trade with whom.

#include "support/seed.hpp"
#include "tests/matching/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace suanpan::matching::testing {
namespace {

constexpr std::uint32_t kProfiles = 150;
constexpr int kOrders = 20'000;
constexpr std::int64_t kDays = 4;

struct Listed {
    std::uint32_t number = 0;
    std::int64_t memory = 0;  // a sell's, or the least a buy needs
    std::int64_t price = 0;
    std::int64_t lots = 0;
    std::int64_t day = 0;
};

class ManyLanes : public ::testing::Test {
 protected:
    ManyLanes() {
        for (std::uint32_t n = 1; n <= kProfiles; ++n) {
            const std::string json = R"({"memory_gib":")" + std::to_string(100 * n) + R"("})";
            world_.add_pool(n, 1'000'000, 1'000, json.c_str());
        }
    }
    std::int64_t draw(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }
    void place(bool buys) {
        const auto pool = static_cast<std::uint32_t>(draw(1, kProfiles));
        Listed taker{++last_, buys ? draw(1, 100 * kProfiles + 50) : 100 * pool, draw(1, 40),
                     draw(1, 3), draw(1, kDays)};
        const Window day = hours(24 * taker.day, 24 * taker.day + 24);
        OrderTerms terms = buys ? buy(last_, taker.lots, taker.price, day)
                                : sell(last_, pool, taker.lots, taker.price, day);
        const std::string least = std::to_string(taker.memory);
        if (buys) {
            terms.requirement =
                requirement((R"({"memory_gib":{"at_least":")" + least + R"("}})").c_str());
        }
        const Told told = world_.place(terms);
        ASSERT_EQ(brief(told), expected(taker, buys ? sells_ : buys_, buys)) << last_;
        trades_ += told.fills.size();
        if (taker.lots > 0) (buys ? buys_ : sells_).push_back(taker);
    }
    // Takes it out of the list too.
    std::vector<std::string> expected(Listed& taker, std::vector<Listed>& makers, bool buys) {
        std::vector<std::string> out;
        while (taker.lots > 0) {
            std::size_t best = makers.size();
            for (std::size_t i = 0; i < makers.size(); ++i) {
                const Listed& one = makers[i];
                const bool fits = buys ? one.memory >= taker.memory && one.price <= taker.price
                                       : one.memory <= taker.memory && one.price >= taker.price;
                if (!fits || one.day != taker.day) continue;
                const bool better =
                    best == makers.size() ||
                    (buys ? one.price < makers[best].price : one.price > makers[best].price);
                if (better) best = i;
            }
            if (best == makers.size()) break;
            Listed& maker = makers[best];
            const std::int64_t lots = std::min(taker.lots, maker.lots);
            out.push_back(std::to_string(maker.number) + " x " + std::to_string(lots) + " @ " +
                          std::to_string(maker.price));
            taker.lots -= lots;
            maker.lots -= lots;
            if (maker.lots == 0) makers.erase(makers.begin() + static_cast<std::ptrdiff_t>(best));
        }
        return out;
    }
    void cancel(std::vector<Listed>& list) {
        if (list.empty()) return;
        const auto which =
            static_cast<std::ptrdiff_t>(draw(0, static_cast<std::int64_t>(list.size()) - 1));
        world_.cancel(list[static_cast<std::size_t>(which)].number);
        list.erase(list.begin() + which);
    }

    std::mt19937_64 random_{support::test_seed()};
    World world_;
    std::uint32_t last_ = 0;
    std::size_t trades_ = 0;
    std::vector<Listed> buys_;
    std::vector<Listed> sells_;
};

TEST_F(ManyLanes, AreNotConfusedWhenRequirementsComeAndGo) {
    for (int i = 0; i < kOrders && !HasFatalFailure(); ++i) {
        place(draw(0, 2) > 0);
        if (buys_.size() > 60) cancel(buys_);
        if (sells_.size() > 150) cancel(sells_);
        if (i % 50 == 0) world_.forget_ended();
    }
    EXPECT_GT(trades_, kOrders / 10U);
}

}  // namespace
}  // namespace suanpan::matching::testing
