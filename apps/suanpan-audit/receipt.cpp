#include "apps/suanpan-audit/receipt.hpp"

#include "apps/suanpan-audit/text.hpp"
#include "base/time.hpp"
#include "ledger/entry.hpp"
#include "ledger/receipt.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace suanpan::audit {
namespace {

struct Options {
    OutputOptions output;
    KeyOptions keys;
    std::string receipt;
    std::string entry;
};

int check_receipt(const Options& options) {
    const ledger::Policy policy = read_keys(options.keys);
    const std::string text = read_local_file(options.receipt, ledger::kMaxReceiptBytes);
    // A text editor's last line end is not part of the entry; canonical JSON never ends in one.
    std::string entry = read_local_file(options.entry, ledger::kMaxEntryBytes + 1);
    if (entry.ends_with('\n')) entry.pop_back();

    Report report("receipt", options.output);
    const auto receipt = ledger::parse_receipt(text);
    if (!receipt)
        return report.fails(
            Fault{receipt.error().code(), receipt.error().detail(), {}, options.receipt});
    const auto checkpoint = check_signatures(receipt->checkpoint, policy);
    if (!checkpoint) return report.fails(checkpoint.error());
    report.checkpoint(*checkpoint, options.receipt);
    const auto& tree = checkpoint->checkpoint;
    const auto included = ledger::verify_inclusion(ledger::leaf_hash(entry), receipt->index,
                                                   tree.size, receipt->proof, tree.root);
    if (!included) {
        return report.fails(Fault{included.error().code(), included.error().detail(),
                                  receipt->index, options.receipt});
    }
    const auto header = ledger::parse_entry(entry);
    if (!header)
        return report.fails(
            Fault{header.error().code(), header.error().detail(), receipt->index, options.entry});
    report.line("Entry",
                grouped(receipt->index) + ": " + header->kind + " of " + to_string(header->time));
    report.field("index", std::to_string(receipt->index));
    report.field("kind", header->kind);
    report.field("time", to_string(header->time));
    return report.holds("this entry is in the log, at this place, under the log's signature.");
}

}  // namespace

Runner declare_receipt(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    app.add_option("receipt", options->receipt, "The receipt (.tlog-proof)")->required();
    app.add_option("-e,--entry", options->entry, "A file with the entry's bytes")->required();
    declare_keys(app, options->keys);
    declare_output(app, options->output);
    return [options] { return check_receipt(*options); };
}

}  // namespace suanpan::audit
