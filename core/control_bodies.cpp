#include "core/control_bodies.hpp"

#include "base/decimal.hpp"
#include "core/bodies.hpp"
#include "core/cash_bodies.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace suanpan::core {
namespace {

std::string decimal(std::int64_t value) {
    return std::to_string(value);
}

template <typename IdType>
void put_id(Json& out, std::string_view name, const IdType& id) {
    if (!id.is_nil()) out[std::string(name)] = to_string(id);
}

template <typename IdType>
IdType id_or_nil(Fields& in, std::string_view name) {
    return in.has(name) ? in.id<IdType>(name) : IdType{};
}

template <typename IdType>
std::optional<IdType> find_id(Fields& in, std::string_view name) {
    if (!in.has(name)) return std::nullopt;
    return in.id<IdType>(name);
}

template <typename Parse>
auto find_parsed(Fields& in, std::string_view name, Parse parse) {
    using Value = typename decltype(parse(std::string_view()))::value_type;
    return in.has(name) ? std::optional<Value>(in.parsed(name, parse)) : std::nullopt;
}

Json of_market(std::string_view what, const matching::MarketKey& market) {
    return {{"what", std::string(what)}, {"market", to_string(market)}};
}

Json of_organisation(std::string_view what, const OrganisationId& organisation) {
    return {{"what", std::string(what)}, {"organisation", to_string(organisation)}};
}

matching::MarketKey read_market_key(Fields& in) {
    return in.parsed("market", matching::parse_market_key);
}

CommandBody read_open_call(Fields& in) {
    OpenCall out;
    out.call.market = read_market_key(in);
    out.call.window = in.window("window");
    out.call.reference = in.parsed("reference", parse_price);
    auto floor = matching::parse_profile(in.member("floor"));
    if (floor) {
        out.call.floor = std::move(*floor);
    } else {
        in.fault("floor", floor.error().detail());
    }
    return out;
}

CommandBody read_close_call(Fields& in) {
    return CloseCall{read_market_key(in), in.window("window")};
}

CommandBody read_band(Fields& in) {
    SetBand out;
    out.market = read_market_key(in);
    if (in.has("width_ppm")) out.width = in.number<Ppm>("width_ppm");
    out.reference = find_parsed(in, "reference", parse_price);
    return out;
}

CommandBody read_index(Fields& in) {
    return SetReference{read_market_key(in), in.parsed("reference", parse_price)};
}

CommandBody read_limits(Fields& in) {
    SetLimits out;
    out.target.organisation = in.id<OrganisationId>("organisation");
    out.target.project = id_or_nil<ProjectId>(in, "project");
    out.target.key = id_or_nil<ApiKeyId>(in, "key");
    if (in.has("open_orders")) out.limits.open_orders = in.integer("open_orders");
    if (in.has("orders_per_second")) out.limits.orders_per_second = in.integer("orders_per_second");
    if (in.has("notional")) {
        out.limits.notional = in.parsed("notional", parse_money);
        out.limits.currency = in.text("currency");
    }
    return out;
}

CommandBody read_kill_switch(Fields& in) {
    return KillSwitch{in.id<OrganisationId>("organisation")};
}
CommandBody read_reinstate(Fields& in) {
    return Reinstate{in.id<OrganisationId>("organisation")};
}
CommandBody read_halt(Fields& in) {
    return HaltMarket{read_market_key(in)};
}
CommandBody read_resume(Fields& in) {
    return ResumeMarket{read_market_key(in)};
}

using Reader = CommandBody (*)(Fields&);

const std::map<std::string_view, Reader>& admin_readers() {
    static const std::map<std::string_view, Reader> kReaders = {
        {"kill_switch", read_kill_switch},
        {"reinstate", read_reinstate},
        {"halt", read_halt},
        {"resume", read_resume},
        {"open_call", read_open_call},
        {"close_call", read_close_call},
        {"band", read_band},
        {"index", read_index},
        {"limits", read_limits},
        {"approve_request", read_approve_request},
        {"reject_request", read_reject_request}};
    return kReaders;
}

}  // namespace

Json write(const UnblockLots& body) {
    return {
        {"pool", to_string(body.pool)}, {"block", decimal(body.block.value)}, {"what", "unblock"}};
}

Json write(const ReplaceOrder& body) {
    return {{"id", to_string(body.id)},
            {"quantity", decimal(body.quantity)},
            {"limit_price", to_string(body.limit_price)}};
}

Json write(const CancelAll& body) {
    const matching::OrderFilter& filter = body.filter;
    Json out{{"what", "all"}};
    if (filter.organisation) out["organisation"] = to_string(*filter.organisation);
    if (filter.market) out["market"] = to_string(*filter.market);
    if (filter.side) out["side"] = std::string(matching::to_string(*filter.side));
    if (filter.project) out["project"] = to_string(*filter.project);
    if (filter.key) out["key"] = to_string(*filter.key);
    return out;
}

Json write(const KillSwitch& body) {
    return of_organisation("kill_switch", body.organisation);
}
Json write(const Reinstate& body) {
    return of_organisation("reinstate", body.organisation);
}
Json write(const HaltMarket& body) {
    return of_market("halt", body.market);
}
Json write(const ResumeMarket& body) {
    return of_market("resume", body.market);
}

Json write(const OpenCall& body) {
    Json out = of_market("open_call", body.call.market);
    out["window"] = window_to_json(body.call.window);
    out["reference"] = to_string(body.call.reference);
    out["floor"] = Json::parse(matching::canonical(body.call.floor));
    return out;
}

Json write(const CloseCall& body) {
    Json out = of_market("close_call", body.market);
    out["window"] = window_to_json(body.window);
    return out;
}

Json write(const SetBand& body) {
    Json out = of_market("band", body.market);
    if (body.width) out["width_ppm"] = decimal(body.width->value);
    if (body.reference) out["reference"] = to_string(*body.reference);
    return out;
}

Json write(const SetReference& body) {
    Json out = of_market("index", body.market);
    out["reference"] = to_string(body.index);
    return out;
}

Json write(const SetLimits& body) {
    Json out = of_organisation("limits", body.target.organisation);
    put_id(out, "project", body.target.project);
    put_id(out, "key", body.target.key);
    const Limits& limits = body.limits;
    if (limits.open_orders) out["open_orders"] = decimal(*limits.open_orders);
    if (limits.orders_per_second) out["orders_per_second"] = decimal(*limits.orders_per_second);
    if (limits.notional) {
        out["notional"] = to_string(*limits.notional);
        out["currency"] = limits.currency;
    }
    return out;
}

Json write(const ReleaseLease& body) {
    return {{"id", to_string(body.id)}, {"action", "release"}};
}

CommandBody read_cancel_all(Fields& in) {
    CancelAll out;
    out.filter.organisation = find_id<OrganisationId>(in, "organisation");
    out.filter.market = find_parsed(in, "market", matching::parse_market_key);
    out.filter.side = find_parsed(in, "side", matching::parse_side);
    out.filter.project = find_id<ProjectId>(in, "project");
    out.filter.key = find_id<ApiKeyId>(in, "key");
    return out;
}

CommandBody read_replace(Fields& in) {
    return ReplaceOrder{in.id<OrderId>("id"), in.integer("quantity"),
                        in.parsed("limit_price", parse_price)};
}

CommandBody read_admin(Fields& in) {
    const auto reader = admin_readers().find(in.text("what"));
    if (reader != admin_readers().end()) return reader->second(in);
    in.fault("what", "is not known here");
    return Tick{};
}

}  // namespace suanpan::core
