#include "apps/suanpand/config.hpp"

#include "api/transport/server.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace suanpan::suanpand {

namespace {

using Faults = std::vector<Fault>;

constexpr std::int64_t kMostPerSecond = 1'000'000;
constexpr std::int64_t kMostStreams = 1'000;

class Reader {
 public:
    Reader(const Settings& settings, Faults& faults) : settings_(settings), faults_(faults) {}

    [[nodiscard]] const std::string* find(std::string_view name) const {
        const auto found = settings_.find(std::string(name));
        return found == settings_.end() ? nullptr : &found->second;
    }
    void fault(std::string_view name, std::string detail) {
        faults_.push_back({std::string(name), "bad_setting", std::move(detail)});
    }
    void missing(std::string_view name, std::string detail) {
        faults_.push_back({std::string(name), "missing_setting", std::move(detail)});
    }
    void text(std::string_view name, std::string& into) {
        const std::string* value = find(name);
        if (value == nullptr) return;
        if (value->empty()) fault(name, "must not be empty");
        into = *value;
    }
    // Separated by spaces.
    [[nodiscard]] std::vector<std::string> words(std::string_view name, std::string all = "") {
        text(name, all);
        std::istringstream in(all);
        return {std::istream_iterator<std::string>(in), {}};
    }
    template <typename Integer>
    void integer(std::string_view name, Integer& into, std::int64_t min, std::int64_t max) {
        const std::string* value = find(name);
        if (value == nullptr) return;
        const auto number = parse_integer(*value);
        if (!number || *number < min || *number > max) {
            fault(name, "must be an integer from " + std::to_string(min) + " to " +
                            std::to_string(max) + ", not '" + *value + "'");
            return;
        }
        into = static_cast<Integer>(*number);
    }
    void flag(std::string_view name, bool& into) {
        const std::string* value = find(name);
        if (value == nullptr) return;
        if (*value != "true" && *value != "false") fault(name, "must be true or false");
        into = *value == "true";
    }

