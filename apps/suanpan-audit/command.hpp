#pragma once

// What the audit's commands share: options, output, exit status.

#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "base/json.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/note.hpp"
#include "ledger/policy.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace suanpan::audit {

inline constexpr int kHolds = 0;        // everything was checked and holds
inline constexpr int kDoesNotHold = 1;  // something is wrong with the log
inline constexpr int kNotAudited = 2;   // wrong usage, or the source is out of reach

/// Runs the command after its options were parsed; gives the exit status.
/// Throws AuditError for what is kNotAudited.
using Runner = std::function<int()>;

struct Command {
    std::string_view name;
    std::string_view summary;
    Runner (*declare)(CLI::App& app);  // adds the command's options
};

/// Parses the command line and runs one of the commands; everything but bugs ends in a status.
int run(int argc, const char* const* argv, std::span<const Command> commands);

/// Options of every command.
struct OutputOptions {
    bool json = false;
    bool quiet = false;
};
void declare_output(CLI::App& app, OutputOptions& options);

/// Who signs: the log, and witnesses of whom so many must have.
struct KeyOptions {
    std::vector<std::string> keys;
    std::string key_file;
    std::string policy_file;
    std::vector<std::string> witnesses;
    std::size_t witnesses_needed = 0;
};
void declare_keys(CLI::App& app, KeyOptions& options);
/// Whom to trust: the log's keys, all of one name (two while it changes its key), the witnesses,
/// and how many of them. Throws AuditError.
ledger::Policy read_keys(const KeyOptions& options);
/// The one name of the log's keys.
const std::string& origin_of(const ledger::Policy& policy);

struct SourceOptions {
    std::string directory;
    std::string url;
    std::string token_file;
};
void declare_source(CLI::App& app, SourceOptions& options);
std::unique_ptr<LogSource> open_source(const SourceOptions& options);

/// Opens a checkpoint and applies the witness policy (`too_few_witnesses`).
Audited<ledger::SignedCheckpoint> check_signatures(std::string_view note,
                                                   const ledger::Policy& policy);
/// The source's present checkpoint, checked likewise. Also `missing_checkpoint`.
Audited<ledger::SignedCheckpoint> read_checkpoint(LogSource& source, const ledger::Policy& policy);

/// Prints what a command found: aligned lines for people, or one JSON object with --json.
class Report {
 public:
    Report(std::string_view command, OutputOptions options);

    void line(std::string_view label, std::string_view text);  // people only
    void note(std::string_view label, std::string_view text);  // people only; several lines
    void field(std::string_view name, Json value);             // JSON only
    void checkpoint(const ledger::SignedCheckpoint& checkpoint, std::string_view source);

    /// Print and give the exit status.
    int holds(std::string_view sentence);
    int fails(const Fault& fault);

 private:
    void print_json(bool ok);

    OutputOptions options_;
    std::shared_ptr<Json> json_;
    std::vector<std::pair<std::string, std::string>> lines_;
};

/// A bar on the terminal with rate and time left, drawn over again; nothing when stderr is no
/// terminal, or with --quiet or --json.
class Progress {
 public:
    Progress(std::string what, OutputOptions options);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::uint64_t done, std::uint64_t total);

 private:
    using Clock = std::chrono::steady_clock;

    std::string what_;
    bool active_;
    std::optional<std::uint64_t> first_;  // what was done when it began, by an earlier run
    Clock::time_point began_;
    Clock::time_point shown_;
};

/// What a run took, from its making on.
class Effort {
 public:
    Effort() : began_(std::chrono::steady_clock::now()) {}
    /// Adds the line and the field "effort". `entries`: those of this run.
    void describe(Report& report, std::uint64_t entries, unsigned threads) const;

 private:
    std::chrono::steady_clock::time_point began_;
};

}  // namespace suanpan::audit
