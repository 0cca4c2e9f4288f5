#include "bench/matching/rich_messages.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace suanpan::bench {
namespace {

using matching::OrderTerms;

constexpr Time kNow(1'800'000'000);
constexpr std::int64_t kQuarter = 900;           // seconds
constexpr std::uint32_t kHorizon = 14 * 24 * 4;  // quarters of an hour
constexpr std::uint32_t kBuyers = 500;
constexpr std::uint32_t kPoolsASite = 20;
constexpr std::uint32_t kSitesAProvider = 4;
constexpr std::uint32_t kCommonPrice = 120'000;  // micro-units a CU·h, as in seed/assumptions.csv
constexpr std::int64_t kTick = 100;
constexpr std::int64_t kLotTick = 10'000;  // what people round a price per lot to

// The mix of the stream, of 100. Half are bids: buyers try prices and come again. Fresh sells make
// up for those that are cancelled or sold out, so the book keeps about its size.
constexpr std::uint32_t kBuyShare = 50;
constexpr std::uint32_t kSellShare = 22;  // the rest: cancels, of buys and sells alike

// Of 100 fresh sells: lots that would else stay idle, at this share of the price. They are what
// waiting bids trade with.
constexpr std::uint32_t kIdleShare = 15;
constexpr std::uint32_t kIdlePercent = 85;
// Of 100 bids that rest until cancelled.
constexpr std::uint32_t kAllOrNoneShare = 1;
constexpr std::uint32_t kPostOnlyShare = 3;

// How long the trace's tasks of at least 15 minutes ran (3,108 of 7,255), in quarters of an hour:
// its quantiles 2.5, 7.5 … 97.5 %.
constexpr std::array<std::int64_t, 20> kBidQuarters{2, 2, 2, 2, 2, 2, 2,  3,  3,  3,
                                                    4, 5, 5, 6, 7, 9, 13, 19, 30, 119};
// The trace's GPUs a task, of 1000 tasks with GPUs: 989 with one, then two, four, eight.
constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 4> kTaskGpus{
    {{989, 1}, {992, 2}, {994, 4}, {1'000, 8}}};
constexpr std::int64_t kTypicalRate = 100'000;  // milli-CU: what a bid in CU counts for a lot
constexpr std::int64_t kExcess = 450'000;       // about one lot of the fastest devices
constexpr std::uint32_t kTeam = 32;  // an order stands for a team's tasks (seed/assumptions.csv)
// GPUs a node of the trace, a sixth each; a pool is 4 to 32 nodes.
constexpr std::array<std::uint32_t, 6> kNodeGpus{2, 2, 4, 8, 8, 8};
// Windows of sells: from an idle night to two days.
constexpr std::array<std::int64_t, 10> kSellQuarters{8, 16, 16, 24, 32, 32, 48, 48, 96, 192};

// Of the common price, in parts per million, evenly. Buyers know the market: most bid near its
// cheap end, and hope.
struct Range {
    std::uint32_t least;
    std::uint32_t most;
    std::uint32_t draw(Xorshift& random) const { return least + random.below(most - least + 1); }
};
constexpr Range kLotBid{735'000, 910'000};
constexpr Range kCuBid{735'000, 825'000};

// Numbered ids that look like derived ones: the free bits are spread.
template <typename IdType>
IdType numbered(std::uint32_t number) {
    const std::uint64_t spread = (std::uint64_t{number} + 1) * 0x1E3779B97F4A7C15ULL;
    std::array<std::uint8_t, 10> bits{};
    for (std::size_t i = 0; i < 8; ++i)
        bits[2 + i] = static_cast<std::uint8_t>(spread >> (56 - 8 * i));
    // The id's layout takes two bits of the third byte: they are kept in the first two.
    bits[1] = static_cast<std::uint8_t>(spread >> 62U);
    IdType id;
    id.bytes = make_id_bytes(kNow, bits);
    return id;
}

OrganisationId buyer(std::uint32_t number) {
    return numbered<OrganisationId>(number);
}
OrganisationId provider_of_site(std::uint32_t site) {
    return numbered<OrganisationId>(kBuyers + site / kSitesAProvider);
}

bool may_rest(const OrderTerms& terms) {
    return terms.time_in_force != matching::TimeInForce::kIoc &&
           terms.time_in_force != matching::TimeInForce::kFok;
}

// common price × factor, per CU·h or per lot·h of `rate`, on its tick.
Price price_of(std::uint32_t factor_ppm, Unit unit, Rate rate) {
    std::int64_t price = std::int64_t{kCommonPrice} * factor_ppm / kPpm;
    if (unit == Unit::kLot) price = price * rate.value / kMilli;
    const std::int64_t tick = unit == Unit::kLot ? kLotTick : kTick;
    return Price(std::max(tick, price / tick * tick));
}

}  // namespace

RichWorld::RichWorld(const RichScale& scale)
    : scale_(scale),
      profiles_(make_profiles(scale.profiles, random_)),
      requirements_(make_requirements(scale.requirements, profiles_, random_)) {
    CHECK(scale.pools >= scale.profiles && kQuarter % scale.grid_s == 0);
    // A provider is up to 20 % dearer or cheaper than the common price.
    std::uint32_t price = 0;
    for (std::uint32_t site = 0; site < sites(); ++site) {
        if (site % kSitesAProvider == 0) price = 800'000 + random_.below(400'001);
        site_price_ppm_.push_back(price);
    }
    for (std::uint32_t number = 0; number < scale.pools; ++number)
        pools_.push_back(draw_pool(number));
}

std::uint32_t RichWorld::sites() const {
    return std::max(kHubs, scale_.pools / kPoolsASite / kHubs * kHubs);
}

Time RichWorld::now() {
    return kNow;
}

matching::MarketRules RichWorld::market() const {
    matching::MarketRules rules;
    rules.key = {"AI-FP16", "CNY"};
    rules.grid = Duration(scale_.grid_s);
    rules.tick = Price(kTick);
    return rules;
}

// Each profile has its pools in turn; its site is one of the profile's hub.
RichWorld::Pool RichWorld::draw_pool(std::uint32_t number) {
    Pool out;
    out.profile = number % scale_.profiles;
    // The exchange writes its site into a pool's profile, so lots of one profile are at one site.
    out.site = out.profile / kHubs % (sites() / kHubs) * kHubs + profiles_[out.profile].hub;
    const std::uint32_t gpus = kNodeGpus[random_.below(kNodeGpus.size())];
    out.lots = gpus * (4 + random_.below(29));
    out.price_ppm = site_price_ppm_[out.site] / 100 * (98 + random_.below(5));
    return out;
}

matching::PoolRules RichWorld::pool(std::uint32_t number) const {
    const Pool& pool = pools_[number];
    return {numbered<PoolId>(number), provider_of_site(pool.site), numbered<SiteId>(pool.site),
            Lots(pool.lots), profiles_[pool.profile].profile};
}

Rate RichWorld::rate(std::uint32_t number) const {
    return profiles_[pools_[number].profile].rate;
}

// A window of that many quarters of an hour, less than one shorter on a finer grid, within two
// weeks from an hour from now.
Window RichWorld::draw_window(std::int64_t quarters) {
    const auto fine = static_cast<std::uint32_t>(kQuarter / scale_.grid_s);
    const auto free = kHorizon - static_cast<std::uint32_t>(quarters);
    const std::int64_t shift = random_.below(fine) * scale_.grid_s;
    const std::int64_t less = random_.below(fine) * scale_.grid_s;
    const std::int64_t start = kNow.value + 4 * kQuarter + random_.below(free) * kQuarter + shift;
    return {Time(start), Time(start + quarters * kQuarter - less)};
}

OrderTerms RichWorld::start_order(Side side) {
    OrderTerms out;
    out.id = numbered<OrderId>(orders_++);
    out.market = {"AI-FP16", "CNY"};
    out.side = side;
    return out;
}

OrderTerms RichWorld::draw_sell(bool is_fresh) {
    OrderTerms out = start_order(Side::kSell);
    const std::uint32_t number = random_.below(scale_.pools);
    const Pool& pool = pools_[number];
    out.organisation = provider_of_site(pool.site);
    out.pool = numbered<PoolId>(number);
    // A half of the listings offer the whole pool: they share its calendar.
    const bool whole = random_.below(2) == 0;
    out.quantity = whole ? pool.lots : 4 + random_.below(pool.lots - 3);
    out.unit = random_.below(100) < 70 ? Unit::kLot : Unit::kCu;
    std::uint32_t factor = pool.price_ppm / 100 * (95 + random_.below(11));
    if (is_fresh && random_.below(100) < kIdleShare) factor = factor / 100 * kIdlePercent;
    out.limit_price = price_of(factor, out.unit, rate(number));
    out.window = draw_window(kSellQuarters[random_.below(kSellQuarters.size())]);
    if (random_.below(100) < 20) out.min_duration = Duration(4 * kQuarter);
    if (random_.below(100) < 2) {
        for (std::uint32_t i = 0; i < 3; ++i)
            out.counterparties.push_back(buyer(random_.below(kBuyers)));
        std::sort(out.counterparties.begin(), out.counterparties.end());
        out.counterparties.erase(std::unique(out.counterparties.begin(), out.counterparties.end()),
                                 out.counterparties.end());
    }
    return out;
}

// How much of what, at which price: 3 of 5 bids in lots, of the slowest device that will do.
void RichWorld::draw_buy_amount(OrderTerms& out) {
    const RichRequirement& wanted = requirements_[random_.below(scale_.requirements)];
    out.requirement = wanted.requirement;
    const std::uint32_t task = random_.below(1'000);
    std::uint32_t gpus = 0;
    for (const auto& [below, count] : kTaskGpus) {
        if (gpus == 0 && task < below) gpus = count;
    }
    const std::int64_t lots = std::int64_t{gpus} * (1 + random_.below(kTeam));
    out.unit = random_.below(5) < 3 ? Unit::kLot : Unit::kCu;
    const std::uint32_t factor =
        out.unit == Unit::kLot ? kLotBid.draw(random_) : kCuBid.draw(random_);
    out.limit_price = price_of(factor, out.unit, wanted.least_rate);
    out.quantity = out.unit == Unit::kLot ? lots : lots * kTypicalRate;
    if (out.unit == Unit::kCu && random_.below(2) == 0) out.max_excess = Cu(kExcess);
    draw_buy_rules(out, lots);
}

void RichWorld::draw_buy_rules(OrderTerms& out, std::int64_t lots) {
    using matching::TimeInForce;
    using matching::Together;
    const std::uint32_t force = random_.below(100);
    out.time_in_force = force < 70   ? TimeInForce::kGtc
                        : force < 90 ? TimeInForce::kIoc
                        : force < 95 ? TimeInForce::kFok
                                     : TimeInForce::kGtd;
    if (out.time_in_force == TimeInForce::kGtd) out.expires_at = Time(kNow.value + 3'600);
    if (lots > 1) {
        const std::uint32_t together = random_.below(100);
        out.together = together < 70   ? Together::kSameSite
                       : together < 95 ? Together::kAnywhere
                                       : Together::kSamePool;
    }
    if (random_.below(100) < 10 && out.unit == Unit::kLot) out.min_lots = Lots((lots + 3) / 4);
    const std::uint32_t special = random_.below(100);
    const bool rests = out.time_in_force == TimeInForce::kGtc;
    out.all_or_none = scale_.all_or_none && rests && special < kAllOrNoneShare;
    out.post_only = rests && special >= 100 - kPostOnlyShare;
    if (random_.below(100) < 10) out.billing = matching::Billing::kMetered;
}

OrderTerms RichWorld::draw_buy() {
    OrderTerms out = start_order(Side::kBuy);
    // A few bids come from those who also sell: they can meet their own offers.
    out.organisation = random_.below(100) < 2 ? provider_of_site(random_.below(sites()))
                                              : buyer(random_.below(kBuyers));
    draw_buy_amount(out);
    out.window = draw_window(kBidQuarters[random_.below(kBidQuarters.size())]);
    return out;
}

OrderTerms RichWorld::next_resting() {
    CHECK(orders_ < scale_.resting);
    return draw_sell(false);
}

RichStream RichWorld::make_stream() {
    CHECK(orders_ == scale_.resting);
    RichStream out;
    out.messages.reserve(scale_.messages);
    // What may still be open, by side.
    std::array<std::vector<std::uint32_t>, 2> open;
    auto& [buys, sells] = open;
    for (std::uint32_t number = 0; number < scale_.resting; ++number)
        sells.push_back(number);
    while (out.messages.size() < scale_.messages) {
        const std::uint32_t what = random_.below(100);
        auto& side = open[random_.below(2)];
        if (what < kBuyShare + kSellShare || side.empty()) {
            const std::uint32_t number = orders_;
            out.messages.push_back({RichMessage::Kind::kPlace, number});
            out.orders.push_back(what < kBuyShare ? draw_buy() : draw_sell(true));
            if (what >= kBuyShare) sells.push_back(number);
            if (what < kBuyShare && may_rest(out.orders.back())) buys.push_back(number);
            continue;
        }
        const std::uint32_t at = random_.below(static_cast<std::uint32_t>(side.size()));
        out.messages.push_back({RichMessage::Kind::kCancel, side[at]});
        side[at] = side.back();
        side.pop_back();
    }
    return out;
}

}  // namespace suanpan::bench
