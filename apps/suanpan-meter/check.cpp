// suanpan-meter check: what can be measured here, and whether the meter could run.

#include "apps/suanpan-meter/commands.hpp"
#include "apps/suanpan-meter/journal.hpp"
#include "apps/suanpan-meter/kernel_sources.hpp"
#include "apps/suanpan-meter/key_files.hpp"
#include "apps/suanpan-meter/link.hpp"
#include "apps/suanpan-meter/nvml.hpp"
#include "apps/suanpan-meter/sources.hpp"
#include "apps/suanpan-meter/text_file.hpp"
#include "base/time.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <vector>

namespace suanpan::meter {
namespace {

namespace fs = std::filesystem;

// Above it, windows may be cut at other moments than the other side cuts them.
constexpr std::int64_t kGoodClockUs = 500'000;

enum class Mark : std::uint8_t { kGood, kWarning, kBad };

struct Finding {
    std::string subject;
    Mark mark;
    std::string text;
};
using Findings = std::vector<Finding>;

std::string_view word_of(Mark mark) {
    return mark == Mark::kGood ? "ok" : mark == Mark::kWarning ? "warning" : "bad";
}

// Where cgroup v2 is: alone, or beside v1.
Finding check_cgroup() {
    for (const char* folder : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        const auto controllers = read_text(fs::path(folder) / "cgroup.controllers");
        if (!controllers) continue;
        std::string list;
        std::string_view rest = *controllers;
        for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest))
            list += (list.empty() ? "" : ", ") + std::string(word);
        const bool cpu = list.find("cpu") != std::string::npos;
        return {"cgroup v2", cpu ? Mark::kGood : Mark::kWarning,
                std::string(folder) + ": " + (list.empty() ? "no controllers" : list) +
                    (cpu ? "" : "; CPU time is counted in cpu.stat all the same")};
    }
    return {"cgroup v2", Mark::kWarning, "not mounted: source = \"cgroup\" cannot be used here"};
}

Finding check_proc() {
    Sample sample;
    ProcSource("/proc", {Lots(1), 1}).read(sample);
    if (sample.there_ppm == 0) return {"/proc", Mark::kWarning, sample.problem};
    std::string names;
    for (const std::string& name : list_interfaces("/proc"))
        names += (names.empty() ? "" : ", ") + name;
    return {"/proc", Mark::kGood,
            std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)) +
                " CPUs; interfaces: " + (names.empty() ? "none" : names)};
}

Finding check_nvml(const std::string& library) {
    const auto nvml = Nvml::open(library);
    const auto gpus = nvml ? (*nvml)->list() : Result<std::vector<GpuInfo>>(fail(nvml.error()));
    if (!gpus) return {"NVML", Mark::kWarning, gpus.error().detail() + ": no GPU is measured here"};
    std::string text = std::to_string(gpus->size()) + " GPU(s)";
    for (const GpuInfo& gpu : *gpus) {
        text += "\n" + std::to_string(gpu.index) + ": " + gpu.name + ", " + gpu.uuid +
                (gpu.counts_energy ? "" : ", counts no energy");
    }
    return {"NVML", Mark::kGood, text};
}

Finding check_clock() {
    const auto error = read_clock_error();
    if (!error) return {"clock", Mark::kWarning, "the kernel does not tell its error (adjtimex)"};
    const std::string text = "at most " + std::to_string(error->max_error_us) + " us wrong";
    if (error->synchronised && error->max_error_us <= kGoodClockUs)
        return {"clock", Mark::kGood, text};
    return {"clock", Mark::kWarning,
            "the kernel does not call it synchronised (" + text +
                "): run chrony or systemd-timesyncd, unless the host keeps this clock"};
}

Finding check_spool(const Config& config) {
    std::error_code error;
    fs::create_directories(config.spool, error);
    const fs::path probe = config.spool / ("check-" + std::to_string(::getpid()));
    const bool good = !error && [&probe] {
        Journal journal(probe);
        return journal.append("check").has_value();
    }();
    fs::remove(probe, error);
    if (!good) return {"spool", Mark::kBad, config.spool.string() + " cannot be written"};
    const auto space = fs::space(config.spool, error);
    const std::uint64_t free_mb = error ? 0 : space.available >> 20U;
    const bool enough = std::cmp_greater_equal(free_mb, config.spool_mb);
    return {"spool", enough ? Mark::kGood : Mark::kWarning,
            config.spool.string() + ": " + std::to_string(free_mb) + " MB free, spool_mb is " +
                std::to_string(config.spool_mb)};
}