 private:
    const Settings& settings_;
    Faults& faults_;
};

// "127.0.0.1:8080", "[::1]:0"
void read_listen(Reader& reader, Config& config) {
    constexpr std::string_view kName = "server.listen";
    const std::string* value = reader.find(kName);
    if (value == nullptr) return;
    const std::size_t colon = value->rfind(':');
    const auto port = colon == std::string::npos ? Result<std::int64_t>(-1)
                                                 : parse_integer(value->substr(colon + 1));
    if (!port || *port < 0 || *port > std::numeric_limits<std::uint16_t>::max()) {
        reader.fault(kName, "must be ADDRESS:PORT as 127.0.0.1:8080, not '" + *value + "'");
        return;
    }
    std::string address = value->substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    try {
        api::check_address(address, reader.find("tls.certificate") != nullptr);
    } catch (const std::runtime_error& error) {
        reader.fault(kName, error.what());
        return;
    }
    config.address = address;
    config.port = static_cast<std::uint16_t>(*port);
}

void read_origin(Reader& reader, Config& config) {
    reader.text("log.origin", config.origin);
    const auto bad = [](char c) { return c <= ' ' || c == '+' || c > '~'; };
    if (std::ranges::any_of(config.origin, bad) || config.origin.find("://") != std::string::npos)
        reader.fault("log.origin", "must be the log's address without a scheme, as log.example/x");
}

// "https://portal.example http://localhost:3000": scheme and authority, as browsers send them.
void read_origins(Reader& reader, Config& config) {
    constexpr std::string_view kName = "server.cors_origins";
    for (const std::string& word : reader.words(kName)) {
        const std::size_t authority = word.find("://");
        const bool whole =
            authority != std::string::npos && word.find('/', authority + 3) == std::string::npos;
        if (word != "*" && !whole)
            reader.fault(kName, "'" + word + "' must be an origin as https://portal.example, or *");
        config.cors_origins.push_back(word);
    }
}

void read_metrics_from(Reader& reader, Config& config) {
    constexpr std::string_view kName = "server.metrics_from";
    for (const std::string& word : reader.words(kName, "127.0.0.0/8 ::1")) {
        const auto network = services::Network::parse(word);
        if (network)
            config.metrics_from.push_back(*network);
        else
            reader.fault(kName, network.error().detail());
    }
}

void read_tls(Reader& reader, Config& config) {
    std::string certificate;
    std::string key;
    reader.text("tls.certificate", certificate);
    reader.text("tls.key", key);
    if (certificate.empty() != key.empty())
        reader.missing(key.empty() ? "tls.key" : "tls.certificate", "TLS needs both of its files");
    config.tls_certificate = certificate;
    config.tls_key = key;
}

void read_oidc(Reader& reader, Config& config) {
    reader.text("oidc.issuer", config.oidc_issuer);
    reader.text("oidc.audience", config.oidc_audience);
    reader.text("oidc.jwks", config.oidc_jwks);
    reader.text("oidc.organisation_claim", config.oidc_organisation_claim);
    reader.text("oidc.roles_claim", config.oidc_roles_claim);
    reader.text("oidc.person_claim", config.oidc_person_claim);
    constexpr std::string_view kJwks = "oidc.jwks";
    const bool remote = config.oidc_jwks.find("://") != std::string::npos;
    const bool plain = config.oidc_jwks.starts_with("http://");
    const bool here = config.oidc_jwks.starts_with("http://127.0.0.1:") ||
                      config.oidc_jwks.starts_with("http://[::1]:");
    if (plain && !here)
        reader.fault(kJwks, "must be https://: whoever is on the way could sign in as anybody");
    if (remote && !plain && !config.oidc_jwks.starts_with("https://"))
        reader.fault(kJwks, "must be a file or an https:// address");
    const bool wanted =
        !config.oidc_issuer.empty() || !config.oidc_audience.empty() || !config.oidc_jwks.empty();
    for (const auto& [name, value] : {std::pair{"oidc.issuer", &config.oidc_issuer},
                                      std::pair{"oidc.audience", &config.oidc_audience},
                                      std::pair{"oidc.jwks", &config.oidc_jwks}}) {
        if (wanted && value->empty())
            reader.missing(name, "is needed: a token is checked by issuer, audience and keys");
    }
}

void read_webhooks(Reader& reader, Config& config) {
    std::string key;
    reader.text("webhooks.key", key);
    config.webhook_key = key;
    reader.flag("webhooks.allow_private", config.webhook_private);
    reader.integer("webhooks.senders", config.webhook_senders, 4, 64);
    reader.integer("webhooks.tries", config.webhook_tries, 1, 20);
    reader.integer("webhooks.first_retry_s", config.webhook_first_retry_s, 1, 3'600);
}

void read_sandbox(Reader& reader, Config& config) {
    reader.flag("sandbox.enabled", config.sandbox);
    const std::string* start = reader.find("sandbox.start");
    if (start == nullptr) return;
    const auto time = parse_time(*start);
    if (!time) {
        reader.fault("sandbox.start", "must be a time as 2026-01-01T00:00:00Z");
    } else {
        config.sandbox_start = *time;
    }
    if (!config.sandbox)
        reader.fault("sandbox.start", "needs a sandbox: set sandbox.enabled or give --sandbox");
}

void read_log_level(Reader& reader, Config& config) {
    reader.text("server.log_level", config.log_level);
    static constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning",
                                                                "error"};
    if (std::ranges::find(kLevels, config.log_level) == kLevels.end())
        reader.fault("server.log_level", "must be one of debug, info, warning, error");
}

Error bad_config(Faults faults) {
    return {"bad_config", "the configuration cannot be used", std::move(faults)};
}

std::string scalar_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return {};
}

// What of a file can be used, and what is wrong with the rest.
struct FileSettings {
    Settings good;
    Faults faults;
    bool parsed = false;  // false: what the file says is not known
};

void take_setting(const std::string& name, const toml::node& value, FileSettings& out) {
    if (!setting_table().contains(name)) {
        out.faults.push_back({name, "unknown_setting", "there is no such setting"});
    } else if (!value.is_string() && !value.is_integer() && !value.is_boolean()) {
        out.faults.push_back({name, "bad_setting", "must be a string, an integer or a boolean"});
    } else {
        out.good[name] = scalar_text(value);
    }
}

FileSettings read_file_settings(const std::filesystem::path& file) {
    FileSettings out;
    toml::table root;
    try {
        root = toml::parse_file(file.string());
    } catch (const toml::parse_error& error) {
        const auto line = error.source().begin.line;
        out.faults.push_back({file.string(), "bad_toml",
                              std::string(error.description()) +
                                  (line > 0 ? " at line " + std::to_string(line) : "")});
        return out;
    }
    out.parsed = true;
    for (const auto& [section, node] : root) {
        const auto* table = node.as_table();
        if (table == nullptr) {
            out.faults.push_back(
                {std::string(section.str()), "unknown_setting", "there is no such section"});
            continue;
        }
        for (const auto& [key, value] : *table)
            take_setting(std::string(section.str()) + "." + std::string(key.str()), value, out);
    }
    return out;
}

