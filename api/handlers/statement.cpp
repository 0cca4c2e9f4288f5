#include "services/settlement/statement.hpp"

#include "api/handlers/handlers.hpp"
#include "api/handlers/input.hpp"
#include "api/json/render.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "services/clock.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

constexpr std::int64_t kHourMicroLots = 3'600'000'000;
constexpr Time kLastTime{253'402'300'799};  // 9999-12-31T23:59:59Z: later ones have no text

Json account_json(const std::pair<std::string, std::string>& name,
                  const services::AccountPeriod& period) {
    Json movements = Json::object();
    for (const auto& [reason, amount] : period.movements)
        movements[reason] = to_string(amount);
    return {{"currency", name.first},
            {"account", name.second},
            {"opening", to_string(period.opening)},
            {"closing", to_string(period.closing)},
            {"movements", std::move(movements)}};
}

// Lot-hours to six decimals, rounded down; for a person to read, the exact figure is `lot_us`.
Json totals_json(const services::StatementTotals& totals) {
    const Int128 scaled = floor_div(totals.lot_us * 1'000'000, kHourMicroLots);
    const auto hours = narrow(scaled);
    Json out{{"lines", totals.lines},
             {"bought", to_string(totals.bought)},
             {"buyer_fees", to_string(totals.buyer_fees)},
             {"buyer_tax", to_string(totals.buyer_tax)},
             {"paid", to_string(totals.paid)},
             {"sold", to_string(totals.sold)},
             {"provider_fees", to_string(totals.provider_fees)},
             {"withheld", to_string(totals.withheld)},
             {"received", to_string(totals.received)}};
    if (hours) out["lot_hours"] = format_scaled(*hours, 6);
    return out;
}

}  // namespace

Result<Response> get_statement(Call& call) {
    Faults faults;
    Fields query(call.query, faults);
    const auto from = query.need("from", parse_time);
    // By default up to now, this second included (the last second of year 9999 is not).
    const Time now = call.context.clock.now();
    const Time until =
        query.find("to", parse_time).value_or(std::min(Time(now.value + 1), kLastTime));
    if (from && *from >= until) query.fault("to", "contradiction", "'to' must come after 'from'");
    const auto organisation = read_organisation_filter(call, query);
    query.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    if (!organisation) return fail(organisation.error());
    const auto owner = organisation->value_or(call.caller.organisation);
    const auto statement = services::make_statement(call.context.database, owner, *from, until);
    if (!statement) return fail(statement.error());
    Json accounts = Json::array();
    for (const auto& [name, period] : statement->accounts)
        accounts.push_back(account_json(name, period));
    Json totals = Json::object();
    for (const auto& [currency, sums] : statement->totals)
        totals[currency] = totals_json(sums);
    Json lines = Json::array();
    const auto viewer = call.caller.is_operator() ? std::nullopt : *organisation;
    for (const db::LineInfo& line : statement->lines)
        lines.push_back(to_json(line, viewer));
    return json_response({{"organisation", to_string(owner)},
                          {"from", to_string(*from)},
                          {"to", to_string(until)},
                          {"accounts", std::move(accounts)},
                          {"totals", std::move(totals)},
                          {"lines", std::move(lines)}});
}

}  // namespace suanpan::api
