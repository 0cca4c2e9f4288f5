#include "bench/ledger/sequencing.hpp"

#include "base/crypto.hpp"
#include "bench/core/database.hpp"
#include "bench/ledger/market_day.hpp"
#include "bench/matching/median.hpp"
#include "db/leader.hpp"
#include "db/native_session.hpp"
#include "db/pool.hpp"
#include "db/sql.hpp"
#include "db/table.hpp"
#include "services/clock.hpp"
#include "services/publishing/postgres_store.hpp"
#include "services/publishing/publisher.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/trading/commit_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr std::size_t kBatchCommands = 2'000;  // of a server's batch at the most
constexpr std::size_t kSequenced = 200'000;

// How many of the first entries are of the first kBatchCommands commands.
std::size_t first_batch(std::span<const db::EntryRow> entries) {
    std::size_t commands = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const bool another = i == 0 || entries[i].cause != entries[i - 1].cause;
        if (another && ++commands > kBatchCommands) return i;
    }
    return entries.size();
}

std::size_t bytes_of(const std::vector<db::EntryRow>& entries) {
    std::size_t bytes = 0;
    for (const db::EntryRow& entry : entries)
        bytes += entry.bytes.size();
    return bytes;
}

// The sequencer without a market: rows that are ready go down the line into the database.
class Log {
 public:
    using Committed = std::function<void(std::uint64_t size)>;

    explicit Log(const BenchDatabase& database, Committed committed = {})
        : pool_(database.conninfo()),
          leader_(db::Leader::try_lead(pool_)),
          committed_(std::move(committed)),
          line_({[this](services::PendingBatch& batch) { leader_.value().write(batch.rows); },
                 [this](services::PendingBatch& batch) {
                     const LogIndex size = batch.rows.changes.head.size;
                     if (committed_) committed_(static_cast<std::uint64_t>(size.value));
                 },
                 [] {}}) {}

    // Waits until it may; the batch is then on its way.
    void write(std::span<const db::EntryRow> entries) {
        const auto batch = std::make_shared<services::PendingBatch>();
        batch->empty = false;
        batch->rows.expected = LogIndex(size_);
        batch->rows.entries.assign(entries.begin(), entries.end());
        size_ += std::ssize(entries);
        core::HeadRow& head = batch->rows.changes.head;
        head.size = LogIndex(size_);
        head.last_time = entries.back().time;
        head.next_sequence = 1;
        if (!line_.wait_for_room()) throw std::runtime_error("a batch was not written");
        line_.push(batch);
    }
    void wait() {
        if (!line_.wait_idle()) throw std::runtime_error("a batch was not written");
    }
    // A batch may follow at once.
    bool wait_for_room() { return line_.wait_for_room(); }
    db::Pool& pool() { return pool_; }

 private:
    db::Pool pool_;
    std::optional<db::Leader> leader_;
    Committed committed_;
    std::int64_t size_ = 0;
    services::CommitLine line_;
};

double sequenced_rate(const std::vector<db::EntryRow>& entries) {
    const BenchDatabase database("suanpan_bench_ledger");
    Log log(database);
    const auto begin = Monotonic::now();
    for (std::span<const db::EntryRow> rest = entries; !rest.empty();) {
        const std::size_t count = first_batch(rest);
        log.write(rest.first(count));
        rest = rest.subspan(count);
    }
    log.wait();
    return static_cast<double>(entries.size()) / seconds_since(begin);
}

// All rows are in COPY's form before the clock starts; one COPY, one commit.
double copied_rate(const std::vector<db::EntryRow>& entries) {
    const BenchDatabase database("suanpan_bench_copy");
    db::Tuples rows(db::columns<db::EntryRow>().size());
    for (const db::EntryRow& entry : entries) {
        rows.begin_row();
        fields(rows, entry);
    }
    const std::string target = std::string(db::Table<db::EntryRow>::kName) + " (" +
                               db::column_names(db::columns<db::EntryRow>()) + ")";
    const db::Pool pool(database.conninfo());
    db::NativeSession session(pool.conninfo());
    const auto begin = Monotonic::now();
    session.begin();
    session.copy(target, rows);
    session.commit();
    return static_cast<double>(entries.size()) / seconds_since(begin);
}

// A moment at which the log had this size: committed, or published.
struct Mark {
    std::uint64_t size = 0;
    Monotonic::time_point at;
};

class Marks {
 public:
    void add(std::uint64_t size) {
        const std::scoped_lock lock(mutex_);
        marks_.push_back({size, Monotonic::now()});
    }
    [[nodiscard]] std::vector<Mark> take() {
        const std::scoped_lock lock(mutex_);
        return std::move(marks_);
    }

 private:
    std::mutex mutex_;
    std::vector<Mark> marks_;
};

// Where the publisher's time goes: from one step that it reaches to the next, and what of the first
// is reading rows.
class TimedStore final : public services::PublisherStore {
 public:
    explicit TimedStore(db::Pool& pool) : store_(pool) {}

    std::vector<std::string> read_entries(std::uint64_t from, std::size_t max) override {
        const auto begin = Monotonic::now();
        if (std::exchange(resting_, false)) last_ = begin;
        auto entries = store_.read_entries(from, max);
        reading_ += seconds_since(begin);
        return entries;
    }
    std::optional<services::StoredCheckpoint> load_checkpoint() override {
        return store_.load_checkpoint();
    }
    services::SwapOutcome compare_and_swap_checkpoint(std::uint64_t old_size,
                                                      const services::StoredCheckpoint& next,
                                                      std::optional<std::int64_t> term) override {
        return store_.compare_and_swap_checkpoint(old_size, next, term);
    }

