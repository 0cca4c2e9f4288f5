#pragma once

// The rich workload: a market of a country's computing centres, all of the exchange's rules in use.
// Sells of many pools over windows on a 15-minute grid within two weeks; bids that say what they
// need, in lots or in CU. Sizes, durations and devices follow a production GPU cluster (Alibaba's
// cluster-trace-gpu-v2023, Weng et al., USENIX ATC '23) as quantile tables in the source, so that
// nothing is read. The same scale gives the same messages on every machine.

#include "base/units.hpp"
#include "bench/matching/rich_profiles.hpp"
#include "bench/matching/xorshift.hpp"
#include "matching/engine.hpp"
#include "matching/terms.hpp"

#include <cstdint>
#include <vector>

namespace suanpan::bench {

struct RichScale {
    std::uint32_t profiles = 1'000;
    std::uint32_t requirements = 500;
    std::uint32_t pools = 10'000;  // at least `profiles`
    std::uint32_t resting = 100'000;
    std::uint32_t messages = 200'000;
    // Some bids that rest until they fill as a whole: each is tried again after every event that
    // could let it, so their number is a cost of its own.
    bool all_or_none = false;
    std::int64_t grid_s = 900;  // divides 900; a finer one makes more distinct windows
};

struct RichMessage {
    enum class Kind : std::uint8_t { kPlace, kCancel };
    Kind kind = Kind::kPlace;
    // Of the order, counted from the first resting sell. One to cancel may have ended meanwhile: in
    // a real market, too, a cancel and a fill cross.
    std::uint32_t order = 0;
};

struct RichStream {
    std::vector<matching::OrderTerms> orders;  // [number − scale.resting]
    std::vector<RichMessage> messages;
};

class RichWorld {
 public:
    explicit RichWorld(const RichScale& scale);

    [[nodiscard]] const RichScale& scale() const { return scale_; }
    [[nodiscard]] const std::vector<RichProfile>& profiles() const { return profiles_; }
    [[nodiscard]] const std::vector<RichRequirement>& requirements() const { return requirements_; }
    // All messages happen at this moment; every window starts at least an hour later.
    [[nodiscard]] static Time now();
    [[nodiscard]] matching::MarketRules market() const;

    // Pools 0 to scale().pools − 1, made when asked for: a large market's would fill the memory.
    [[nodiscard]] matching::PoolRules pool(std::uint32_t number) const;
    [[nodiscard]] Rate rate(std::uint32_t number) const;
    // Which of profiles() the pool has.
    [[nodiscard]] std::uint32_t profile_of(std::uint32_t number) const {
        return pools_[number].profile;
    }
    // The resting sells 0, 1, 2 … in this sequence; REQUIRES at most scale().resting calls, all
    // before make_stream().
    matching::OrderTerms next_resting();
    RichStream make_stream();

 private:
    struct Pool {
        std::uint32_t profile = 0;
        std::uint32_t site = 0;
        std::uint32_t lots = 0;
        std::uint32_t price_ppm = 0;  // of the common price
    };

    [[nodiscard]] std::uint32_t sites() const;
    Pool draw_pool(std::uint32_t number);
    Window draw_window(std::int64_t quarters);
    matching::OrderTerms start_order(Side side);
    matching::OrderTerms draw_sell(bool is_fresh);
    matching::OrderTerms draw_buy();
    void draw_buy_amount(matching::OrderTerms& out);
    void draw_buy_rules(matching::OrderTerms& out, std::int64_t lots);

    RichScale scale_;
    Xorshift random_;
    std::vector<RichProfile> profiles_;
    std::vector<RichRequirement> requirements_;
    std::vector<std::uint32_t> site_price_ppm_;
    std::vector<Pool> pools_;
    std::uint32_t orders_ = 0;
};

}  // namespace suanpan::bench
