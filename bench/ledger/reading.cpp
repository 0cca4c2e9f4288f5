#include "bench/ledger/reading.hpp"

#include "base/crypto.hpp"
#include "base/dsse.hpp"
#include "bench/ledger/program.hpp"
#include "bench/matching/median.hpp"
#include "bench/matching/xorshift.hpp"
#include "core/commands.hpp"
#include "core/entries.hpp"
#include "ledger/entry.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"
#include "services/publishing/tile_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace suanpan::bench {
namespace {

// Of one core, in seconds of its time.
struct Parts {
    double tree = 0;
    double parsing = 0;
    double signatures = 0;
    std::uint64_t signed_entries = 0;
    [[nodiscard]] double sum() const { return tree + parsing + signatures; }
};

// Adds what `work` takes of this thread to `sum`.
template <typename Work>
void timed(double& sum, const Work& work) {
    const double begin = cpu_seconds();
    work();
    sum += cpu_seconds() - begin;
}

// The parts of an audit, one bundle after the other, each part by itself: reading and hashing with
// a comparison of the leaves' tiles; parsing every entry's form, and what the signed ones say;
// their signatures.
class Auditor {
 public:
    explicit Auditor(const PublishedLog& log) : log_(log), tiles_(log.folder) {}

    Parts run() {
        for (std::uint64_t n = 0; n * ledger::kTileWidth < log_.size; ++n)
            take_bundle(n);
        if (tree_.root() != log_.root) throw std::runtime_error("the log has another root");
        return parts_;
    }

 private:
    [[nodiscard]] std::string tile(ledger::TileKind kind, std::uint64_t n) const {
        return tiles_.read_tile(ledger::tile_at(kind, 0, n, log_.size).value()).value();
    }

    void take_bundle(std::uint64_t n) {
        std::string bundle;
        std::vector<std::string_view> entries;
        timed(parts_.tree, [&] {
            bundle = tile(ledger::TileKind::kEntries, n);
            const std::uint64_t left = log_.size - n * ledger::kTileWidth;
            const auto width = std::min<std::uint64_t>(left, ledger::kTileWidth);
            entries = ledger::decode_bundle(bundle, static_cast<unsigned>(width)).value();
            hash(entries, n);
        });
        std::vector<std::string> kinds(entries.size());
        timed(parts_.parsing, [&] {
            for (std::size_t i = 0; i < entries.size(); ++i)
                kinds[i] = ledger::parse_entry(entries[i]).value().kind;
        });
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (kinds[i] == "key" || kinds[i] == "readings") check_signature(entries[i]);
        }
    }

    void hash(const std::vector<std::string_view>& entries, std::uint64_t n) {
        const std::vector<Hash> leaves = ledger::leaf_hashes(entries);
        if (ledger::encode_hash_tile(leaves) != tile(ledger::TileKind::kHashes, n))
            throw std::runtime_error("a tile does not follow from the entries");
        if (leaves.size() == ledger::kTileWidth) {
            tree_.append_subtree(ledger::kTileHeight, ledger::root_of(leaves));
            return;
        }
        for (const Hash& leaf : leaves)
            tree_.append(leaf);
    }

    void check_signature(std::string_view entry) {
        std::optional<core::Command> command;
        timed(parts_.parsing, [&] { command = core::parse_entry(entry).value().command; });
        if (const auto* key = std::get_if<core::RegisterMeter>(&command.value().body))
            meter_ = key->key;
        const auto* readings = std::get_if<core::SubmitReadings>(&command.value().body);
        if (readings == nullptr) return;
        timed(parts_.signatures, [&] {
            if (!suanpan::verify(parse_envelope(readings->envelope).value(), meter_))
                throw std::runtime_error("a batch of readings is not signed");
        });
        ++parts_.signed_entries;
    }

    const PublishedLog& log_;
    services::TileStore tiles_;
    ledger::Frontier tree_;
    PublicKey meter_{};
    Parts parts_;
};

