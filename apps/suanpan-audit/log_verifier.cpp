#include "apps/suanpan-audit/log_verifier.hpp"

#include "apps/suanpan-audit/workers.hpp"
#include "base/time.hpp"
#include "ledger/tile.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace suanpan::audit {
namespace {

using ledger::kTileWidth;

constexpr std::size_t kRoundBytes = std::size_t{16} << 20U;
constexpr std::size_t kBundlesAThread = 64;  // at most; enough that the threads seldom wait

// Each has hashes that were compared, so each was read.
std::uint64_t all_hash_tiles(std::uint64_t size) {
    std::uint64_t out = 0;
    for (unsigned level = 0; ledger::hashes_at_level(level, size) > 0; ++level)
        out += (ledger::hashes_at_level(level, size) + kTileWidth - 1) / kTileWidth;
    return out;
}

// What came of one bundle once the order had its say.
struct Ordered {
    CheckedBundle bundle;
    struct Late {
        std::uint64_t index = 0;
        LateCheck check;
        std::optional<Error> error;
    };
    std::vector<Late> late;
    std::optional<Fault> fault;  // the first so far
};

class LogVerifier {
 public:
    LogVerifier(LogSource& source, const ledger::Checkpoint& checkpoint,
                const VerifyOptions& options)
        : source_(source),
          checkpoint_(checkpoint),
          options_(options),
          plan_{checkpoint.size, options.tree_only, options.hooks},
          workers_(std::max(1U, options.threads)),
          tree_(source, checkpoint),
          summary_(options.from.summary) {
        for (unsigned worker = 1; worker < workers_.count(); ++worker)
            sources_.push_back(source.another());
    }

    Audited<VerifySummary> run() {
        if (options_.from.size > 0 || !options_.from.open.empty()) {
            auto resumed = tree_.resume(options_.from.size, options_.from.open);
            if (!resumed) return found(std::move(resumed.error()));
        }
        next_ = options_.from.size / kTileWidth;
        const std::uint64_t bundles = (checkpoint_.size + kTileWidth - 1) / kTileWidth;
        std::vector<CheckedBundle> read;
        std::vector<Ordered> round;
        read_and_finish(read, bundles, round);
        while (!read.empty()) {
            const bool holds = put_in_order(read, round);
            // That what follows is out of reach must not hide a fault, nor lose what was done.
            std::exception_ptr trouble;
            try {
                read_and_finish(read, holds ? bundles : next_, round);
            } catch (...) {
                trouble = std::current_exception();
            }
            if (auto fault = retire(round)) return found(std::move(*fault));
            if (options_.at_rest) rest();
            if (trouble) std::rethrow_exception(trouble);
        }
        auto finished = tree_.finish(tail_);
        if (!finished) return found(std::move(finished.error()));
        summary_.hash_tiles = all_hash_tiles(checkpoint_.size);
        return std::move(summary_);
    }

 private:
    // The late checks of one round and, at the same time, the reading of the next one's bundles.
    void read_and_finish(std::vector<CheckedBundle>& read, std::uint64_t bundles,
                         std::vector<Ordered>& round) {
        const std::uint64_t first = next_;
        auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(bundles - first, round_size_));
        // A partial bundle is a round of its own: a run that goes on begins in front of it.
        if (count > 1 && (first + count) * kTileWidth > checkpoint_.size) --count;
        read.clear();
        read.resize(count);
        std::vector<Ordered::Late*> late;
        for (Ordered& ordered : round) {
            for (Ordered::Late& check : ordered.late)
                late.push_back(&check);
        }
        std::atomic<std::size_t> bytes = 0;
        workers_.run(late.size() + count, [&](std::size_t task, unsigned worker) {
            if (task < late.size()) {
                if (auto done = late[task]->check(); !done) late[task]->error = done.error();
                return;
            }
            const std::size_t i = task - late.size();
            // Bundles far larger than those before them wait for the next round.
            if (i > 0 && bytes > 2 * kRoundBytes) return;
            read[i] = check_bundle(source(worker), first + i, plan_);
            bytes += read[i].bytes.size();
        });
        const auto left = std::ranges::find(read, 0U, &CheckedBundle::width);
        read.erase(left, read.end());
        next_ = first + read.size();
    }

    LogSource& source(unsigned worker) { return worker == 0 ? source_ : *sources_[worker - 1]; }

