// The operator's hand on the market: halts, calls, bands, limits, the kill switch (market §6, §7).

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/indicative_calls.hpp"
#include "api/json/cancelled.hpp"
#include "api/json/render.hpp"
#include "api/market_read.hpp"
#include "base/decimal.hpp"

#include <chrono>

namespace suanpan::api {

namespace {

constexpr std::int64_t kMostLimit = 1'000'000'000;

Json call_json(const matching::CallView& call) {
    Json out{{"market", matching::to_string(call.terms.market)},
             {"window", to_json(call.terms.window)},
             {"floor", parse_canonical(matching::canonical(call.terms.floor))},
             {"reference", to_string(call.terms.reference)},
             {"volume", call.result.volume.value},
             {"surplus", call.result.surplus.value}};
    if (call.result.price) out["price"] = to_string(*call.result.price);
    if (call.result.surplus_side)
        out["surplus_side"] = matching::to_string(*call.result.surplus_side);
    return out;
}

// What a command with calls and trades says: each call's result, and the trades of all.
services::StoredResponse calls_response(const core::CommandOutcome& outcome) {
    Json calls = Json::array();
    for (const matching::CallView& call : outcome.calls)
        calls.push_back(call_json(call));
    Json trades = Json::array();
    for (const core::TradeRow& trade : outcome.trades)
        trades.push_back(to_json(trade));
    return stored({{"calls", std::move(calls)},
                   {"trades", std::move(trades)},
                   {"log_index", outcome.index.value}},
                  200, "");
}

services::StoredResponse index_response(const core::CommandOutcome& outcome) {
    return stored({{"log_index", outcome.index.value}}, 200, "");
}

// A command without a body of its own.
Result<Write> plain_write(const Call& call, core::CommandBody command) {
    Faults faults;
    Fields(call.body, faults).finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = std::move(command);
    write.respond = index_response;
    return write;
}

std::optional<Price> read_reference(Fields& fields, bool needed) {
    const auto price =
        needed ? fields.need("reference", parse_price) : fields.find("reference", parse_price);
    if (price && price->value <= 0)
        fields.fault("reference", "out_of_range", "a price is above zero");
    return price;
}

// {"amount":"1000.00","currency":"CNY"}
void read_notional(Fields& parent, core::Limits& limits) {
    const Json* object = parent.find_object("notional");
    if (object == nullptr) return;
    Fields fields(*object, parent.faults(), parent.pointer_of("notional"));
    limits.notional = fields.need("amount", parse_money);
    if (limits.notional && limits.notional->value < 0)
        fields.fault("amount", "out_of_range", "this must not be negative");
    limits.currency = fields.need("currency", parse_currency).value_or("");
    fields.finish();
}

}  // namespace

Result<Write> kill_organisation(Call& call) {
    const auto id = call.id<OrganisationId>();
    if (!id) return fail(id.error());
    if (*id != call.caller.organisation && !call.caller.is_operator()) return fail(not_found());
    auto write = plain_write(call, core::KillSwitch{*id});
    if (!write) return write;
    write->respond = [organisation = *id](const core::CommandOutcome& outcome) {
        Json body = cancelled_json(outcome, matching::EndReason::kKillSwitch, organisation);
        body["log_index"] = outcome.index.value;
        return stored(body, 200, "");
    };
    return write;
}

Result<Write> reinstate_organisation(Call& call) {
    const auto id = call.id<OrganisationId>();
    if (!id) return fail(id.error());
    return plain_write(call, core::Reinstate{*id});
}

Result<Write> set_limits(Call& call) {
    const auto id = call.id<OrganisationId>();
    if (!id) return fail(id.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::SetLimits set;
    set.target.organisation = *id;
    set.target.project = fields.find("project", parse_id<ProjectId>).value_or(ProjectId{});
    set.target.key = fields.find("key", parse_id<ApiKeyId>).value_or(ApiKeyId{});
    if (!set.target.project.is_nil() && !set.target.key.is_nil())
        fields.fault("key", "contradiction", "limits are of a project or of a key");
    set.limits.open_orders = fields.find_integer("open_orders", 0, kMostLimit);
    set.limits.orders_per_second = fields.find_integer("orders_per_second", 0, kMostLimit);
    read_notional(fields, set.limits);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = set;
    write.respond = index_response;
    return write;
}

Result<Write> halt_market(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    return plain_write(call, core::HaltMarket{*market});
}

Result<Write> resume_market(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    auto write = plain_write(call, core::ResumeMarket{*market});
    if (write) write->respond = calls_response;
    return write;
}

Result<Write> set_band(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::SetBand band{*market, std::nullopt, std::nullopt};
    if (const auto width = fields.find_integer("width_ppm", 0, matching::kMaxBandWidth))
        band.width = Ppm(*width);
    band.reference = read_reference(fields, false);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = band;
    write.respond = index_response;
    return write;
}

Result<Write> set_index(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Faults faults;
    Fields fields(call.body, faults);
    const auto reference = read_reference(fields, true);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::SetReference{*market, *reference};
    write.respond = index_response;
    return write;
}

Result<Write> open_call(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Faults faults;
    Fields fields(call.body, faults);
    core::OpenCall open;
    open.call.market = *market;
    open.call.window = read_window(fields, "window", true).value_or(Window{});
    open.call.reference = read_reference(fields, true).value_or(Price(0));
    if (const Json* floor = fields.find_object("floor")) {
        auto parsed = matching::parse_profile(*floor);
        if (parsed) {
            open.call.floor = std::move(*parsed);
        } else {
            fields.adopt("floor", parsed.error());
        }
    }
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = open;
    write.respond = [](const core::CommandOutcome& outcome) {
        return stored({{"log_index", outcome.index.value}}, 201, "");
    };
    return write;
}

Result<Write> close_call(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Faults faults;
    Fields fields(call.body, faults);
    const auto window = read_window(fields, "window", true);
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    Write write;
    write.command = core::CloseCall{*market, *window};
    write.respond = calls_response;
    return write;
}

// Open calls with what closing them would have given within the last second: public market data, no
// identities.
Result<Response> list_calls(Call& call) {
    const auto market = path_market(call);
    if (!market) return fail(market.error());
    Json items = Json::array();
    const auto seen = read_market(call.context.core, [&](const core::Market& exchange) {
        for (const matching::CallTerms& terms : exchange.engine().calls()) {
            if (terms.market != *market) continue;
            items.push_back(call_json(call.context.indicative.get(
                terms,
                [&](const matching::CallTerms& open) {
                    return exchange.engine().find_call(open.market, open.window).value();
                },
                std::chrono::steady_clock::now())));
        }
    });
    if (!seen) return fail(seen.error());
    return json_response({{"items", std::move(items)}, {"has_more", false}});
}

}  // namespace suanpan::api
