#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "base/bytes.hpp"
#include "base/checked.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <iomanip>
#include <iostream>
#include <utility>

namespace suanpan::audit {
namespace {

constexpr int kLabelWidth = 12;

void print_line(std::string_view label, std::string_view text) {
    std::cout << std::left << std::setw(kLabelWidth) << label << printable(text) << '\n';
}

}  // namespace

Report::Report(std::string_view command, OutputOptions options)
    : options_(options), json_(std::make_shared<Json>(Json::object())) {
    (*json_)["command"] = command;
}

void Report::line(std::string_view label, std::string_view text) {
    lines_.emplace_back(label, text);
}

void Report::field(std::string_view name, Json value) {
    (*json_)[std::string(name)] = std::move(value);
}

void Report::checkpoint(const ledger::SignedCheckpoint& checkpoint, std::string_view source) {
    const auto& body = checkpoint.checkpoint;
    const std::string root = to_hex(as_chars(body.root));
    line("Log", body.origin + " (" + std::string(source) + ")");
    line("Checkpoint", grouped(body.size) + " entries, root " + root);
    std::string signers = body.origin;
    for (const auto& witness : checkpoint.cosignatures)
        signers += ", " + witness.witness;
    line("Signed by", signers);
    field("origin", body.origin);
    field("size", std::to_string(body.size));
    field("root", root);
    field("witnesses", checkpoint.cosignatures.size());
}

void Report::print_json(bool ok) {
    (*json_)["ok"] = ok;
    // Foreign bytes may not be UTF-8: they are replaced rather than refused.
    std::cout << json_->dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

int Report::holds(std::string_view sentence) {
    if (options_.json) {
        print_json(true);
        return kHolds;
    }
    for (const auto& [label, text] : lines_)
        print_line(label, text);
    std::cout << "\nOK: " << sentence << '\n';
    return kHolds;
}

int Report::fails(const Fault& fault) {
    if (options_.json) {
        Json json = {{"code", fault.code}, {"detail", fault.detail}, {"place", fault.place}};
        if (fault.index) json["index"] = std::to_string(*fault.index);
        (*json_)["fault"] = std::move(json);
        print_json(false);
        return kDoesNotHold;
    }
    for (const auto& [label, text] : lines_)
        print_line(label, text);
    std::cout << "\nNOT OK: " << fault.code << '\n';
    if (fault.index) print_line("First bad", "entry " + grouped(*fault.index));
    if (!fault.place.empty()) print_line("Where", fault.place);
    print_line("What", fault.detail);
    return kDoesNotHold;
}

Progress::Progress(std::string what, OutputOptions options)
    : what_(std::move(what)),
      active_(!options.json && !options.quiet && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (active_ && shown_ >= 0) std::cerr << "\r\033[K" << std::flush;
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
    if (!active_ || total == 0) return;
    const int percent = static_cast<int>(static_cast<Uint128>(done) * 100 / total);
    if (percent == shown_) return;
    shown_ = percent;
    std::cerr << "\r\033[K" << what_ << ' ' << percent << " % (" << grouped(done) << " of "
              << grouped(total) << ')' << std::flush;
}

}  // namespace suanpan::audit
