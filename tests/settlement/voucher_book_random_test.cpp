// Random lives of vouchers against a model that keeps nothing but the list of what happened and
// answers every question by adding all of it up.

#include "settlement/voucher_book.hpp"
#include "support/seed.hpp"
#include "tests/settlement/random_contracts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace suanpan::settlement {
namespace {

constexpr std::int64_t kDay = 86'400;

enum class Place : std::uint8_t { kBudget, kGrant, kHolder, kRedeemed, kExpired };

// Money of one grant that went from one place to another.
struct Move {
    Grant grant;
    IdBytes holder{};  // of whichever side is kHolder
    Month month;       // whose cap it uses
    Place from;
    Place to;
    std::int64_t amount;
};

class SlowVouchers {
 public:
    explicit SlowVouchers(Programme programme) : programme_(std::move(programme)) {}

    std::string grant(const Grant& grant, Time now) {
        if (grant.amount.value <= 0) return "bad_amount";
        if (now < programme_.from || grant.expires <= now || grant.expires > programme_.until)
            return "grant_expired";
        if (programme_.caps.grant && grant.amount > *programme_.caps.grant)
            return "voucher_over_cap";
        if (grant.amount.value > programme_.budget.value + at(Place::kBudget))
            return "budget_exhausted";
        grants_.push_back(grant);
        moves_.push_back({grant, {}, Month(0), Place::kBudget, Place::kGrant, grant.amount.value});
        return "ok";
    }
    std::string revoke(const Grant& grant, Time now) {
        if (const std::string dead = dead_code(grant, now); dead != "ok") return dead;
        if (at(Place::kHolder, &grant) > 0) return "grant_reserved";
        const std::int64_t left = at(Place::kGrant, &grant);
        moves_.push_back({grant, {}, Month(0), Place::kGrant, Place::kBudget, left});
        revoked_.push_back(grant.id);
        return "ok";
    }
    void expire(Time now) {
        for (const Grant& grant : grants_) {
            if (grant.expires > now) continue;
            const std::int64_t left = at(Place::kGrant, &grant);
            moves_.push_back({grant, {}, Month(0), Place::kGrant, Place::kExpired, left});
        }
    }
    // The amount or the code.
    std::string reserve(const Grant& grant, const IdBytes& holder, std::int64_t most, Time now) {
        if (const std::string dead = dead_code(grant, now); dead != "ok") return dead;
        if (held(grant, holder) > 0) return "already_reserved";
        if (most == 0) return "0";
        const std::int64_t left = at(Place::kGrant, &grant);
        if (left == 0) return "grant_exhausted";
        std::int64_t amount = std::min(most, left);
        const Month month = month_of(now);
        std::int64_t in_month = 0;
        std::int64_t in_all = 0;
        for (const Move& move : moves_) {
            if (move.grant.organisation != grant.organisation) continue;
            const auto uses = [](Place p) { return p == Place::kHolder || p == Place::kRedeemed; };
            const std::int64_t change =
                (uses(move.to) ? move.amount : 0) - (uses(move.from) ? move.amount : 0);
            in_all += change;
            if (move.month == month) in_month += change;
        }
        if (programme_.caps.organisation)
            amount = std::min(amount, programme_.caps.organisation->value - in_all);
        if (programme_.caps.month)
            amount = std::min(amount, programme_.caps.month->value - in_month);
        if (amount <= 0) return "voucher_over_cap";
        moves_.push_back({grant, holder, month, Place::kGrant, Place::kHolder, amount});
        return std::to_string(amount);
    }
    std::string take(const Grant& grant, const IdBytes& holder, Place to, std::int64_t amount) {
        if (held(grant, holder) == 0 || amount > held(grant, holder)) return "over_reserved";
        moves_.push_back(
            {grant, holder, month_held(grant, holder), Place::kHolder, rest(grant, to), amount});
        return "ok";
    }
    std::string move(const Grant& grant, const IdBytes& from, const IdBytes& to,
                     std::int64_t amount) {
        if (held(grant, from) == 0 || amount > held(grant, from)) return "over_reserved";
        const Month month = month_held(grant, from);
        moves_.push_back({grant, from, month, Place::kHolder, Place::kGrant, amount});
        moves_.push_back({grant, to, month, Place::kGrant, Place::kHolder, amount});
        return "ok";
    }

