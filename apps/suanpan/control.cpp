// The operator's hand on a market: halts, calls, bands, limits, the kill switch.

#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

#include <cstdint>

namespace suanpan::cli {
namespace {

struct MarketName {
    std::string market;
};
struct BandInput {
    std::string market;
    std::int64_t width_ppm = -1;
    std::string reference;
};
struct CallInput {
    std::string market;
    std::string from;
    std::string until;
    std::string reference;
    std::string floor;
};
struct LimitInput {
    std::string organisation;
    std::string project;
    std::string key;
    std::int64_t open_orders = -1;
    std::int64_t orders_per_second = -1;
    std::string notional;
    std::string currency;
};

// A market's name is its path: a class and a currency.
std::string path_of(const std::string& market) {
    return "/v1/markets/" + market;
}

void market_option(CLI::App& app, std::string& market) {
    app.add_option("market", market, "e.g. AI-FP16/CNY")->required();
}

Json window_of(const CallInput& in) {
    return {{"start", in.from}, {"end", in.until}};
}

void call_options(CLI::App& app, CallInput& in) {
    market_option(app, in.market);
    app.add_option("--from", in.from, "start of the call's window, RFC 3339 UTC")->required();
    app.add_option("--until", in.until, "end of the window")->required();
}

Result<void> open_call(Session& session, const CallInput& in) {
    Json body = {{"window", window_of(in)}, {"reference", in.reference}};
    if (!in.floor.empty()) {
        const auto floor = read_json(in.floor);
        if (!floor) return fail(floor.error());
        body["floor"] = *floor;
    }
    return session.post(path_of(in.market) + "/calls", body);
}

void add_calls(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "call", "Call auctions");
    add_command<CallInput>(
        group, session, "open", "Open a call for one window (operator)",
        [](CLI::App& app, CallInput& in) {
            call_options(app, in);
            app.add_option("--reference", in.reference, "price per lot·h")->required();
            app.add_option("--floor", in.floor, "least profile of its lots: JSON text, or @FILE");
        },
        open_call);
    add_command<CallInput>(group, session, "close", "Close it: it trades at one price (operator)",
                           call_options, [](Session& s, const CallInput& in) {
                               return s.post(path_of(in.market) + "/calls:close",
                                             {{"window", window_of(in)}});
                           });
    add_command<MarketName>(
        group, session, "list", "Open calls and what closing them now would give",
        [](CLI::App& app, MarketName& in) { market_option(app, in.market); },
        [](Session& s, const MarketName& in) {
            return s.get(path_of(in.market) + "/calls", {{"start", "/window/start"},
                                                         {"end", "/window/end"},
                                                         {"price", "/price"},
                                                         {"volume", "/volume"},
                                                         {"surplus", "/surplus"},
                                                         {"side", "/surplus_side"}});
        });
}

Result<void> set_limits(Session& session, const LimitInput& in) {
    Json body = Json::object();
    put(body, "project", in.project);
    put(body, "key", in.key);
    if (in.open_orders >= 0) body["open_orders"] = in.open_orders;
    if (in.orders_per_second >= 0) body["orders_per_second"] = in.orders_per_second;
    if (!in.notional.empty())
        body["notional"] = {{"amount", in.notional}, {"currency", in.currency}};
    return session.post("/v1/organisations/" + in.organisation + "/limits", body);
}

void add_limits(CLI::App& root, Session& session) {
    add_command<LimitInput>(
        root, session, "limit", "Limit an organisation, a project or a key of it (operator)",
        [](CLI::App& app, LimitInput& in) {
            app.add_option("organisation", in.organisation, "org_…")->required();
            app.add_option("--project", in.project, "prj_…");
            app.add_option("--key", in.key, "key_…");
            app.add_option("--open-orders", in.open_orders, "at the most");
            app.add_option("--orders-per-second", in.orders_per_second, "at the most");
            app.add_option("--notional", in.notional, "sum of what the open orders are worth");
            app.add_option("--currency", in.currency, "of the notional");
        },
        set_limits);
}

}  // namespace

void add_market_control(CLI::App& markets, Session& session) {
    const auto market = [](CLI::App& app, MarketName& in) { market_option(app, in.market); };
    for (const std::string action : {"halt", "resume"}) {
        add_command<MarketName>(markets, session, action, action + " a market (operator)", market,
                                [action](Session& s, const MarketName& in) {
                                    return s.post(path_of(in.market) + ":" + action,
                                                  Json::object());
                                });
    }
    add_command<BandInput>(
        markets, session, "band", "Set the price band, or take it away (operator)",
        [](CLI::App& app, BandInput& in) {
            market_option(app, in.market);
            app.add_option("--width-ppm", in.width_ppm, "on both sides; without it: no band");
            app.add_option("--reference", in.reference, "the operator's, per CU·h");
        },
        [](Session& s, const BandInput& in) {
            Json body = Json::object();
            if (in.width_ppm >= 0) body["width_ppm"] = in.width_ppm;
            put(body, "reference", in.reference);
            return s.post(path_of(in.market) + ":set-band", body);
        });
    add_command<BandInput>(
        markets, session, "index", "Set the index that the band refers to (operator)",
        [](CLI::App& app, BandInput& in) {
            market_option(app, in.market);
            app.add_option("reference", in.reference, "per CU·h")->required();
        },
        [](Session& s, const BandInput& in) {
            return s.post(path_of(in.market) + ":set-index", {{"reference", in.reference}});
        });
}

void add_control(CLI::App& root, Session& session) {
    add_calls(root, session);
    add_limits(root, session);
}

}  // namespace suanpan::cli
