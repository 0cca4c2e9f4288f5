#include "apps/suanpan-audit/verify.hpp"

#include "apps/suanpan-audit/entry_signatures.hpp"
#include "apps/suanpan-audit/log_verifier.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "base/time.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace suanpan::audit {
namespace {

struct Options {
    OutputOptions output;
    KeyOptions keys;
    SourceOptions source;
};

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

// Most frequent first.
std::string counts_text(const std::map<std::string, std::uint64_t>& counts) {
    Counts sorted(counts.begin(), counts.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    std::string out;
    for (const auto& [name, count] : sorted) {
        if (!out.empty()) out += ", ";
        out += name + " " + grouped(count);
    }
    return out;
}

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
    Json out = Json::object();
    for (const auto& [name, count] : counts)
        out[name] = std::to_string(count);
    return out;
}

void describe(Report& report, const VerifySummary& summary) {
    report.line("Entries",
                grouped(summary.entries) + ", " + grouped(summary.entry_bytes) +
                    " bytes: each is in the signed tree, unaltered and in canonical form");
    report.line("Tiles", grouped(summary.hash_tiles) + " hash tiles and " +
                             grouped(summary.bundles) +
                             " bundles agree with each other and with the checkpoint");
    if (summary.first_time && summary.last_time) {
        report.line("Times", to_string(*summary.first_time) + " to " +
                                 to_string(*summary.last_time) + ", never going back");
        report.field("first_time", to_string(*summary.first_time));
        report.field("last_time", to_string(*summary.last_time));
    }
    if (!summary.kinds.empty()) report.line("Kinds", counts_text(summary.kinds));
    if (!summary.auth.empty()) report.line("Vouched by", counts_text(summary.auth));
    report.field("entries", std::to_string(summary.entries));
    report.field("entry_bytes", std::to_string(summary.entry_bytes));
    report.field("bundles", std::to_string(summary.bundles));
    report.field("hash_tiles", std::to_string(summary.hash_tiles));
    report.field("kinds", counts_json(summary.kinds));
    report.field("auth", counts_json(summary.auth));
}

int verify(const Options& options) {
    const Keys keys = read_keys(options.keys);
    const auto source = open_source(options.source);
    Report report("verify", options.output);
    const auto checkpoint = read_checkpoint(*source, keys, options.keys.witnesses_needed);
    if (!checkpoint) return report.fails(checkpoint.error());
    report.checkpoint(*checkpoint, source->name());

    Progress progress("Checking entries", options.output);
    VerifyOptions how;
    EntrySignatures signatures;
    how.hooks = signatures.hooks();
    how.progress = [&progress](std::uint64_t done, std::uint64_t total) {
        progress.show(done, total);
    };
    const auto summary = verify_log(*source, checkpoint->checkpoint, how);
    if (!summary) return report.fails(summary.error());
    describe(report, *summary);
    report.line("Signatures", grouped(signatures.batches()) +
                                  " batches of readings, each signed by "
                                  "one of " +
                                  grouped(signatures.meters()) + " registered meters");
    report.field("signed_batches", std::to_string(signatures.batches()));
    report.field("meters", std::to_string(signatures.meters()));
    return report.holds(
        "no entry of this log was altered, added or removed since the checkpoint "
        "was signed.");
}

}  // namespace

Runner declare_verify(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    declare_source(app, options->source);
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    return [options] { return verify(*options); };
}

}  // namespace suanpan::audit
