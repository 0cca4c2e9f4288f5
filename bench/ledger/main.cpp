// The ledger's speed: durable sequencing beside a raw COPY, publishing beside it, and what an
// audit and a receipt cost over the published log.
//
//   suanpan-bench-ledger [sequence | publish | read] [--rounds N] [--entries N] [--seconds S]
//       [--rate N] [--keep DIR]

#include "bench/ledger/measure.hpp"
#include "bench/ledger/published_log.hpp"
#include "bench/ledger/reading.hpp"
#include "bench/ledger/sequencing.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::bench {
namespace {

struct Options {
    bool sequence = true;
    bool publish = true;
    bool read = true;
    int rounds = 3;
    double seconds = 10;                // of publishing at `rate`
    double rate = 20'000;               // entries a second
    std::uint64_t entries = 1'000'000;  // of the published log that is read
    std::string keep;                   // its folder; empty: a temporary one
};

constexpr const char* kUsage =
    ": [sequence | publish | read] [--rounds N] [--entries N] [--seconds S] [--rate N]"
    " [--keep DIR]";

// Where a log lies: kept when it was asked for, else gone at the end.
class LogFolder {
 public:
    explicit LogFolder(const std::string& keep) : kept_(!keep.empty()), path_(keep) {
        if (!kept_) {
            std::string name =
                (std::filesystem::temp_directory_path() / "suanpan-bench-ledger-XXXXXX").string();
            if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
            path_ = name;
        }
        std::filesystem::create_directories(path_);
        if (!std::filesystem::is_empty(path_))
            throw std::runtime_error(path_.string() + " is not empty");
    }
    ~LogFolder() {
        std::error_code ignored;
        if (!kept_) std::filesystem::remove_all(path_, ignored);
    }
    LogFolder(const LogFolder&) = delete;
    LogFolder& operator=(const LogFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
    bool kept_;
    std::filesystem::path path_;
};

void run_publish(const Options& options, Report& report) {
    const LogFolder folder("");
    measure_publishing(options.rate, options.seconds, folder.path(), report);
}

void run_read(const Options& options, Report& report) {
    const LogFolder folder(options.keep);
    const auto begin = Monotonic::now();
    const PublishedLog log = make_log(folder.path(), options.entries);
    fmt::print("\nA log of {} entries, made in {:.1f} s: {}\n", log.size, seconds_since(begin),
               log.folder.string());
    measure_verify(log, options.rounds, report);
    measure_proofs(log, report);
    if (options.keep.empty()) return;
    fmt::print("  suanpan-audit verify --dir {} --key {}\n", log.folder.string(), log.verifier_key);
}

Options read_options(int argc, char** argv) {
    Options options;
    const std::vector<std::string> words(argv + 1, argv + argc);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto value = [&] {
            if (i + 1 == words.size()) throw std::runtime_error(words[i] + " needs a value");
            return words[++i];
        };
        if (words[i] == "sequence")
            options.publish = options.read = false;
        else if (words[i] == "publish")
            options.sequence = options.read = false;
        else if (words[i] == "read")
            options.sequence = options.publish = false;
        else if (words[i] == "--rounds")
            options.rounds = std::stoi(value());
        else if (words[i] == "--entries")
            options.entries = std::stoull(value());
        else if (words[i] == "--seconds")
            options.seconds = std::stod(value());
        else if (words[i] == "--rate")
            options.rate = std::stod(value());
        else if (words[i] == "--keep")
            options.keep = value();
        else
            throw std::runtime_error("unknown word '" + words[i] + "'" + kUsage);
    }
    return options;
}

}  // namespace
}  // namespace suanpan::bench

int main(int argc, char** argv) {
    try {
        const auto options = suanpan::bench::read_options(argc, argv);
        suanpan::bench::Report report;
        if (options.sequence) suanpan::bench::measure_sequencing(options.rounds, report);
        if (options.publish) suanpan::bench::run_publish(options, report);
        if (options.read) suanpan::bench::run_read(options, report);
        return report.print() ? 0 : 1;
    } catch (const std::exception& problem) {
        fmt::print(stderr, "suanpan-bench-ledger: {}\n", problem.what());
        return 1;
    }
}
