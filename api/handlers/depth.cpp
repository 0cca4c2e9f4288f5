// The depth of a market as one buyer would meet it: only offers that satisfy its requirement over
// its window, at what they would cost it.

#include "api/handlers/input.hpp"
#include "api/handlers/market_data.hpp"
#include "api/json/render.hpp"
#include "api/market_read.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "matching/price.hpp"
#include "services/clock.hpp"

#include <algorithm>
#include <set>

namespace suanpan::api {

namespace {

constexpr std::int64_t kUsualLevels = 50;
constexpr std::int64_t kMostLevels = 500;
constexpr std::int64_t kUsualLots = 10'000;
constexpr std::int64_t kUsualCu = 1'000'000'000;  // milli-CU
constexpr std::size_t kMostRequirement = 4'096;   // bytes of JSON

struct DepthInput {
    matching::OrderTerms terms;
    std::int64_t levels = kUsualLevels;
};

void read_requirement(Fields& query, matching::Requirement& requirement) {
    const auto text = query.find_text("requirement", kMostRequirement);
    if (!text) return;
    const auto json = parse_json(*text, {kMostRequirement, 4});
    if (!json) return query.fault("requirement", "bad_value", json.error().detail());
    auto parsed = matching::parse_requirement(*json);
    if (parsed)
        requirement = std::move(*parsed);
    else
        query.adopt("requirement", parsed.error());
}

// Of lots an integer, of CU a decimal, both as text.
void read_quantity(Fields& query, matching::OrderTerms& terms) {
    const bool lots = terms.unit == Unit::kLot;
    terms.quantity = lots ? kUsualLots : kUsualCu;
    if (lots) {
        terms.quantity = query.find("quantity", parse_count).value_or(terms.quantity);
    } else if (const auto cu = query.find("quantity", parse_cu)) {
        terms.quantity = cu->value;
    }
    if (terms.quantity < 1) query.fault("quantity", "out_of_range", "this is above zero");
}

// A buy that takes what it meets, up to the quantity, and leaves nothing behind.
DepthInput read_depth(const Call& call, const matching::MarketKey& market, Faults& faults) {
    Fields query(call.query, faults);
    DepthInput input;
    matching::OrderTerms& terms = input.terms;
    terms.organisation = call.caller.organisation;
    terms.market = market;
    terms.unit = query.find("unit", matching::parse_unit).value_or(Unit::kLot);
    terms.window.start = query.need("start", parse_time).value_or(Time(0));
    terms.window.end = query.need("end", parse_time).value_or(Time(0));
    terms.time_in_force = matching::TimeInForce::kIoc;
    terms.self_trade = matching::SelfTrade::kCancelOldest;  // own offers are passed by
    read_requirement(query, terms.requirement);
    read_quantity(query, terms);
    input.levels = query.find("levels", parse_count).value_or(kUsualLevels);
    if (input.levels < 1 || input.levels > kMostLevels)
        query.fault("levels", "out_of_range", "levels is 1 to 500");
    query.finish();
    return input;
}

struct Level {
    Price price;
    std::int64_t lots = 0;
    Int128 mcu = 0;
    std::int64_t offers = 0;
};

// Fills come in the order in which an order takes them: the best price first.
std::vector<Level> levels_of(const std::vector<matching::Fill>& fills, Unit unit) {
    std::vector<Level> levels;
    for (const matching::Fill& fill : fills) {
        const auto exact = matching::price_in(fill.price, fill.price_unit, unit, fill.rate);
        const Price price(static_cast<std::int64_t>(ceil_div(exact.numerator, exact.denominator)));
        if (levels.empty() || levels.back().price != price) levels.push_back({price});
        Level& level = levels.back();
        level.lots += fill.lots.value;
        level.mcu += Int128{fill.lots.value} * fill.rate.value;
        level.offers += 1;
    }
    return levels;
}

Result<Json> level_json(const Level& level) {
    const auto cu = narrow(level.mcu);
    if (!cu) return fail(cu.error());
    return Json{{"price", to_string(level.price)},
                {"lots", level.lots},
                {"cu", to_string(Cu(*cu))},
                {"offers", level.offers}};
}

Result<std::vector<matching::Fill>> look(const core::Market& market, matching::OrderTerms terms,
                                         Time now) {
    const matching::Engine& engine = market.engine();
    const matching::MarketRules* rules = engine.find_market(terms.market);
    if (rules == nullptr) return fail(not_found());
    terms.limit_price = Price(matching::kMaxPrice - matching::kMaxPrice % rules->tick.value);
    if (terms.unit == Unit::kLot) terms.quantity = std::min(terms.quantity, rules->max_lots.value);
    const auto checked = engine.check(terms, now);
    if (!checked) return fail(checked.error());
    return engine.preview(terms, now).fills;
}

}  // namespace

Result<Response> get_depth(Call& call) {
    const auto key = path_market(call);
    if (!key) return fail(key.error());
    Faults faults;
    DepthInput input = read_depth(call, *key, faults);
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const Time clock = call.context.clock.now();
    input.terms.id = random_id<OrderId>(clock);
    Result<std::vector<matching::Fill>> fills = std::vector<matching::Fill>();
    const auto seen = read_market(call.context.core, [&](const core::Market& market) {
        fills = look(market, input.terms, std::max(clock, market.head().last_time));
    });
    if (!seen) return fail(seen.error());
    if (!fills) return fail(fills.error());
    const auto levels = levels_of(*fills, input.terms.unit);
    Json shown = Json::array();
    for (const Level& level : levels) {
        if (std::ssize(shown) == input.levels) break;
        auto json = level_json(level);
        if (!json) return fail(json.error());
        shown.push_back(std::move(*json));
    }
    return json_response(
        {{"market", matching::to_string(*key)},
         {"unit", matching::to_string(input.terms.unit)},
         {"window", to_json(input.terms.window)},
         {"requirement", parse_canonical(matching::canonical(input.terms.requirement))},
         {"levels", std::move(shown)},
         {"has_more", std::ssize(levels) > input.levels}});
}

}  // namespace suanpan::api
