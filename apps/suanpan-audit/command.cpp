#include "apps/suanpan-audit/command.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "ledger/tree.hpp"

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

}  // namespace

int run(int argc, const char* const* argv, std::span<const Command> commands) {
    CLI::App app(
        "Checks a compute exchange's ledger without trusting who runs it.\n"
        "Exit status: 0 all holds, 1 something is wrong with the log, 2 it could not be checked.",
        "suanpan-audit");
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
    auto* key = app.add_option("-k,--key", options.key,
                               "The log's verifier key: <name>+<8 hex digits>+<base64>");
    app.add_option("--key-file", options.key_file, "A file that holds the log's verifier key")
        ->excludes(key);
    app.add_option("-w,--witness", options.witnesses,
                   "A witness's verifier key; may be given again");
    app.add_option("--witnesses-needed", options.witnesses_needed,
                   "How many of these witnesses must have signed");
}

Keys read_keys(const KeyOptions& options) {
    if (options.key.empty() && options.key_file.empty())
        throw AuditError("the log's verifier key is needed: --key or --key-file");
    constexpr std::size_t kMaxKeyFile = 4'096;
    const std::string text =
        options.key.empty() ? read_local_file(options.key_file, kMaxKeyFile) : options.key;
    Keys keys{
        parse_key(text, options.key.empty() ? "--key-file" : "--key", ledger::KeyType::kEd25519),
        {}};
    for (const std::string& witness : options.witnesses) {
        auto key = parse_key(witness, "--witness", ledger::KeyType::kCosignatureV1);
        if (std::ranges::find(keys.witnesses, key) == keys.witnesses.end())
            keys.witnesses.push_back(std::move(key));
    }
    if (options.witnesses_needed > keys.witnesses.size()) {
        throw AuditError("--witnesses-needed asks for " + std::to_string(options.witnesses_needed) +
                         " of " + std::to_string(keys.witnesses.size()) + " given witnesses");
    }
    return keys;
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

Audited<ledger::SignedCheckpoint> check_signatures(std::string_view note, const Keys& keys,
                                                   std::size_t witnesses_needed) {
    auto opened = ledger::open_checkpoint(note, keys.log, keys.witnesses);
    if (!opened) return found(opened.error(), "checkpoint");
    const std::size_t count = opened->cosignatures.size();
    if (count < witnesses_needed) {
        return found(Fault{"too_few_witnesses",
                           "only " + std::to_string(count) + " of the needed " +
                               std::to_string(witnesses_needed) +
                               " witnesses have signed this checkpoint",
                           {},
                           "checkpoint"});
    }
    return std::move(*opened);
}

Audited<ledger::SignedCheckpoint> read_checkpoint(LogSource& source, const Keys& keys,
                                                  std::size_t witnesses_needed) {
    const auto note = source.read_checkpoint();
    if (!note) {
        const bool missing = note.error().code() == "not_found";
        return found(Fault{missing ? "missing_checkpoint" : "bad_checkpoint",
                           note.error().detail(),
                           {},
                           "checkpoint"});
    }
    return check_signatures(*note, keys, witnesses_needed);
}

}  // namespace suanpan::audit
