#include "apps/suanpan-demo/load.hpp"

#include "apps/suanpan-demo/closing.hpp"
#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/progress.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace suanpan::demo {
namespace {

constexpr Time kStart{1'781'481'600};  // 2026-06-15T00:00:00Z
constexpr std::chrono::seconds kSpan{8};
constexpr std::int64_t kLots = 10'000;
constexpr std::int64_t kHours = 24;

struct Market {
    std::string buyer_key;
    std::string auditor_key;
};

Json hour_window(std::int64_t hour, std::int64_t hours) {
    const Time start(kStart.value + hour * kSecondsPerHour);
    return {{"start", to_string(start)},
            {"end", to_string(Time(start.value + hours * kSecondsPerHour))}};
}

Market open_load_market(Stage& stage) {
    open_market(stage, {kAi});
    client::Api& api = stage.operator_api();
    const Json provider = make_organisation(api, "provider", {"provider"});
    const Json buyer = make_organisation(api, "buyer", {"buyer"});
    deposit(stage, text_of(buyer, "id"), "1000000000.00");
    client::Api own = stage.api(text_of(provider, "key"));
    const Json site = must(own.post("/v1/sites", {{"name", "site"}, {"hub", "guizhou"}}), "site");
    const Json pool =
        must(own.post("/v1/pools",
                      {{"site", site.at("id")}, {"model", "a100-sxm4-80gb"}, {"lots", kLots}}),
             "pool");
    must(own.post("/v1/orders", {{"side", "sell"},
                                 {"market", kAi},
                                 {"pool", pool.at("id")},
                                 {"price_unit", "lot"},
                                 {"quantity", kLots},
                                 {"limit_price", "10.00"},
                                 {"window", hour_window(1, kHours)}}),
         "offer");
    return {text_of(buyer, "key"), text_of(make_organisation(api, "Auditor", {"auditor"}), "key")};
}

std::int64_t gauge(Stage& stage, std::string_view name) {
    const auto text = stage.operator_api().text("/metrics");
    if (!text) throw std::runtime_error("no metrics: " + text.error().detail());
    const std::string line_start = "\n" + std::string(name) + " ";
    const std::size_t at = text->find(line_start);
    if (at == std::string::npos) throw std::runtime_error("no metric " + std::string(name));
    const std::string rest = text->substr(at + line_start.size(), 32);
    return parse_integer(rest.substr(0, rest.find_first_of(".\n"))).value();
}

struct Counts {
    std::atomic<std::int64_t> placed{0};
    std::atomic<std::int64_t> refused{0};
};

void place_orders(const Stage& stage, const std::string& key, std::int64_t hour,
                  std::chrono::steady_clock::time_point until, Counts& counts) {
    client::Api api = stage.api(key);
    const Json order = {{"side", "buy"},
                        {"market", kAi},
                        {"quantity", 1},
                        {"limit_price", "12.00"},
                        {"window", hour_window(1 + hour % kHours, 1)}};
    while (std::chrono::steady_clock::now() < until)
        ++(api.post("/v1/orders", order) ? counts.placed : counts.refused);
}

}  // namespace

int measure_load(const Settings& settings, std::int64_t clients) {
    Progress progress;
    progress.begin("database, server, market");
    Stage stage(settings, "load");
    stage.make_database();
    stage.start_server(kStart);
    const Market market = open_load_market(stage);
    progress.begin(fmt::format("{} clients place orders", clients));
    const std::int64_t commands = gauge(stage, "suanpan_core_commands");
    const std::int64_t batches = gauge(stage, "suanpan_core_batches");
    Counts counts;
    const auto begun = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    threads.reserve(static_cast<std::size_t>(clients));
    for (std::int64_t i = 0; i < clients; ++i) {
        threads.emplace_back(
            [&, i] { place_orders(stage, market.buyer_key, i, begun + kSpan, counts); });
    }
    for (std::thread& thread : threads)
        thread.join();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::steady_clock::now() - begun)
                          .count();
    const std::int64_t new_commands = gauge(stage, "suanpan_core_commands") - commands;
    const std::int64_t new_batches = gauge(stage, "suanpan_core_batches") - batches;
    progress.begin("memory against database, audit");
    check_digest(stage);
    wait_for_checkpoint(stage);
    const AuditResult verify = audit(stage, "verify", market.auditor_key);
    progress.end();
    fmt::print("\n{} orders in {}: {} a second, {} refused\n", with_commas(counts.placed),
               seconds_text(took), with_commas(counts.placed * 1'000 / took),
               with_commas(counts.refused));
    fmt::print("{} commands in {} commits: {}.{} a commit\n", with_commas(new_commands),
               with_commas(new_batches), new_commands / std::max<std::int64_t>(new_batches, 1),
               new_commands * 10 / std::max<std::int64_t>(new_batches, 1) % 10);
    fmt::print("audit of the log: {}\n", verify.passed ? "holds" : "FAILS\n" + verify.text);
    return verify.passed ? 0 : 1;
}

}  // namespace suanpan::demo
