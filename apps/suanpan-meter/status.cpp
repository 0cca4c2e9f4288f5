// suanpan-meter status: what is in the spool, also while the meter runs.

#include "apps/suanpan-meter/chain_spool.hpp"
#include "apps/suanpan-meter/commands.hpp"
#include "base/time.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <vector>

namespace suanpan::meter {
namespace {

constexpr std::size_t kMostShown = 20;

struct Options {
    std::string config;
    bool json = false;
};

std::string reading_name(const ReadingKey& key) {
    return std::to_string(key.first) + "/" + std::to_string(key.second);
}

Json refused_json(const RefusedReading& refused) {
    return {{"reading", reading_name(refused.answer.key)},
            {"start", to_string(refused.window.start)},
            {"end", to_string(refused.window.end)},
            {"code", refused.answer.code},
            {"detail", refused.answer.detail}};
}

Json chain_json(const SpoolContent& chain, const MeterId& meter) {
    Json refused = Json::array();
    for (const RefusedReading& one : chain.refused)
        refused.push_back(refused_json(one));
    Json out{{"lease", to_string(chain.id.lease)},
             {"meter", to_string(chain.id.meter)},
             {"own", chain.id.meter == meter},
             {"accepted", chain.totals.accepted},
             {"waiting", chain.waiting.size()},
             {"refused", chain.totals.refused},
             {"refusals", std::move(refused)},
             {"done", chain.state.active && chain.state.at >= chain.state.active->end}};
    if (chain.state.active) out["measured_until"] = to_string(chain.state.at);
    if (!chain.waiting.empty())
        out["waiting_since"] = to_string(chain.waiting.begin()->second.window.end);
    return out;
}

void print(const Json& chain) {
    std::cout << chain["lease"].get<std::string>() << "  " << chain["meter"].get<std::string>()
              << "\n  accepted " << chain["accepted"] << ", waiting " << chain["waiting"]
              << ", refused " << chain["refused"] << '\n';
    if (chain.contains("measured_until"))
        std::cout << "  readings up to " << chain["measured_until"].get<std::string>()
                  << (chain["done"] ? ", the lease's end" : "") << '\n';
    if (chain.contains("waiting_since"))
        std::cout << "  the oldest that waits is of " << chain["waiting_since"].get<std::string>()
                  << '\n';
    if (!chain["own"] && chain["waiting"] != 0)
        std::cout << "  made under another meter's key: flush them with that key's configuration\n";
    const Json& refusals = chain["refusals"];
    const std::size_t from = refusals.size() > kMostShown ? refusals.size() - kMostShown : 0;
    for (std::size_t i = from; i < refusals.size(); ++i) {
        const Json& one = refusals[i];
        std::cout << "  refused " << one["reading"].get<std::string>() << ", "
                  << one["start"].get<std::string>() << " to " << one["end"].get<std::string>()
                  << ": " << one["code"].get<std::string>() << ": "
                  << one["detail"].get<std::string>() << '\n';
    }
}

int show_status(const Options& options) {
    const Config config = must_load(options.config);
    if (!std::filesystem::is_directory(config.spool))
        throw std::runtime_error("there is no spool folder " + config.spool.string() +
                                 " yet: suanpan-meter run makes it");
    Json chains = Json::array();
    std::int64_t refused = 0;
    for (const SpoolContent& chain : read_spools(config.spool)) {
        chains.push_back(chain_json(chain, config.meter));
        refused += chain.totals.refused;
    }
    if (options.json) {
        std::cout << Json{{"spool", config.spool.string()}, {"chains", chains}}.dump(2) << '\n';
    } else {
        for (const Json& chain : chains)
            print(chain);
        if (chains.empty()) std::cout << "no reading was made yet\n";
    }
    return refused == 0 ? kDone : kNotWell;
}

}  // namespace

Runner declare_status(CLI::App& app) {
    auto options = std::make_shared<Options>();
    declare_config(app, options->config);
    app.add_flag("--json", options->json, "Print one JSON object instead of text");
    return [options] { return show_status(*options); };
}

}  // namespace suanpan::meter
