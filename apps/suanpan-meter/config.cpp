#include "apps/suanpan-meter/config.hpp"

#include "apps/suanpan-meter/nvml.hpp"
#include "apps/suanpan-meter/text_file.hpp"
#include "apps/suanpan-meter/toml_section.hpp"
#include "base/time.hpp"
#include "base/words.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace suanpan::meter {
namespace {

constexpr Words<SourceKind, 4> kSources{"source", {"cgroup", "proc", "nvml", "simulated"}};
constexpr std::int64_t kMostLots = 1'000'000;
constexpr std::int64_t kMostLeases = 1'000;

void read_server(TomlSection section, Config& config) {
    if (const auto url = section.need_parsed<client::Url>("url", client::parse_url))
        config.server = *url;
    config.api_key_file = section.need_text("api_key_file");
    section.finish();
}

void read_meter(TomlSection section, Config& config) {
    config.meter = section.need_parsed<MeterId>("id", parse_id<MeterId>).value_or(MeterId{});
    const auto role =
        section.need_parsed<settlement::MeterRole>("role", settlement::parse_meter_role);
    config.role = role.value_or(settlement::MeterRole::kProvider);
    config.key_file = section.need_text("key_file");
    if (const auto next = section.find_text("next_key_file")) config.next_key_file = *next;
    if (!config.key_file.empty() && config.next_key_file == config.key_file)
        section.fault("next_key_file", "must be another file than key_file");
    if (const auto spool = section.find_text("spool")) config.spool = *spool;
    config.spool_mb = section.integer("spool_mb", config.spool_mb, 1, 4'096);
    config.window = Duration(section.integer("window_s", config.window.value, 1, kSecondsPerHour));
    const std::int64_t usual = std::min<std::int64_t>(config.sample.value, config.window.value);
    config.sample = Duration(section.integer("sample_s", usual, 1, 60));
    if (config.sample > config.window)
        section.fault("sample_s", "must be at most window_s: a window needs a sample of its own");
    config.count_unwatched =
        Duration(section.integer("count_unwatched_s", config.count_unwatched.value, 0, 3'600));
    if (config.count_unwatched < config.sample && config.count_unwatched.value != 0)
        section.fault("count_unwatched_s", "must be 0 or at least sample_s");
    section.finish();
}

// "192.0.2.1:443", "[2001:db8::1]:443"
void read_probe(TomlSection section, Config& config) {
    const std::string text = section.need_text("address");
    const std::size_t colon = text.rfind(':');
    config.probe_host = text.substr(0, colon);
    if (config.probe_host.starts_with('[') && config.probe_host.ends_with(']'))
        config.probe_host = config.probe_host.substr(1, config.probe_host.size() - 2);
    config.probe_port = colon == std::string::npos ? "" : text.substr(colon + 1);
    const bool digits =
        std::ranges::all_of(config.probe_port, [](char c) { return c >= '0' && c <= '9'; });
    if (!text.empty() && (config.probe_host.empty() || config.probe_port.empty() || !digits))
        section.fault("address", "must be ADDRESS:PORT in numbers, as 192.0.2.1:443");
    section.finish();
}

void read_window(TomlSection& section, LeaseConfig& lease) {
    const auto start = section.find_parsed<Time>("start", parse_time);
    const auto end = section.find_parsed<Time>("end", parse_time);
    if (section.has("start") != section.has("end"))
        section.fault("start",
                      "a window needs both start and end; without both, the server is asked");
    if (!start || !end) return;
    if (*start >= *end) section.fault("end", "must be after start");
    lease.window = Window{*start, *end};
}

void read_source(TomlSection& section, LeaseConfig& lease) {
    const auto parse = [](std::string_view text) { return kSources.parse(text); };
    const auto source = section.need_parsed<SourceKind>("source", parse);
    if (!source) return;
    lease.source = *source;
    const auto demand = [&](const char* name, SourceKind kind, bool given) {
        if (lease.source == kind && !given)
            section.fault(name, "is needed for source = \"" + std::string(kSources[kind]) + "\"");
        if (lease.source != kind && given)
            section.fault(
                name, "has a meaning for source = \"" + std::string(kSources[kind]) + "\" only");
    };
    demand("cgroup", SourceKind::kCgroup, !lease.cgroup.empty());
    demand("gpus", SourceKind::kNvml, !lease.gpus.empty());
}

LeaseConfig read_lease(TomlSection section) {
    LeaseConfig lease;
    lease.id = section.need_parsed<LeaseId>("id", parse_id<LeaseId>).value_or(LeaseId{});
    lease.lots = Lots(section.integer("lots", std::nullopt, 1, kMostLots));
    read_window(section, lease);
    if (const auto cgroup = section.find_text("cgroup")) lease.cgroup = *cgroup;
    const std::int64_t online = std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L);
    lease.cpus = section.integer("cpus", online, 1, 1'000'000);
    lease.gpus = section.words("gpus");
    lease.interfaces = section.words("interfaces");
    read_source(section, lease);
    section.finish();
    return lease;
}

void read_leases(TomlSection& root, Config& config) {
    for (TomlSection& section : root.sections("lease"))
        config.leases.push_back(read_lease(std::move(section)));
    if (config.leases.empty()) root.fault("lease", "at least one [[lease]] is needed");
    if (std::cmp_greater(config.leases.size(), kMostLeases))
        root.fault("lease", "at most " + std::to_string(kMostLeases) + " leases");
    std::vector<LeaseId> ids;
    for (const LeaseConfig& lease : config.leases) {
        if (std::ranges::find(ids, lease.id) != ids.end())
            root.fault("lease", to_string(lease.id) + " is there twice: one [[lease]] a lease");
        ids.push_back(lease.id);
    }
}

}  // namespace

Result<Config> parse_config(std::string_view toml, const std::string& name) {
    std::vector<Fault> faults;
    Config config;
    config.nvml_library = kNvmlLibrary;
    const auto table = parse_toml(toml, name, faults);
    if (table) {
        TomlSection root(table, "", faults);
        read_server(root.section("server"), config);
        read_meter(root.section("meter"), config);
        if (root.has("nvml")) {
            TomlSection nvml = root.section("nvml");
            config.nvml_library = nvml.need_text("library");
            nvml.finish();
        }
        if (root.has("probe")) read_probe(root.section("probe"), config);
        read_leases(root, config);
        root.finish();
    }
    if (!faults.empty())
        return fail(Error("bad_config", name + " cannot be used", std::move(faults)));
    return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
    const auto text = read_text(file);
    if (!text) {
        return fail("bad_config", text.error().detail() +
                                      ": write one after deploy/suanpan-meter.example.toml and "
                                      "name it with --config");
    }
    return parse_config(*text, file.string());
}

std::string describe(const Error& error) {
    std::string out = error.detail();
    for (const Fault& fault : error.faults())
        out += "\n  " + (fault.pointer.empty() ? "" : fault.pointer + ": ") + fault.detail;
    return out;
}

}  // namespace suanpan::meter