    // False: the round ends with a fault, and nothing behind it is looked at.
    bool put_in_order(std::vector<CheckedBundle>& read, std::vector<Ordered>& round) {
        round.clear();
        std::size_t bytes = 0;
        for (CheckedBundle& bundle : read) {
            bytes += bundle.bytes.size();
            Ordered& ordered = round.emplace_back();
            ordered.bundle = std::move(bundle);
            order(ordered);
            if (ordered.fault) return false;
        }
        const std::size_t average = std::max<std::size_t>(bytes / read.size(), 1);
        round_size_ = std::clamp<std::size_t>(kRoundBytes / average, workers_.count(),
                                              kBundlesAThread * workers_.count());
        return true;
    }

    void order(Ordered& ordered) {
        CheckedBundle& bundle = ordered.bundle;
        ordered.fault = first_fault(bundle);
        for (CheckedBundle::Step& step : bundle.steps) {
            if (ordered.fault && ordered.fault->index && *ordered.fault->index <= step.index) break;
            auto late = step.run();
            if (!late) {
                ordered.fault = at_entry(step.index, late.error());
                break;
            }
            if (*late) ordered.late.push_back({step.index, std::move(*late), {}});
        }
        bundle.steps.clear();
        if (ordered.fault) return;
        count(bundle.counts);
        if (bundle.width < kTileWidth) {
            tail_ = std::move(bundle.leaves);
        } else if (auto appended = tree_.append(bundle.subtree); !appended) {
            ordered.fault = std::move(appended.error());
        }
    }

    // Of what was found without the order, and of the time.
    std::optional<Fault> first_fault(const CheckedBundle& bundle) {
        const VerifySummary& counts = bundle.counts;
        if (bundle.unlike && (!bundle.fault || !bundle.fault->index ||
                              bundle.first + *bundle.unlike <= *bundle.fault->index)) {
            if (time_goes_back(counts)) return back_in_time(bundle);
            return tree_.explain_leaf(bundle.first + *bundle.unlike, bundle.leaves[*bundle.unlike]);
        }
        if (time_goes_back(counts) && (!bundle.fault || bundle.fault->index != bundle.first))
            return back_in_time(bundle);
        return bundle.fault;
    }

    [[nodiscard]] bool time_goes_back(const VerifySummary& counts) const {
        return counts.first_time && summary_.last_time && *counts.first_time < *summary_.last_time;
    }

    [[nodiscard]] Fault back_in_time(const CheckedBundle& bundle) const {
        return at_entry(bundle.first,
                        Error("time_goes_back",
                              "the entry is of " + to_string(*bundle.counts.first_time) +
                                  ", the one before it of " + to_string(*summary_.last_time)));
    }

    [[nodiscard]] Fault at_entry(std::uint64_t index, const Error& error) const {
        const auto tile =
            ledger::tile_at(ledger::TileKind::kEntries, 0, index / kTileWidth, checkpoint_.size);
        return Fault{error.code(), error.detail(), index, tile_path(tile.value())};
    }

    void count(const VerifySummary& counts) {
        summary_.entries += counts.entries;
        summary_.entry_bytes += counts.entry_bytes;
        summary_.bundles += counts.bundles;
        if (!summary_.first_time) summary_.first_time = counts.first_time;
        if (counts.last_time) summary_.last_time = counts.last_time;
        for (const auto& [kind, number] : counts.kinds)
            summary_.kinds[kind] += number;
        for (const auto& [author, number] : counts.auth)
            summary_.auth[author] += number;
    }

    std::optional<Fault> retire(std::vector<Ordered>& round) {
        for (Ordered& ordered : round) {
            for (const Ordered::Late& late : ordered.late) {
                if (late.error) return at_entry(late.index, *late.error);
            }
            if (ordered.fault) return std::move(ordered.fault);
            if (options_.progress)
                options_.progress(ordered.bundle.first + ordered.bundle.width, checkpoint_.size);
        }
        round.clear();
        return std::nullopt;
    }

    void rest() {
        if (!tail_.empty()) return;  // the next run reads a partial bundle again
        options_.at_rest(VerifyPosition{tree_.size(), tree_.open_tiles(), summary_});
    }

    LogSource& source_;
    const ledger::Checkpoint& checkpoint_;
    const VerifyOptions& options_;
    BundlePlan plan_;
    Workers workers_;
    std::vector<std::unique_ptr<LogSource>> sources_;  // of all workers but the first
    TreeCheck tree_;
    VerifySummary summary_;
    std::uint64_t next_ = 0;  // the next bundle to be read
    std::size_t round_size_ = 4;
    std::vector<Hash> tail_;  // leaves of the partial bundle, once it was read
};

}  // namespace

Audited<VerifySummary> verify_log(LogSource& source, const ledger::Checkpoint& checkpoint,
                                  const VerifyOptions& options) {
    return LogVerifier(source, checkpoint, options).run();
}

}  // namespace suanpan::audit
