#include "apps/suanpan-audit/command.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "ledger/policy.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <iostream>

namespace suanpan::audit {
namespace {

std::string trimmed(std::string text) {
    const auto space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!text.empty() && space(text.back()))
        text.pop_back();
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), space));
    return text;
}

ledger::VerifierKey parse_key(const std::string& text, const std::string& option,
                              ledger::KeyType type) {
    auto key = ledger::parse_verifier_key(trimmed(text));
    if (!key) throw AuditError(option + ": " + key.error().detail());
    if (key->type != type) {
        throw AuditError(option + ": the key is of type " +
                         std::to_string(static_cast<int>(key->type)) + ", needed is " +
                         std::to_string(static_cast<int>(type)));
    }
    return std::move(*key);
}

std::vector<ledger::VerifierKey> given_keys(const KeyOptions& options) {
    constexpr std::size_t kMaxKeyFile = 4'096;
    std::vector<ledger::VerifierKey> out;
    out.reserve(options.keys.size() + 1);
    for (const std::string& key : options.keys)
        out.push_back(parse_key(key, "--key", ledger::KeyType::kEd25519));
    if (!options.key_file.empty()) {
        out.push_back(parse_key(read_local_file(options.key_file, kMaxKeyFile), "--key-file",
                                ledger::KeyType::kEd25519));
    }
    return out;
}

ledger::Policy read_policy(const std::string& path) {
    auto policy = ledger::parse_policy(read_local_file(path, ledger::kMaxPolicyBytes));
    if (!policy) throw AuditError(path + ": " + policy.error().detail());
    return std::move(*policy);
}

// The policy that --witness and --witnesses-needed stand for.
ledger::Policy witnesses_of(const KeyOptions& options) {
    ledger::Policy policy;
    for (const std::string& text : options.witnesses) {
        auto key = parse_key(text, "--witness", ledger::KeyType::kCosignatureV1);
        const auto same = [&](const ledger::PolicyWitness& other) { return other.key == key; };
        if (std::ranges::any_of(policy.witnesses, same)) continue;
        policy.witnesses.push_back({to_string(key), std::move(key), {}});
    }
    if (options.witnesses_needed > policy.witnesses.size()) {
        throw AuditError("--witnesses-needed asks for " + std::to_string(options.witnesses_needed) +
                         " of " + std::to_string(policy.witnesses.size()) + " given witnesses");
    }
    if (options.witnesses_needed == 0) return policy;
    ledger::PolicyGroup group{"needed", options.witnesses_needed, {}};
    for (const ledger::PolicyWitness& witness : policy.witnesses)
        group.members.push_back(witness.name);
    policy.groups.push_back(std::move(group));
    policy.quorum = "needed";
    return policy;
}

}  // namespace

int run(int argc, const char* const* argv, std::span<const Command> commands) {
    CLI::App app(
        "Checks a compute exchange's ledger without trusting who runs it.\n"
        "Exit status: 0 all holds, 1 something is wrong with the log, 2 it could not be checked.",
        "suanpan-audit");
    app.set_version_flag("--version", SUANPAN_VERSION);
    app.require_subcommand(1);
    Runner chosen;
    std::vector<std::pair<CLI::App*, Runner>> runners;
    for (const Command& command : commands) {
        CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
        runners.emplace_back(sub, command.declare(*sub));
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kHolds : kNotAudited;
    }
    try {
        for (const auto& [sub, runner] : runners) {
            if (sub->parsed()) return runner();
        }
    } catch (const std::exception& error) {
        std::cerr << "suanpan-audit: " << printable(error.what()) << '\n';
    }
    return kNotAudited;
}

void declare_output(CLI::App& app, OutputOptions& options) {
    app.add_flag("--json", options.json, "Print one JSON object instead of text");
    app.add_flag("-q,--quiet", options.quiet, "No progress line");
}

void declare_keys(CLI::App& app, KeyOptions& options) {
    auto* key = app.add_option("-k,--key", options.keys,
                               "The log's verifier key: <name>+<8 hex digits>+<base64>; again for "
                               "the new one of a log that changes its key");
    app.add_option("--key-file", options.key_file, "A file that holds the log's verifier key")
        ->excludes(key);
    auto* policy = app.add_option("-p,--policy", options.policy_file,
                                  "A C2SP tlog-policy file: logs, witnesses and their quorum; with "
                                  "several logs, --key says which one");
    app.add_option("-w,--witness", options.witnesses,
                   "A witness's verifier key; may be given again")
        ->excludes(policy);
    app.add_option("--witnesses-needed", options.witnesses_needed,
                   "How many of these witnesses must have signed")
        ->excludes(policy);
}

ledger::Policy read_keys(const KeyOptions& options) {
    ledger::Policy policy =
        options.policy_file.empty() ? witnesses_of(options) : read_policy(options.policy_file);
    const std::vector<ledger::VerifierKey> given = given_keys(options);
    if (!given.empty()) policy.logs.clear();
    for (const ledger::VerifierKey& key : given)
        policy.logs.push_back({key, {}});
    if (policy.logs.empty())
        throw AuditError("the log's verifier key is needed: --key, --key-file or --policy");
    for (const ledger::PolicyLog& log : policy.logs) {
        if (log.key.name != origin_of(policy)) {
            throw AuditError("the keys are of several logs (" + origin_of(policy) + ", " +
                             log.key.name + "): say with --key which one is meant");
        }
    }
    return policy;
}

const std::string& origin_of(const ledger::Policy& policy) {
    return policy.logs.front().key.name;
}

void declare_source(CLI::App& app, SourceOptions& options) {
    auto* directory = app.add_option("-d,--dir", options.directory, "The log's directory of tiles");
    app.add_option("-u,--url", options.url, "The log's URL: http://host:port/prefix")
        ->excludes(directory);
    app.add_option("--token-file", options.token_file,
                   "With --url: a file with an API key of the auditor scope");
}

std::unique_ptr<LogSource> open_source(const SourceOptions& options) {
    if (!options.directory.empty()) return std::make_unique<DirectorySource>(options.directory);
    if (options.url.empty()) throw AuditError("where the log is, is needed: --dir or --url");
    constexpr std::size_t kMaxTokenFile = 4'096;
    return make_url_source(options.url,
                           options.token_file.empty()
                               ? std::string()
                               : trimmed(read_local_file(options.token_file, kMaxTokenFile)));
}

Audited<ledger::SignedCheckpoint> check_signatures(std::string_view note,
                                                   const ledger::Policy& policy) {
    auto opened = ledger::open_checkpoint(note, policy);
    if (!opened) return found(opened.error(), "checkpoint");
    const auto met = ledger::meets(*opened, policy);
    if (!met) return found(met.error(), "checkpoint");
    return std::move(*opened);
}

Audited<ledger::SignedCheckpoint> read_checkpoint(LogSource& source, const ledger::Policy& policy) {
    const auto note = source.read_checkpoint();
    if (!note) {
        const bool missing = note.error().code() == "not_found";
        return found(Fault{missing ? "missing_checkpoint" : "bad_checkpoint",
                           note.error().detail(),
                           {},
                           "checkpoint"});
    }
    return check_signatures(*note, policy);
}

}  // namespace suanpan::audit