    [[nodiscard]] std::int64_t at(Place place, const Grant* grant = nullptr) const {
        std::int64_t sum = 0;
        for (const Move& move : moves_) {
            if (grant != nullptr && move.grant.id != grant->id) continue;
            sum += (move.to == place ? move.amount : 0) - (move.from == place ? move.amount : 0);
        }
        return sum;
    }
    [[nodiscard]] std::int64_t held(const Grant& grant, const IdBytes& holder) const {
        std::int64_t sum = 0;
        for (const Move& move : moves_) {
            if (move.grant.id != grant.id || move.holder != holder) continue;
            sum += (move.to == Place::kHolder ? move.amount : 0) -
                   (move.from == Place::kHolder ? move.amount : 0);
        }
        return sum;
    }
    [[nodiscard]] ProgrammeTotals totals() const {
        return {programme_.budget,           Money(programme_.budget.value + at(Place::kBudget)),
                Money(at(Place::kGrant)),    Money(at(Place::kHolder)),
                Money(at(Place::kRedeemed)), Money(at(Place::kExpired))};
    }
    [[nodiscard]] const std::vector<Grant>& grants() const { return grants_; }

    Time clock{0};

 private:
    [[nodiscard]] bool is_revoked(const Grant& grant) const {
        return std::ranges::find(revoked_, grant.id) != revoked_.end();
    }
    [[nodiscard]] std::string dead_code(const Grant& grant, Time at) const {
        if (is_revoked(grant)) return "grant_revoked";
        return grant.expires <= at ? "grant_expired" : "ok";
    }
    // Where what goes back to a grant ends.
    [[nodiscard]] Place rest(const Grant& grant, Place to) const {
        if (to != Place::kGrant) return to;
        return grant.expires <= clock ? Place::kExpired : Place::kGrant;
    }
    [[nodiscard]] Month month_held(const Grant& grant, const IdBytes& holder) const {
        Month out(0);
        for (const Move& move : moves_) {
            if (move.grant.id == grant.id && move.holder == holder && move.to == Place::kHolder)
                out = move.month;
        }
        return out;
    }

    Programme programme_;
    std::vector<Grant> grants_;
    std::vector<GrantId> revoked_;
    std::vector<Move> moves_;
};

template <typename T>
std::string word(const Result<T>& result) {
    return result ? "ok" : result.error().code();
}
std::string word(const Result<Money>& result) {
    return result ? std::to_string(result->value) : result.error().code();
}

class RandomVouchers {
 public:
    explicit RandomVouchers(RandomContracts& random)
        : random_(random), programme_(make_programme(random)), model_(programme_) {
        EXPECT_TRUE(book_.open(programme_).has_value());
    }

    void step(std::map<std::string, int>& seen) {
        now_.value += random_.below(3 * kDay);
        model_.clock = now_;
        book_.expire(now_);
        model_.expire(now_);
        const std::string got = act();
        ASSERT_EQ(got, expected_);
        ++seen[got.find_first_not_of("0123456789") == std::string::npos ? "reserved" : got];
        ASSERT_EQ(book_.totals(programme_.id), model_.totals());
        ASSERT_TRUE(book_.adds_up());
        if (random_.one_in(20)) restart();
    }

 private:
    static Programme make_programme(RandomContracts& random) {
        Programme out;
        out.id.bytes[15] = 1;
        out.funders = {{test_organisation(9), Ppm(kPpm)}};
        out.currency = "CNY";
        out.budget = Money(2'000 + random.below(2'000));
        out.from = Time(0);
        out.until = Time(300 * kDay);
        out.share_paid = Ppm(500'000);
        if (random.one_in(2)) out.caps.grant = Money(100 + random.below(400));
        if (random.one_in(2)) out.caps.organisation = Money(100 + random.below(400));
        if (random.one_in(2)) out.caps.month = Money(50 + random.below(200));
        return out;
    }

