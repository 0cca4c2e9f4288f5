#include "apps/suanpan/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>

namespace suanpan::cli {
namespace {

constexpr std::array kGroups{
    add_organisations, add_catalogue,  add_markets,    add_capacity,     add_orders,    add_trades,
    add_leases,        add_accounts,   add_settlement, add_operation,    add_migration, add_control,
    add_ledger,        add_agreements, add_vouchers,   add_disputes,     add_users,     add_periods,
    add_titles,        add_projects,   add_requests,   add_signing_keys,
};

constexpr const char* kFooter =
    "SUANPAN_URL and SUANPAN_KEY name the server and the API key; a key on the command line would\n"
    "show in the list of processes, so it is taken from the environment or from --key-file only.\n"
    "Exit status: 0 done, 1 refused, 2 wrong usage, 3 server not reached.";

// Tells the parser's words for wrong usage apart from --help, which is not an error.
int parse_failure(CLI::App& root, const CLI::ParseError& error) {
    const int status = root.exit(error);
    return status == 0 ? 0 : kBadUsage;
}

Result<void> take_key(Session& session, const std::string& key_file) {
    if (key_file.empty()) return {};
    auto text = read_file(key_file);
    if (!text) return fail(text.error());
    session.key = text->substr(0, text->find_first_of("\r\n"));
    return {};
}

}  // namespace

int run(int argc, const char* const* argv) {
    CLI::App root("Suanpan: an exchange for computing power, from the command line", "suanpan");
    Session session;
    std::string key_file;
    if (const char* key = std::getenv("SUANPAN_KEY")) session.key = key;
    root.set_version_flag("--version", SUANPAN_VERSION);
    root.add_option("--url", session.url, "the server")
        ->envname("SUANPAN_URL")
        ->capture_default_str();
    root.add_option("--key-file", key_file, "file with the API key");
    root.add_flag("--json", session.json, "print the answer as JSON");
    root.add_option("--idempotency-key", session.idempotency_key,
                    "of a writing command: repeats a call whose outcome is unknown");
    auto* with =
        root.add_option("--sign-with", session.sign_with,
                        "file with a signing key's secret (signing-key make): signs what a "
                        "writing command sends");
    auto* as = root.add_option("--sign-as", session.sign_as, "the key's id, sgk_…");
    with->needs(as);
    as->needs(with);
    root.add_option("--sign-for", session.sign_for,
                    "the origin of the log that is to hold it; default: what the server says")
        ->needs(with);
    root.add_option("--sign-at", session.sign_at,
                    "when it is signed; default: now. For a sandbox, whose clock is its own")
        ->needs(with);
    root.require_subcommand(1);
    root.fallthrough();
    root.footer(kFooter);
    for (const auto add : kGroups)
        add(root, session);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_failure(root, error);
    }
    try {
        const auto key = take_key(session, key_file);
        if (!key) return report(key.error());
        const auto done = session.command();
        return done ? 0 : report(done.error());
    } catch (const client::TransportError& error) {
        fmt::print(stderr, "suanpan: {}\n", error.what());
        return kUnreachable;
    } catch (const std::exception& error) {
        fmt::print(stderr, "suanpan: {}\n", error.what());
        return kRefused;
    }
}

}  // namespace suanpan::cli
