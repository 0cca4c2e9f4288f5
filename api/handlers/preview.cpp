#include "api/handlers/handlers.hpp"
#include "api/handlers/order_input.hpp"
#include "api/json/render.hpp"
#include "api/market_read.hpp"
#include "base/check.hpp"
#include "base/decimal.hpp"
#include "base/random.hpp"
#include "services/clock.hpp"

#include <algorithm>
#include <string_view>

namespace suanpan::api {

namespace {

constexpr std::string_view kNoFunds = "insufficient_funds";

Json fill_json(const matching::Fill& fill) {
    Json out{{"pool", to_string(fill.pool)},
             {"lots", fill.lots.value},
             {"window", to_json(fill.window)},
             {"price", to_string(fill.price)},
             {"price_unit", matching::to_string(fill.price_unit)},
             {"rate", to_string(fill.rate)}};
    const auto amount =
        exact_amount(fill.price, fill.price_unit, fill.lots, fill.rate, fill.window.length());
    const auto rounded = amount ? amount->floor() : fail(amount.error());
    if (rounded) out["amount"] = to_string(*rounded);
    return out;
}

Json why_not_json(const matching::WhyNot& why) {
    Json failed = Json::array();
    for (const auto& condition : why.failed) {
        Json one{{"condition", condition.condition}, {"lots_failing", condition.lots_failing}};
        if (!condition.nearest.empty()) one["nearest"] = condition.nearest;
        failed.push_back(std::move(one));
    }
    return {{"lots_listed", why.lots_listed},
            {"lots_eligible", why.lots_eligible},
            {"lots_free", why.lots_free},
            {"lots_in_price", why.lots_in_price},
            {"failed_conditions", std::move(failed)}};
}

Json refusal_json(const Error& error) {
    return {{"code", error.code()}, {"detail", error.detail()}};
}

// Runs between two batches: exactly what placing the order now would do.
Json preview(const core::Market& market, const OrganisationId& caller, const OrderInput& input,
             Time now) {
    const matching::OrderTerms& terms = input.terms;
    Json out{{"order", to_json(terms)}, {"accepted", false}};
    const auto checked = market.check_order(caller, terms, input.voucher, now);
    if (!checked) {
        out["refusal"] = refusal_json(checked.error());
        // With the money it could be placed: what it would find is worth knowing.
        if (checked.error().code() != kNoFunds) return out;
    }
    if (terms.side == Side::kBuy) {
        const auto worst = market.worst_cost(terms);
        CHECK(worst);  // checked: only money is missing
        const Money available = market.balance(
            {terms.organisation, terms.market.currency, settlement::AccountKind::kAvailable});
        const std::optional<core::OrderVoucher> voucher = checked ? checked->voucher : std::nullopt;
        out["worst_cost"] = to_string(core::own_part(*worst, voucher));
        if (voucher) {
            out["voucher"] = {{"grant", to_string(voucher->grant)},
                              {"reserved", to_string(voucher->reserved)}};
        }
        out["available"] = to_string(available);
    }
    const matching::Preview would = market.engine().preview(terms, now);
    Json fills = Json::array();
    std::int64_t lots = 0;
    for (const matching::Fill& fill : would.fills) {
        fills.push_back(fill_json(fill));
        lots += fill.lots.value;
    }
    out["fills"] = std::move(fills);
    out["fill_lots"] = lots;
    out["would_rest"] = matching::is_open(would.order.state);
    if (terms.side == Side::kBuy && would.fills.empty())
        out["why_not"] = why_not_json(market.engine().why_not(terms, now));
    out["accepted"] = !out.contains("refusal");
    return out;
}

}  // namespace

Result<Response> preview_order(Call& call) {
    Faults faults;
    OrderInput input = read_order(call, call.body, faults, "");
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    const Time clock = call.context.clock.now();
    input.terms.id = random_id<OrderId>(clock);
    Json out;
    const auto seen = read_market(call.context.core, [&](const core::Market& market) {
        const Time now = std::max(clock, market.head().last_time);
        out = preview(market, call.caller.organisation, input, now);
    });
    if (!seen) return fail(seen.error());
    return json_response(out);
}

}  // namespace suanpan::api
