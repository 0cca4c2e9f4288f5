#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"
#include "base/decimal.hpp"

#include <cstdint>

namespace suanpan::cli {
namespace {

struct PlaceInput {
    std::string side;
    std::string market;
    std::string unit;
    std::string price_unit;
    std::string quantity;
    std::string limit;
    std::string from;
    std::string until;
    std::string duration;
    std::string min_duration;
    std::string requirement;
    std::string pool;
    std::string time_in_force;
    std::string expires;
    std::string client_order_id;
    std::int64_t min_lots = 0;
    std::string max_excess;
    bool all_or_none = false;
    bool post_only = false;
    bool anywhere = false;
    bool same_pool = false;
    bool at_market = false;
    std::string project;
    std::string stp;
    std::string grant;
    std::string purpose;
};
struct FilterInput {
    std::string state;
    std::string market;
};
struct IdInput {
    std::string id;
};
struct ReplaceInput {
    std::string id;
    std::string quantity;
    std::string limit;
    bool cu = false;
};
struct CancelAllInput {
    std::string market;
    std::string side;
    std::string project;
    std::string key;
    std::string organisation;
};

void place_options(CLI::App& app, PlaceInput& in) {
    app.add_option("side", in.side, "buy or sell")->required();
    app.add_option("--market", in.market, "e.g. AI-FP16/CNY")->required();
    app.add_option("--quantity", in.quantity, "lots, or CU with --unit cu")->required();
    app.add_option("--limit", in.limit, "price per lot·h or CU·h, decimal")->required();
    app.add_option("--from", in.from, "start of the window, RFC 3339 UTC")->required();
    app.add_option("--until", in.until, "end of the window")->required();
    app.add_option("--unit", in.unit, "buy: lot or cu");
    app.add_option("--price-unit", in.price_unit, "sell: lot or cu");
    app.add_option("--duration", in.duration, "buy: placed anywhere in the window, e.g. PT2H");
    app.add_option("--min-duration", in.min_duration, "sell: shortest part that may be taken");
    app.add_option("--requirement", in.requirement, "buy: JSON text, or @FILE");
    app.add_option("--pool", in.pool, "sell: pol_…");
    app.add_option("--time-in-force", in.time_in_force, "gtc, gtd, ioc or fok");
    app.add_option("--expires", in.expires, "gtd: RFC 3339 UTC");
    app.add_option("--min-lots", in.min_lots, "least lots of one fill");
    app.add_option("--max-excess-cu", in.max_excess, "CU buys: how far the last lot may exceed");
    app.add_flag("--all-or-none", in.all_or_none, "buy: the whole quantity or nothing");
    app.add_flag("--post-only", in.post_only, "only if it rests");
    app.add_flag("--anywhere", in.anywhere, "lots may be spread over sites");
    app.add_flag("--same-pool", in.same_pool, "all lots from one pool");
    app.add_flag("--at-market", in.at_market, "in a call, at any price up to (from) the limit");
    app.add_option("--project", in.project, "prj_…");
    app.add_option("--stp", in.stp, "against your own orders: cancel_newest, …");
    app.add_option("--grant", in.grant, "buy: a voucher that pays a part, grt_…");
    app.add_option("--purpose", in.purpose, "with --grant: what it is for, if the programme asks");
    app.add_option("--client-order-id", in.client_order_id, "yours, unique for ever");
}

// Lots are integers in JSON, CU are decimal strings.
Result<Json> quantity_of(const PlaceInput& in) {
    if (in.side == "buy" && in.unit == "cu") return Json(in.quantity);
    const auto lots = parse_integer(in.quantity);
    if (!lots) return fail("bad_quantity", "lots are a whole number; use --unit cu for CU");
    return Json(*lots);
}

Result<Json> order_body(const PlaceInput& in) {
    const auto quantity = quantity_of(in);
    if (!quantity) return quantity;
    Json body = {{"side", in.side},
                 {"market", in.market},
                 {"quantity", *quantity},
                 {"limit_price", in.limit},
                 {"window", {{"start", in.from}, {"end", in.until}}}};
    put(body, "unit", in.unit);
    put(body, "price_unit", in.price_unit);
    put(body, "duration", in.duration);
    put(body, "min_duration", in.min_duration);
    put(body, "pool", in.pool);
    put(body, "time_in_force", in.time_in_force);
    put(body, "expires_at", in.expires);
    put(body, "max_excess_cu", in.max_excess);
    put(body, "client_order_id", in.client_order_id);
    if (in.min_lots > 0) body["min_lots"] = in.min_lots;
    if (in.all_or_none) body["all_or_none"] = true;
    if (in.post_only) body["post_only"] = true;
    if (in.at_market) body["at_market"] = true;
    put(body, "project", in.project);
    put(body, "stp", in.stp);
    put(body, "grant", in.grant);
    put(body, "purpose", in.purpose);
    if (in.anywhere) body["same_site"] = false;
    if (in.same_pool) body["same_pool"] = true;
    if (!in.requirement.empty()) {
        const auto requirement = read_json(in.requirement);
        if (!requirement) return fail(requirement.error());
        body["requirement"] = *requirement;
    }
    return body;
}

Result<void> replace_order(Session& session, const ReplaceInput& in) {
    Json body = {{"limit_price", in.limit}};
    if (in.cu) {
        body["quantity"] = in.quantity;
    } else {
        const auto lots = parse_integer(in.quantity);
        if (!lots) return fail("bad_quantity", "lots are a whole number; use --cu for CU");
        body["quantity"] = *lots;
    }
    return session.post("/v1/orders/" + in.id + ":replace", body);
}

void add_one(CLI::App& group, Session& session) {
    const auto id = [](CLI::App& app, IdInput& in) {
        app.add_option("id", in.id, "ord_…")->required();
    };
    add_command<IdInput>(
        group, session, "show", "One order", id,
        [](Session& s, const IdInput& in) { return s.get("/v1/orders/" + in.id); });
    add_command<IdInput>(group, session, "cancel", "Cancel what is left of an order", id,
                         [](Session& s, const IdInput& in) {
                             return s.post("/v1/orders/" + in.id + ":cancel", Json::object());
                         });
    add_command<ReplaceInput>(
        group, session, "replace", "A new total and limit for an open order",
        [](CLI::App& app, ReplaceInput& in) {
            app.add_option("id", in.id, "ord_…")->required();
            app.add_option("--quantity", in.quantity, "the new total, what is filled included")
                ->required();
            app.add_option("--limit", in.limit, "price per lot·h or CU·h")->required();
            app.add_flag("--cu", in.cu, "the order is in CU");
        },
        replace_order);
    add_command<CancelAllInput>(
        group, session, "cancel-all", "Cancel your open orders, or those that fit",
        [](CLI::App& app, CancelAllInput& in) {
            app.add_option("--market", in.market, "e.g. AI-FP16/CNY");
            app.add_option("--side", in.side, "buy or sell");
            app.add_option("--project", in.project, "prj_…");
            app.add_option("--by-key", in.key, "placed with this API key, key_…");
            app.add_option("--organisation", in.organisation,
                           "operator: org_…; without it everybody's");
        },
        [](Session& s, const CancelAllInput& in) {
            Json body = Json::object();
            put(body, "market", in.market);
            put(body, "side", in.side);
            put(body, "project", in.project);
            put(body, "key", in.key);
            put(body, "organisation", in.organisation);
            return s.post("/v1/orders:cancel-all", body);
        });
}

}  // namespace

void add_orders(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "order", "Orders");
    add_command<PlaceInput>(group, session, "place", "Place an order", place_options,
                            [](Session& s, const PlaceInput& in) -> Result<void> {
                                const auto body = order_body(in);
                                if (!body) return fail(body.error());
                                return s.post("/v1/orders", *body);
                            });
    add_command<PlaceInput>(group, session, "preview",
                            "What placing it now would do, or why nothing would match",
                            place_options, [](Session& s, const PlaceInput& in) -> Result<void> {
                                const auto body = order_body(in);
                                if (!body) return fail(body.error());
                                return s.post("/v1/orders:preview", *body);
                            });
    add_command<FilterInput>(
        group, session, "list", "Your orders",
        [](CLI::App& app, FilterInput& in) {
            app.add_option("--state", in.state, "open, filled, cancelled, …");
            app.add_option("--market", in.market, "e.g. AI-FP16/CNY");
        },
        [](Session& s, const FilterInput& in) {
            return s.list(
                client::with_query("/v1/orders", {{"state", in.state}, {"market", in.market}}),
                {{"id", "/id"},
                 {"side", "/side"},
                 {"market", "/market"},
                 {"quantity", "/quantity"},
                 {"limit", "/limit_price"},
                 {"start", "/window/start"},
                 {"end", "/window/end"},
                 {"state", "/state"},
                 {"reason", "/end_reason"}});
        });
    add_one(group, session);
}

}  // namespace suanpan::cli