ProgramRun audit(const PublishedLog& log, const std::vector<std::string>& options) {
    std::vector<std::string> arguments{
        "verify", "--dir", log.folder.string(), "--key", log.verifier_key, "--json", "--quiet"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    ProgramRun run = run_program("suanpan-audit", arguments);
    if (run.status != 0) throw std::runtime_error("suanpan-audit verify: " + run.output);
    return run;
}

double rate_of(const PublishedLog& log, double seconds) {
    return static_cast<double>(log.size) / seconds;
}

void add_rate(Report& report, std::string what, const PublishedLog& log, double seconds) {
    const double rate = rate_of(log, seconds);
    report.add(std::move(what), fmt::format("{:.0f}", rate), ">= 1000000", rate >= 1e6);
}

}  // namespace

void measure_verify(const PublishedLog& log, int rounds, Report& report) {
    std::vector<double> tree;
    std::vector<double> sum;
    std::vector<double> program_tree;
    std::vector<double> full;
    std::vector<double> wall;
    double peak_mib = 0;
    for (int round = 1; round <= rounds; ++round) {
        const Parts parts = Auditor(log).run();
        const ProgramRun hashes = audit(log, {"--tree", "--threads", "1"});
        const ProgramRun one = audit(log, {"--threads", "1"});
        const ProgramRun all = audit(log, {});
        tree.push_back(parts.tree);
        sum.push_back(parts.sum());
        program_tree.push_back(hashes.cpu_seconds);
        full.push_back(one.cpu_seconds);
        wall.push_back(all.seconds);
        peak_mib = std::max(peak_mib, static_cast<double>(all.peak_kib) / 1'024);
        fmt::print(
            "  alone, one core: tree {:.2f} s, parsing {:.2f} s, {} signatures {:.2f} s; together "
            "{:.2f} s\n"
            "  suanpan-audit verify: --tree {:.2f} s of one core; all {:.2f} s of one core, {:.2f} "
            "s"
            " on all cores, {:.1f} MiB\n",
            parts.tree, parts.parsing, parts.signed_entries, parts.signatures, sum.back(),
            hashes.cpu_seconds, one.cpu_seconds, all.seconds, peak_mib);
    }
    add_rate(report, "tree alone: hashes and root, entries/s a core", log, median(tree));
    add_rate(report, "suanpan-audit verify --tree, entries/s a core", log, median(program_tree));
    const double ratio = median(full) / median(sum);
    report.add("verify / (tree + parsing + signatures alone), one core",
               fmt::format("{:.2f}", ratio), "<= 1.3", ratio <= 1.3);
    report.tell("verify on all cores, entries/s",
                fmt::format("{:.0f}", rate_of(log, median(wall))));
    report.add(fmt::format("verify of {} entries, peak memory", log.size),
               fmt::format("{:.1f} MiB", peak_mib), "<= 64 MiB", peak_mib <= 64);
}

void measure_proofs(const PublishedLog& log, Report& report) {
    constexpr int kProofs = 5'000;
    const services::TileStore tiles(log.folder);
    const auto fetch = [&tiles](const ledger::TileId& tile) { return tiles.read_tile(tile); };
    Xorshift random;
    std::vector<double> proof_us;
    std::vector<double> receipt_us;
    for (int i = 0; i < kProofs; ++i) {
        const std::uint64_t index = random.next() % log.size;
        auto begin = Monotonic::now();
        ledger::TileHashReader hashes(log.size, fetch);
        const auto proof = ledger::prove_inclusion(index, log.size, std::ref(hashes)).value();
        proof_us.push_back(seconds_since(begin) * 1e6);
        const Hash leaf = hashes(ledger::NodeId{0, index}).value();
        if (!ledger::verify_inclusion(leaf, index, log.size, proof, log.root))
            throw std::runtime_error("a proof does not hold");
        begin = Monotonic::now();
        (void)services::make_receipt(tiles, index).value();
        receipt_us.push_back(seconds_since(begin) * 1e6);
    }
    fmt::print("  proof of inclusion: p50 {:.1f} us, p99 {:.1f} us; receipt p50 {:.1f} us\n",
               median(proof_us), quantile(proof_us, 0.99), median(receipt_us));
    report.add("proof of inclusion from tiles on disk, p50",
               fmt::format("{:.1f} us", median(proof_us)), "< 100 us", median(proof_us) < 100);
}

}  // namespace suanpan::bench
