#include "apps/suanpan/command.hpp"
#include "apps/suanpan/commands.hpp"

namespace suanpan::cli {
namespace {

struct MarketInput {
    std::string market;
};

}  // namespace

void add_trades(CLI::App& root, Session& session) {
    CLI::App& group = add_group(root, "trade", "Trades");
    add_command<MarketInput>(
        group, session, "list", "Your trades",
        [](CLI::App& app, MarketInput& in) {
            app.add_option("--market", in.market, "e.g. AI-FP16/CNY");
        },
        [](Session& s, const MarketInput& in) {
            return s.list(client::with_query("/v1/trades", {{"market", in.market}}),
                          {{"id", "/id"},
                           {"market", "/market"},
                           {"lots", "/lots"},
                           {"price", "/price"},
                           {"per", "/price_unit"},
                           {"start", "/window/start"},
                           {"end", "/window/end"},
                           {"lease", "/lease"}});
        });
    add_command<MarketInput>(
        root, session, "book", "Depth of a market, both sides",
        [](CLI::App& app, MarketInput& in) {
            app.add_option("market", in.market, "e.g. AI-FP16/CNY")->required();
        },
        [](Session& s, const MarketInput& in) {
            return s.get(client::with_query("/v1/books", {{"market", in.market}}));
        });
}

}  // namespace suanpan::cli
