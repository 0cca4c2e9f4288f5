#pragma once

// What the server is told: a TOML file, environment variables over it, flags over those.

#include "base/result.hpp"
#include "base/units.hpp"
#include "services/iam/networks.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::suanpand {

struct Config {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;              // 0: a free one
    std::filesystem::path port_file;        // where the port is written; empty: nowhere
    std::filesystem::path tls_certificate;  // empty: plain HTTP
    std::filesystem::path tls_key;
    std::string database;  // libpq's connection string; never logged
    std::filesystem::path data = "var/suanpand";
    std::string origin = "localhost/suanpan";  // of the log
    std::filesystem::path policy;              // of witnesses; empty: none is needed
    std::string operator_name = "Operator";
    std::string log_level = "info";
    int io_threads = 1;
    int workers = 8;
    int database_connections = 8;
    std::int64_t publish_interval_ms = 1'000;
    bool trust_forwarded = false;
    std::vector<services::Network> metrics_from;  // who may read /metrics
    std::vector<std::string> cors_origins;        // of portals on other sites
    std::int64_t key_per_second = 5'000;          // calls; 0: no limit
    std::int64_t address_per_second = 1'000;      // of callers without a key
    std::int64_t streams_per_address = 64;        // open; 0: any number
    std::string oidc_issuer;                      // empty: nobody signs in with a token
    std::string oidc_audience;
    std::string oidc_jwks;  // a file, or an http(s):// address
    std::string oidc_organisation_claim = "organisation";
    std::string oidc_roles_claim = "roles";
    std::string oidc_person_claim = "person";
    std::filesystem::path webhook_key;  // empty: in the data folder
    bool webhook_private = false;       // webhooks may go to addresses that are not public
    int webhook_senders = 8;
    std::int64_t webhook_tries = 9;
    std::int64_t webhook_first_retry_s = 5;
    bool sandbox = false;
    std::optional<Time> sandbox_start;
};

// Every setting by its name in the file ("server.listen") as text.
using Settings = std::map<std::string, std::string>;
using Environment = std::function<const char*(const char*)>;

struct SettingInfo {
    std::string_view name;         // "server.listen"; the flag is "--listen"
    std::string_view environment;  // "SUANPAN_LISTEN"
    std::string_view flag;
    std::string_view help;
};
// All there are.
const std::map<std::string_view, SettingInfo>& setting_table();

// Errors: `bad_config` with every fault at once; a fault's pointer is the setting's name.
Result<Settings> read_settings(const std::filesystem::path& file);
Settings environment_settings(const Environment& environment);
Result<Config> make_config(const Settings& settings);
// Later ones win.
Result<Config> load_config(const std::optional<std::filesystem::path>& file,
                           const Environment& environment, const Settings& flags);

// One sentence a line.
std::string describe(const Error& error);

}  // namespace suanpan::suanpand