// A setting is not missing when the file may hold it, or holds it with a fault of its own.
void drop_false_missing(const FileSettings& file, Faults& faults) {
    std::erase_if(faults, [&file](const Fault& fault) {
        const auto same = [&fault](const Fault& known) { return known.pointer == fault.pointer; };
        return fault.code == "missing_setting" &&
               (!file.parsed || std::ranges::any_of(file.faults, same));
    });
}

constexpr auto kSettings = std::to_array<SettingInfo>({
    {"server.listen", "SUANPAN_LISTEN", "--listen",
     "ADDRESS:PORT, without TLS loopback only; port 0 takes a free one"},
    {"server.port_file", "SUANPAN_PORT_FILE", "--port-file", "file to write the port to"},
    {"server.log_level", "SUANPAN_LOG_LEVEL", "--log-level", "debug, info, warning or error"},
    {"server.io_threads", "SUANPAN_IO_THREADS", "--io-threads", "network threads, 1 to 16"},
    {"server.workers", "SUANPAN_WORKERS", "--workers", "threads for requests, 1 to 64"},
    {"server.cors_origins", "SUANPAN_CORS_ORIGINS", "--cors-origins",
     "sites whose pages may call, with spaces between; * for all"},
    {"server.trust_forwarded", "SUANPAN_TRUST_FORWARDED", "--trust-forwarded",
     "take a caller's address from the proxy's X-Forwarded-For"},
    {"server.metrics_from", "SUANPAN_METRICS_FROM", "--metrics-from",
     "networks that may read /metrics, with spaces between"},
    {"limits.key_per_second", "SUANPAN_KEY_PER_SECOND", "--key-per-second",
     "calls of one API key, 0 for any number"},
    {"limits.address_per_second", "SUANPAN_ADDRESS_PER_SECOND", "--address-per-second",
     "calls without a key of one address, 0 for any number"},
    {"limits.streams_per_address", "SUANPAN_STREAMS_PER_ADDRESS", "--streams-per-address",
     "WebSockets that one address may have open, 0 for any number"},
    {"server.data", "SUANPAN_DATA", "--data", "folder of the log's tiles and keys"},
    {"tls.certificate", "SUANPAN_TLS_CERTIFICATE", "--tls-certificate",
     "PEM file: the server's certificate, then those that signed it"},
    {"tls.key", "SUANPAN_TLS_KEY", "--tls-key", "PEM file of its key"},
    {"database.conninfo", "SUANPAN_DATABASE", "--database", "libpq connection string"},
    {"database.connections", "SUANPAN_DATABASE_CONNECTIONS", "--database-connections", "1 to 100"},
    {"log.origin", "SUANPAN_ORIGIN", "--origin", "name of the transparency log"},
    {"log.publish_interval_ms", "SUANPAN_PUBLISH_INTERVAL_MS", "--publish-interval-ms",
     "10 to 60000"},
    {"log.policy", "SUANPAN_POLICY", "--policy",
     "file that says which witnesses must cosign (C2SP tlog-policy)"},
    {"operator.name", "SUANPAN_OPERATOR_NAME", "--operator-name", "of the first organisation"},
    {"oidc.issuer", "SUANPAN_OIDC_ISSUER", "--oidc-issuer",
     "identity provider whose tokens are taken, as it names itself (iss)"},
    {"oidc.audience", "SUANPAN_OIDC_AUDIENCE", "--oidc-audience",
     "what its tokens name this server (aud)"},
    {"oidc.jwks", "SUANPAN_OIDC_JWKS", "--oidc-jwks",
     "its public keys: a file or an https:// address"},
    {"oidc.organisation_claim", "SUANPAN_OIDC_ORGANISATION_CLAIM", "--oidc-organisation-claim",
     "claim with the organisation's id"},
    {"oidc.roles_claim", "SUANPAN_OIDC_ROLES_CLAIM", "--oidc-roles-claim",
     "claim with the list of roles"},
    {"oidc.person_claim", "SUANPAN_OIDC_PERSON_CLAIM", "--oidc-person-claim",
     "claim with the id of the registered person, for who moves money"},
    {"webhooks.key", "SUANPAN_WEBHOOK_KEY", "--webhook-key",
     "file of the key that webhooks' secrets are derived from; made if there is none"},
    {"webhooks.allow_private", "SUANPAN_WEBHOOK_ALLOW_PRIVATE", "--webhook-allow-private",
     "webhooks may go to private addresses, to any port, and over http://"},
    {"webhooks.senders", "SUANPAN_WEBHOOK_SENDERS", "--webhook-senders",
     "webhooks sent at once, 4 to 64"},
    {"webhooks.tries", "SUANPAN_WEBHOOK_TRIES", "--webhook-tries",
     "of a delivery, before it is given up, 1 to 20"},
    {"webhooks.first_retry_s", "SUANPAN_WEBHOOK_FIRST_RETRY_S", "--webhook-first-retry-s",
     "seconds after the first try, 1 to 3600; each later wait is four times as long"},
    {"sandbox.enabled", "SUANPAN_SANDBOX", "--sandbox",
     "play money and a clock that is set by hand"},
    {"sandbox.start", "SUANPAN_SANDBOX_START", "--sandbox-start",
     "where the sandbox's clock starts"},
});

}  // namespace