std::string text_of(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Registered, not revoked, of this role, and with one of these keys.
Finding check_registration(const Json& answer, const Config& config,
                           const std::vector<SigningKey>& keys) {
    const auto text = [](const SigningKey& key) { return to_base64(as_chars(key.public_key())); };
    const auto items = answer.find("items");
    if (items == answer.end() || !items->is_array())
        return {"meter", Mark::kBad, "the server's list of meters cannot be read"};
    for (const Json& meter : *items) {
        if (text_of(meter, "id") != to_string(config.meter)) continue;
        if (text_of(meter, "role") != settlement::to_string(config.role)) {
            return {"meter", Mark::kBad,
                    "it is registered as " + text_of(meter, "role") + ": set meter.role to that"};
        }
        const auto registered = std::ranges::find(keys, text_of(meter, "public_key"), text);
        if (registered == keys.end()) {
            return {"meter", Mark::kBad,
                    config.key_file.string() +
                        " is not the key in force of this id; while the key changes, name the "
                        "other one too (next_key_file)"};
        }
        const auto revoked = meter.find("revoked");
        if (revoked != meter.end() && *revoked == true)
            return {"meter", Mark::kBad, "its key was revoked: register a new one"};
        const bool changes = keys.size() > 1;
        const std::string now = registered == keys.begin() ? "it is not rotated in yet"
                                                           : "it is in force: make it key_file";
        return {"meter", Mark::kGood,
                to_string(config.meter) + " is registered with this key" +
                    (changes ? "; the next key signs too, " + now : "")};
    }
    return {"meter", Mark::kBad,
            "the API key's organisation has no meter " + to_string(config.meter) +
                ": suanpan meter register --role " +
                std::string(settlement::to_string(config.role)) + " --public-key " +
                text(keys.front())};
}

void check_leases(const Config& config, Link& link, Findings& out) {
    for (const LeaseConfig& lease : config.leases) {
        const std::string subject = to_string(lease.id);
        Sample sample;
        for (const auto& source : make_sources(config, lease, std::nullopt))
            source->read(sample);
        if (!sample.problem.empty())
            out.push_back({subject, Mark::kBad, "cannot be measured: " + sample.problem});
        const auto time = read_lease_time(link, lease.id);
        if (!time) {
            out.push_back({subject, Mark::kBad, time.error().error.detail()});
        } else if (time->active) {
            out.push_back({subject, Mark::kGood,
                           time->state + ", active from " + to_string(time->active->start) +
                               " to " + to_string(time->active->end)});
        } else {
            out.push_back({subject, time->over ? Mark::kBad : Mark::kGood,
                           time->state + (time->over ? ", and was never handed over"
                                                     : ", not handed over yet")});
        }
    }
}

void check_server(const Config& config, Findings& out) {
    const auto keys = load_meter_keys(config);
    if (!keys) out.push_back({"key", Mark::kBad, keys.error().detail()});
    const auto api_key = load_api_key(config.api_key_file);
    if (!api_key) {
        out.push_back({"API key", Mark::kBad, api_key.error().detail()});
        return;
    }
    Link link(config.server, config.api_key_file);
    const auto meters = link.get("/v1/meters");
    const std::string address = "http://" + config.server.authority();
    if (!meters) {
        out.push_back({"server", Mark::kBad, address + ": " + meters.error().error.detail()});
        return;
    }
    out.push_back({"server", Mark::kGood, address + " answers"});
    if (keys) out.push_back(check_registration(*meters, config, *keys));
    check_leases(config, link, out);
}

int report(const Findings& findings, bool json) {
    const bool good = std::ranges::none_of(
        findings, [](const Finding& finding) { return finding.mark == Mark::kBad; });
    Json list = Json::array();
    for (const Finding& finding : findings) {
        list.push_back({{"subject", finding.subject},
                        {"result", word_of(finding.mark)},
                        {"text", finding.text}});
        if (json) continue;
        constexpr std::size_t kMarkWidth = 8;
        constexpr std::size_t kSubjectWidth = 12;
        std::string line(word_of(finding.mark));
        line.resize(kMarkWidth, ' ');
        line += finding.subject;
        line.resize(std::max(line.size() + 1, kMarkWidth + kSubjectWidth), ' ');
        const std::string indent(kMarkWidth + kSubjectWidth, ' ');
        for (const char c : finding.text)
            line += c == '\n' ? "\n" + indent : std::string(1, c);
        std::cout << line << '\n';
    }
    if (json) std::cout << Json{{"ok", good}, {"findings", std::move(list)}}.dump(2) << '\n';
    return good ? kDone : kNotWell;
}

struct Options {
    std::string config;
    std::string nvml = std::string(kNvmlLibrary);
    bool json = false;
};

int check(const Options& options) {
    Findings findings{check_cgroup(), check_proc()};
    std::optional<Config> config;
    if (!options.config.empty()) config = must_load(options.config);
    findings.push_back(check_nvml(config ? config->nvml_library : options.nvml));
    findings.push_back(check_clock());
    if (config) {
        findings.push_back(check_spool(*config));
        check_server(*config, findings);
    }
    return report(findings, options.json);
}

}  // namespace

Runner declare_check(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("-c,--config", options->config,
                   "TOML file: checks its keys, spool, server and leases too");
    app.add_option("--nvml", options->nvml, "NVML's library, without a configuration")
        ->capture_default_str();
    app.add_flag("--json", options->json, "Print one JSON object instead of text");
    return [options] { return check(*options); };
}

}  // namespace suanpan::meter