    void reach(std::string_view step) {
        const auto now = Monotonic::now();
        const double seconds = std::chrono::duration<double>(now - last_).count();
        if (!seconds_.contains(std::string(step))) steps_.emplace_back(step);
        seconds_[std::string(step)] += seconds;
        last_ = now;
        resting_ = step == services::kPublisherSteps.back();
    }
    void print() const {
        fmt::print("  where its time went: {:.2f} s reading rows, which is in the first of\n   ",
                   reading_);
        for (const std::string& step : steps_)
            fmt::print(" {} {:.2f}", step, seconds_.at(step));
        fmt::print("\n");
    }

 private:
    services::PostgresStore store_;
    double reading_ = 0;
    bool resting_ = true;
    Monotonic::time_point last_;
    std::vector<std::string> steps_;  // in the order in which they were first reached
    std::map<std::string, double> seconds_;
};

// For every entry of the log: milliseconds from `earlier` having it to `later` having it.
std::vector<double> delays_ms(const std::vector<Mark>& earlier, const std::vector<Mark>& later) {
    std::vector<double> out;
    auto reached = later.begin();
    std::uint64_t index = 0;
    for (const Mark& mark : earlier) {
        for (; index < mark.size; ++index) {
            while (reached != later.end() && reached->size <= index)
                ++reached;
            if (reached == later.end()) throw std::runtime_error("not all entries came through");
            out.push_back(std::chrono::duration<double, std::milli>(reached->at - mark.at).count());
        }
    }
    return out;
}

// Gives the log its entries as they come, until all have.
std::vector<Mark> feed(Log& log, const std::vector<db::EntryRow>& entries, double rate) {
    std::vector<Mark> arrived;
    const auto begin = Monotonic::now();
    for (std::size_t done = 0; done < entries.size();) {
        log.wait_for_room();
        const auto come = static_cast<std::size_t>(seconds_since(begin) * rate);
        const std::span<const db::EntryRow> waiting =
            std::span(entries).first(std::min(come, entries.size())).subspan(done);
        if (waiting.empty()) {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
            continue;
        }
        const std::size_t count = first_batch(waiting);
        done += count;
        arrived.push_back({done, Monotonic::now()});
        log.write(waiting.first(count));
    }
    log.wait();
    return arrived;
}

std::string three(const std::vector<double>& values) {
    return fmt::format("{:.0f} / {:.0f} / {:.0f} ms", quantile(values, 0.5), quantile(values, 0.99),
                       quantile(values, 1));
}

}  // namespace

void measure_sequencing(int rounds, Report& report) {
    const std::vector<db::EntryRow> entries = MarketDay().next(kSequenced);
    fmt::print(
        "\nDurable sequencing of {} entries of {} bytes in the mean, batches of {} commands\n",
        entries.size(), bytes_of(entries) / entries.size(), kBatchCommands);
    std::vector<double> ours;
    std::vector<double> copied;
    for (int round = 1; round <= rounds; ++round) {
        ours.push_back(sequenced_rate(entries));
        copied.push_back(copied_rate(entries));
        fmt::print("  ours {:.0f}/s, one COPY of the same rows {:.0f}/s\n", ours.back(),
                   copied.back());
    }
    const double rate = median(ours);
    const double ratio = rate / median(copied);
    report.add("durable sequencing, entries/s", fmt::format("{:.0f}", rate), ">= 20000",
               rate >= 20'000);
    report.add("durable sequencing / one raw COPY of the same rows", fmt::format("{:.2f}", ratio),
               ">= 0.5", ratio >= 0.5);
}

void measure_publishing(double rate, double seconds, const std::filesystem::path& folder,
                        Report& report) {
    const std::vector<db::EntryRow> entries =
        MarketDay().next(static_cast<std::size_t>(rate * seconds));
    const BenchDatabase database("suanpan_bench_ledger");
    const services::SystemClock clock;
    const SigningKey key(Seed{5});
    services::PublisherOptions options;
    options.origin = "bench.example/log";
    options.tile_directory = folder / "log";
    options.last_signed_file = folder / "last-signed";
    Marks committed;
    Marks published;
    services::PublisherLoop* wake = nullptr;
    Log log(database, [&](std::uint64_t size) {
        committed.add(size);
        wake->notify(size);
    });
    TimedStore store(log.pool());
    services::Publisher publisher(options, key, store,
                                  [&store](std::string_view step) { store.reach(step); });
    services::PublisherLoop::Listeners listeners;
    listeners.published = [&published](const services::Published& what) {
        published.add(what.size);
    };
    listeners.stopped = [](const Error& error) {
        fmt::print(stderr, "stopped: {}\n", error.detail());
    };
    services::PublisherLoop loop(publisher, clock, {}, std::move(listeners));
    wake = &loop;
    loop.start();
    const auto begin = Monotonic::now();
    const std::vector<Mark> arrived = feed(log, entries, rate);
    const double reached = static_cast<double>(entries.size()) / seconds_since(begin);
    loop.wait_published(entries.size(), 60'000);
    loop.stop();

    const std::vector<Mark> durable = committed.take();
    const std::vector<Mark> shown = published.take();
    const std::vector<double> lag = delays_ms(durable, shown);
    fmt::print(
        "\nPublishing beside it: {:.0f} entries/s came, {:.0f}/s became durable\n"
        "  batches of {} entries in the mean, arrival to commit {}\n"
        "  {} checkpoints of {} entries in the mean, commit to published {}\n",
        rate, reached, entries.size() / durable.size(), three(delays_ms(arrived, durable)),
        shown.size(), entries.size() / shown.size(), three(lag));
    store.print();
    report.add(fmt::format("publish lag at {:.0f} entries/s, p50 / p99 / max", rate), three(lag),
               "max < 2000 ms", quantile(lag, 1) < 2'000);
}

}  // namespace suanpan::bench