const std::map<std::string_view, SettingInfo>& setting_table() {
    static const std::map<std::string_view, SettingInfo> kTable = [] {
        std::map<std::string_view, SettingInfo> table;
        for (const SettingInfo& row : kSettings)
            table.emplace(row.name, row);
        return table;
    }();
    return kTable;
}

Result<Settings> read_settings(const std::filesystem::path& file) {
    auto read = read_file_settings(file);
    if (!read.faults.empty()) return fail(bad_config(std::move(read.faults)));
    return std::move(read.good);
}

Settings environment_settings(const Environment& environment) {
    Settings out;
    for (const auto& [name, info] : setting_table()) {
        const char* value = environment(std::string(info.environment).c_str());
        if (value != nullptr && *value != '\0') out[std::string(name)] = value;
    }
    return out;
}

Result<Config> make_config(const Settings& settings) {
    Faults faults;
    Reader reader(settings, faults);
    Config config;
    read_listen(reader, config);
    read_log_level(reader, config);
    std::string data = config.data.string();
    std::string port_file;
    reader.text("server.data", data);
    reader.text("server.port_file", port_file);
    std::string policy;
    reader.text("log.policy", policy);
    config.policy = policy;
    config.data = data;
    config.port_file = port_file;
    reader.integer("server.io_threads", config.io_threads, 1, 16);
    reader.integer("server.workers", config.workers, 1, 64);
    reader.flag("server.trust_forwarded", config.trust_forwarded);
    read_origins(reader, config);
    read_metrics_from(reader, config);
    read_tls(reader, config);
    read_oidc(reader, config);
    reader.integer("limits.key_per_second", config.key_per_second, 0, kMostPerSecond);
    reader.integer("limits.address_per_second", config.address_per_second, 0, kMostPerSecond);
    reader.integer("limits.streams_per_address", config.streams_per_address, 0, kMostStreams);
    reader.integer("database.connections", config.database_connections, 1, 100);
    reader.integer("log.publish_interval_ms", config.publish_interval_ms, 10, 60'000);
    reader.text("operator.name", config.operator_name);
    read_origin(reader, config);
    read_webhooks(reader, config);
    read_sandbox(reader, config);
    reader.text("database.conninfo", config.database);
    if (config.database.empty()) {
        reader.missing(
            "database.conninfo",
            "is needed: give --database, SUANPAN_DATABASE, or conninfo under [database]");
    }
    if (!faults.empty()) return fail(bad_config(std::move(faults)));
    return config;
}

Result<Config> load_config(const std::optional<std::filesystem::path>& file,
                           const Environment& environment, const Settings& flags) {
    Settings settings = flags;
    settings.merge(environment_settings(environment));  // keeps what is there
    FileSettings from_file;
    if (file) {
        from_file = read_file_settings(*file);
        settings.merge(from_file.good);
    }
    auto config = make_config(settings);
    Faults faults = from_file.faults;
    if (!config) {
        Faults others = config.error().faults();
        if (file) drop_false_missing(from_file, others);
        faults.insert(faults.end(), others.begin(), others.end());
    }
    if (!faults.empty()) return fail(bad_config(std::move(faults)));
    return config;
}

std::string describe(const Error& error) {
    std::string out = error.detail();
    for (const Fault& fault : error.faults())
        out += "\n  " + fault.pointer + ": " + fault.detail;
    return out;
}

}  // namespace suanpan::suanpand