    Grant random_grant() {
        if (model_.grants().empty() || random_.one_in(50)) return Grant{};
        return model_.grants()[static_cast<std::size_t>(
            random_.below(static_cast<std::int64_t>(model_.grants().size())))];
    }
    IdBytes holder() {
        IdBytes out{};
        out[15] = static_cast<std::uint8_t>(random_.below(4));
        return out;
    }
    std::string act() {
        const Grant grant = random_grant();
        const bool known = !grant.id.is_nil();
        const ReservationKey key{grant.id, holder()};
        const std::int64_t amount = random_.below(150);
        switch (random_.below(7)) {
            case 0: {
                Grant made;
                made.id.bytes[14] = ++next_;
                made.programme = programme_.id;
                made.organisation = test_organisation(static_cast<std::uint8_t>(random_.below(3)));
                made.amount = Money(random_.one_in(20) ? 0 : random_.below(400));
                made.expires = Time(now_.value + random_.below(150 * kDay));
                expected_ = model_.grant(made, now_);
                return word(book_.grant(made, now_));
            }
            case 1:
                if (!random_.one_in(3)) break;
                expected_ = known ? model_.revoke(grant, now_) : "unknown_grant";
                return word(book_.revoke(grant.id, now_));
            case 2:
                expected_ = known ? model_.take(grant, key.holder, Place::kRedeemed, amount)
                                  : "over_reserved";
                return word(book_.redeem(key, Money(amount)));
            case 3:
                expected_ =
                    known ? model_.take(grant, key.holder, Place::kGrant, amount) : "over_reserved";
                return word(book_.release(key, Money(amount)));
            case 4: {
                // To a lease of its own, as an order does.
                IdBytes lease{};
                lease[14] = ++lease_;
                expected_ = known ? model_.move(grant, key.holder, lease, amount) : "over_reserved";
                return word(book_.move(key, lease, Money(amount)));
            }
            default: break;
        }
        expected_ = known ? model_.reserve(grant, key.holder, amount, now_) : "unknown_grant";
        const VoucherOrder order{grant.organisation, {}, "AI-FP16", "CNY", ""};
        return word(book_.reserve(key, order, Money(amount), now_));
    }
    void restart() {
        VoucherBook restored;
        for (const auto& [id, state] : book_.programmes())
            restored.restore(state);
        for (const auto& [id, state] : book_.grants())
            restored.restore(state);
        for (const auto& [key, reservation] : book_.reservations())
            restored.restore(key, reservation);
        for (const auto& [key, used] : book_.months())
            restored.restore(key, used);
        ASSERT_EQ(restored.next_expiry(), book_.next_expiry());
        book_ = std::move(restored);
    }

    RandomContracts& random_;
    Programme programme_;
    VoucherBook book_;
    SlowVouchers model_;
    Time now_{0};
    std::string expected_;
    std::uint8_t next_ = 0;
    std::uint8_t lease_ = 0;
};

TEST(VoucherBookRandom, LivesLikeTheSlowModelAlsoAfterRestarts) {
    RandomContracts random(support::test_seed());
    std::map<std::string, int> seen;
    for (int round = 0; round < 60 && !testing::Test::HasFailure(); ++round) {
        RandomVouchers vouchers(random);
        for (int step = 0; step < 250 && !testing::Test::HasFailure(); ++step)
            vouchers.step(seen);
    }
    for (const char* word :
         {"ok", "reserved", "bad_amount", "grant_expired", "voucher_over_cap", "budget_exhausted",
          "grant_reserved", "grant_revoked", "already_reserved", "grant_exhausted", "over_reserved",
          "unknown_grant"}) {
        EXPECT_GT(seen[word], 0) << word;
    }
}

}  // namespace
}  // namespace suanpan::settlement
