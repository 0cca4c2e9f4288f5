#include "apps/suanpan-audit/command.hpp"
#include "apps/suanpan-audit/text.hpp"
#include "base/bytes.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>
#include <utility>

namespace suanpan::audit {
namespace {

constexpr int kLabelWidth = 12;

void print_line(std::string_view label, std::string_view text) {
    std::cout << std::left << std::setw(kLabelWidth) << label << printable(text) << '\n';
}

// What rusage has is at least the peak of the program that started this one, so Linux is asked for
// this one's own.
std::uint64_t peak_memory_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::uint64_t kib = 0;
        if (word == "VmHWM:" && status >> kib) return kib;
    }
    struct ::rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<std::uint64_t>(used.ru_maxrss);
}

// Name and key id: what tells two keys of one log apart.
std::string key_text(const ledger::VerifierKey& key) {
    constexpr std::size_t kId = 9;  // '+' and 8 hexadecimal digits
    return to_string(key).substr(0, key.name.size() + kId);
}

// A witness chooses its time: it may be one that no calendar has.
std::string time_text(Time time) {
    return time <= kLastTime ? to_string(time) : std::to_string(time.value);
}

}  // namespace

Report::Report(std::string_view command, OutputOptions options)
    : options_(options), json_(std::make_shared<Json>(Json::object())) {
    (*json_)["command"] = command;
}

void Report::line(std::string_view label, std::string_view text) {
    lines_.emplace_back(label, text);
}

void Report::note(std::string_view label, std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        line(label, text.substr(0, end));
        label = "";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void Report::field(std::string_view name, Json value) {
    (*json_)[std::string(name)] = std::move(value);
}

void Report::checkpoint(const ledger::SignedCheckpoint& checkpoint, std::string_view source) {
    const auto& body = checkpoint.checkpoint;
    const std::string root = to_hex(as_chars(body.root));
    line("Log", body.origin + " (" + std::string(source) + ")");
    line("Checkpoint", grouped(body.size) + " entries, root " + root);
    std::string signers;
    for (const ledger::VerifierKey& key : checkpoint.signers)
        signers += (signers.empty() ? "" : ", ") + key_text(key);
    line("Signed by", signers);
    Json witnesses = Json::array();
    for (const auto& witness : checkpoint.cosignatures) {
        line(witnesses.empty() ? "Witnesses" : "",
             witness.witness + " on " + time_text(witness.time));
        witnesses.push_back({{"name", witness.witness},
                             {"key", to_string(witness.key)},
                             {"time", time_text(witness.time)}});
    }
    if (witnesses.empty()) line("Witnesses", "none that are known here");
    field("origin", body.origin);
    field("size", std::to_string(body.size));
    field("root", root);
    field("cosigned_by", std::move(witnesses));
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
      active_(!options.json && !options.quiet && ::isatty(STDERR_FILENO) == 1),
      began_(Clock::now()) {}

Progress::~Progress() {
    if (active_ && first_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
    constexpr std::chrono::milliseconds kPause(200);
    if (!active_ || total == 0) return;
    const auto now = Clock::now();
    if (first_ && now - shown_ < kPause) return;
    if (!first_) first_ = done;
    shown_ = now;
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
    const std::string line =
        progress_line(what_, done, total, done - *first_,
                      static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 0)));
    std::cerr << "\r\033[K" << line << std::flush;
}

void Effort::describe(Report& report, std::uint64_t entries, unsigned threads) const {
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began_);
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 1));
    const std::uint64_t kib = peak_memory_kib();
    const std::uint64_t rate = entries * 1000 / ms;
    report.line("Effort", span_text(ms) + ", " + grouped(rate) + " entries/s, " +
                              std::to_string(threads) + (threads == 1 ? " thread" : " threads") +
                              ", at most " + grouped(kib / 1024) + " MiB of memory");
    report.field("effort", {{"elapsed_ms", ms},
                            {"entries", std::to_string(entries)},
                            {"entries_per_s", rate},
                            {"threads", threads},
                            {"peak_memory_kib", kib}});
}

}  // namespace suanpan::audit
