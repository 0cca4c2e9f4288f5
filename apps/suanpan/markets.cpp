#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

#include <cstdint>

namespace suanpan::cli {
namespace {

struct MarketInput {
    std::string market;
    std::string grid = "PT1M";
    std::string tick = "0.010000";
    std::int64_t max_lots = 1'000'000;
};
struct ScheduleInput {
    std::string file;
};

}  // namespace

void add_markets(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "market", "Markets: a compute class and a currency");
    add_command<MarketInput>(
        group, session, "define", "Open a market or change its rules (operator)",
        [](CLI::App& app, MarketInput& in) {
            app.add_option("market", in.market, "e.g. AI-FP16/CNY")->required();
            app.add_option("--grid", in.grid, "ISO 8601, between window bounds")
                ->capture_default_str();
            app.add_option("--tick", in.tick, "price step")->capture_default_str();
            app.add_option("--max-lots", in.max_lots, "of one order")->capture_default_str();
        },
        [](Session& s, const MarketInput& in) {
            return s.post("/v1/markets", {{"market", in.market},
                                          {"grid", in.grid},
                                          {"tick", in.tick},
                                          {"max_lots", in.max_lots}});
        });
    add_command(group, session, "list", "All markets", [](Session& s) {
        return s.get("/v1/markets", {{"market", "/market"},
                                     {"grid", "/grid"},
                                     {"tick", "/tick"},
                                     {"halted", "/halted"},
                                     {"reference", "/reference"},
                                     {"max lots", "/max_lots"},
                                     {"max ahead", "/max_ahead"}});
    });

    add_market_control(group, session);

    CLI::App& schedule = add_group(root, "schedule", "Fees, metering rules and efficiencies");
    add_command<ScheduleInput>(
        schedule, session, "set", "Set a new version of the schedule (operator)",
        [](CLI::App& app, ScheduleInput& in) {
            app.add_option("json", in.file, "JSON text, or @FILE")->required();
        },
        [](Session& s, const ScheduleInput& in) -> Result<void> {
            const auto body = read_json(in.file);
            if (!body) return fail(body.error());
            return s.post("/v1/schedules", *body);
        });
    add_command(schedule, session, "show", "All versions, the latest last", [](Session& s) {
        return s.get("/v1/schedules", {{"version", "/version"},
                                       {"buyer maker ppm", "/fees/buyer_maker_ppm"},
                                       {"buyer taker ppm", "/fees/buyer_taker_ppm"},
                                       {"provider maker ppm", "/fees/provider_maker_ppm"},
                                       {"provider taker ppm", "/fees/provider_taker_ppm"},
                                       {"billing window", "/metering/billing_window"},
                                       {"deadline", "/metering/deadline"},
                                       {"dispute period", "/dispute_period"}});
    });
}

}  // namespace suanpan::cli
