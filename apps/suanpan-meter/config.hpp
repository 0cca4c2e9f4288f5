#pragma once

// What the meter is told: one TOML file (deploy/suanpan-meter.example.toml).

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "client/url.hpp"
#include "settlement/reading.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::meter {

enum class SourceKind : std::uint8_t { kCgroup, kProc, kNvml, kSimulated };

struct LeaseConfig {
    LeaseId id;
    Lots lots{1};                  // of the lease, that this machine provides or uses
    std::optional<Window> window;  // outside of it nothing is measured
    SourceKind source = SourceKind::kProc;
    std::filesystem::path cgroup;
    std::int64_t cpus = 1;          // that all of the lots have together
    std::vector<std::string> gpus;  // indices or UUIDs
    std::vector<std::string> interfaces;
};

struct Config {
    client::Url server;
    std::filesystem::path api_key_file;
    MeterId meter;
    settlement::MeterRole role = settlement::MeterRole::kProvider;
    std::filesystem::path key_file;
    std::filesystem::path next_key_file;  // while the meter changes its key; else empty
    std::filesystem::path spool = "/var/lib/suanpan-meter";
    std::int64_t spool_mb = 64;
    Duration window{300};
    Duration sample{10};
    Duration count_unwatched{300};
    std::string nvml_library;
    std::string probe_host;  // empty: no probe
    std::string probe_port;
    std::vector<LeaseConfig> leases;
};

// Errors: `bad_config` with every fault at once; a fault's pointer is the setting's name.
Result<Config> parse_config(std::string_view toml, const std::string& name);
Result<Config> load_config(const std::filesystem::path& file);

// One sentence a line.
std::string describe(const Error& error);

}  // namespace suanpan::meter
