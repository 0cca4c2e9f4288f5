// suanpan-meter run, flush, keygen.

#include "apps/suanpan-meter/agent.hpp"
#include "apps/suanpan-meter/commands.hpp"
#include "apps/suanpan-meter/key_files.hpp"
#include "base/random.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

namespace suanpan::meter {
namespace {

std::uint64_t random_number() {
    std::array<char, sizeof(std::uint64_t)> bytes{};
    random_bytes(bytes.size()).copy(bytes.data(), bytes.size());
    return std::bit_cast<std::uint64_t>(bytes);
}

void say(std::string_view level, const std::string& text) {
    std::cerr << level << ": " << text << std::endl;
}

std::vector<SigningKey> must_load_keys(const Config& config) {
    auto keys = load_meter_keys(config);
    if (!keys) throw std::runtime_error(keys.error().detail());
    return std::move(*keys);
}

std::uint64_t bytes_of(std::int64_t mb) {
    return static_cast<std::uint64_t>(mb) << 20U;
}

struct RunOptions {
    std::string config;
    std::optional<std::uint64_t> seed;
    std::int64_t seconds = 0;
};

int run_agent(const RunOptions& options) {
    SystemClock clock;
    const Config config = must_load(options.config);
    const std::vector<SigningKey> keys = must_load_keys(config);
    if (const auto api_key = load_api_key(config.api_key_file); !api_key)
        throw std::runtime_error(api_key.error().detail());
    SpoolFolder spools(config.spool, bytes_of(config.spool_mb));
    if (options.seed) say("warning", "the counters are simulated: for trying only");
    const auto sources = [&](const LeaseConfig& lease) {
        return make_sources(config, lease, options.seed);
    };
    Agent agent(config, keys, clock, spools, sources, Backoff(random_number), say);
    say("info", "meter " + to_string(config.meter) + " measures " +
                    std::to_string(config.leases.size()) + " lease(s)");
    const std::int64_t until = clock.now().awake_us + options.seconds * kMicro;
    while (clock.wait_us(agent.step_us())) {
        if (options.seconds > 0 && clock.now().awake_us >= until) break;
    }
    agent.stop();
    say("info",
        "ended; " + std::to_string(agent.waiting()) + " reading(s) wait for the next start");
    return kDone;
}

struct FlushOptions {
    std::string config;
    std::int64_t seconds = 60;
};

int flush(const FlushOptions& options) {
    SystemClock clock;
    const Config config = must_load(options.config);
    const std::vector<SigningKey> keys = must_load_keys(config);
    SpoolFolder spools(config.spool, bytes_of(config.spool_mb));
    spools.open_all(config.meter, config.role);
    Sender sender(config.meter, keys);
    Link link(config.server, config.api_key_file);
    Backoff backoff(random_number);
    std::int64_t accepted = 0;
    std::size_t refused = 0;
    std::string problem;
    const std::int64_t until = clock.now().awake_us + options.seconds * kMicro;
    for (bool more = true; more && clock.now().awake_us < until;) {
        const Delivery delivery = sender.send(link, spools.chains(), clock.now());
        accepted += delivery.accepted;
        refused += delivery.refused.size();
        if (!delivery.problem.empty()) problem = delivery.problem;
        more = delivery.kind != Delivery::Kind::kNothing;
        if (delivery.kind == Delivery::Kind::kFailed)
            more = clock.wait_us(backoff.next_ms(delivery.retry_after_ms) * 1'000);
    }
    std::size_t waiting = 0;
    for (const auto& chain : spools.chains())
        waiting += chain->content().waiting.size();
    std::cout << accepted << " accepted, " << refused << " refused, " << waiting
              << " still waiting\n";
    if (!problem.empty()) std::cerr << "suanpan-meter: " << problem << '\n';
    return waiting == 0 && refused == 0 ? kDone : kNotWell;
}

int keygen(const std::string& file) {
    const auto key = make_meter_key(file);
    if (!key) throw std::runtime_error(key.error().detail());
    const std::string text = to_base64(as_chars(*key));
    std::cerr << "The key is in " << file << ", for its owner alone. Register its public half, and "
              << "put the id\nthat comes back into the configuration:\n"
              << "  suanpan meter register --role provider --public-key " << text << '\n'
              << "A meter that has a key already gets this one as its next:\n"
              << "  suanpan meter rotate mtr_… --public-key " << text << '\n';
    std::cout << text << '\n';
    return kDone;
}

}  // namespace

Runner declare_run(CLI::App& app) {
    auto options = std::make_shared<RunOptions>();
    declare_config(app, options->config);
    app.add_option("--simulate", options->seed,
                   "Counters made up from this number instead of measured: for trying");
    app.add_option("--for", options->seconds, "End after so many seconds; 0: never")
        ->check(CLI::NonNegativeNumber);
    return [options] { return run_agent(*options); };
}

Runner declare_flush(CLI::App& app) {
    auto options = std::make_shared<FlushOptions>();
    declare_config(app, options->config);
    app.add_option("--for", options->seconds, "Try for at most so many seconds")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    return [options] { return flush(*options); };
}

Runner declare_keygen(CLI::App& app) {
    auto file = std::make_shared<std::string>();
    app.add_option("file", *file, "Where the key goes; must not be there")->required();
    return [file] { return keygen(*file); };
}

}  // namespace suanpan::meter
