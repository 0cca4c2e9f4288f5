#include "apps/suanpan-audit/export.hpp"

#include "apps/suanpan-audit/log_replay.hpp"
#include "apps/suanpan-audit/state_check.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "apps/suanpan-audit/verify.hpp"
#include "base/bytes.hpp"
#include "settlement/books/journal_writer.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <memory>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

struct Options {
    OutputOptions output;
    KeyOptions keys;
    SourceOptions source;
    unsigned threads = 0;
    std::string format = "hledger";
    std::string file;
};

// Appears under its name once it is whole; otherwise not at all.
class WholeFile final : public settlement::TextSink {
 public:
    explicit WholeFile(const std::string& path)
        : path_(path), partial_(path + ".part"), out_(partial_, std::ios::binary) {
        if (!out_) throw AuditError("cannot write " + partial_.string());
    }
    ~WholeFile() override {
        std::error_code ignored;
        fs::remove(partial_, ignored);
    }
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    void write(std::string_view text) override {
        out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    }
    void finish() {
        out_.close();
        std::error_code error;
        if (out_) fs::rename(partial_, path_, error);
        if (!out_ || error) throw AuditError("cannot write " + path_.string());
    }

 private:
    fs::path path_;
    fs::path partial_;
    std::ofstream out_;
};

settlement::JournalHeading heading_of(const ledger::Checkpoint& checkpoint,
                                      const std::string& source) {
    settlement::JournalHeading heading;
    heading.comments = {"log " + checkpoint.origin + ", " + std::to_string(checkpoint.size) +
                            " entries, root " + to_hex(as_chars(checkpoint.root)),
                        "read from " + source};
    return heading;
}

std::vector<settlement::AccountBalance> balances_of(const core::Rows& state) {
    std::vector<settlement::AccountBalance> out;
    out.reserve(state.balances.size());
    for (const core::BalanceRow& row : state.balances)
        out.push_back({row.account, row.balance});
    return out;
}

int export_log(const Options& options) {
    const ledger::Policy policy = read_keys(options.keys);
    const auto source = open_source(options.source);
    WholeFile file(options.file);
    Report report("export", options.output);
    const auto checkpoint = read_checkpoint(*source, policy);
    if (!checkpoint) return report.fails(checkpoint.error());
    report.checkpoint(*checkpoint, source->name());
    const auto writer = settlement::make_journal_writer(
        options.format, heading_of(checkpoint->checkpoint, printable(source->name())), file);
    if (!writer) throw AuditError("--format: " + writer.error().detail());
    (*writer)->begin();
    JournalCheck journal;
    LogReplay log([&](const core::Rows& changes) {
        journal.see(changes);
        for (const settlement::JournalEntry& entry : changes.journal)
            (*writer)->entry(entry);
    });
    Progress progress("Exporting", options.output);
    const auto verified = log.run(*source, checkpoint->checkpoint, policy,
                                  threads_for(*source, options.threads), progress);
    if (!verified) {
        describe_difference(report, log.replay());
        return report.fails(verified.error());
    }
    if (const auto balanced = journal.result(); !balanced) return report.fails(balanced.error());
    const core::Market& market = log.replay().market();
    (*writer)->finish(balances_of(market.state()), market.head().last_time);
    file.finish();
    describe_end(report, log.replay());
    report.line("Written", options.file + " (" + options.format +
                               "): " + grouped(journal.entries()) + " transactions of " +
                               grouped(journal.postings()) + " postings");
    report.field("transactions", std::to_string(journal.entries()));
    report.field("postings", std::to_string(journal.postings()));
    report.field("file", options.file);
    return report.holds("the journal follows from the log, entry by entry.");
}

}  // namespace

Runner declare_export(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    declare_source(app, options->source);
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    declare_threads(app, options->threads);
    app.add_option("-f,--format", options->format, "hledger (default), beancount or csv")
        ->check(CLI::IsMember({"hledger", "beancount", "csv"}));
    app.add_option("-o,--out", options->file, "The file to write")->required();
    return [options] { return export_log(*options); };
}

}  // namespace suanpan::audit
