#include "apps/suanpand/application.hpp"

#include "api/books.hpp"
#include "api/metrics.hpp"
#include "api/streaming/hub.hpp"
#include "api/transport/server.hpp"
#include "api/workers.hpp"
#include "apps/suanpand/files.hpp"
#include "apps/suanpand/front.hpp"
#include "apps/suanpand/serving.hpp"
#include "apps/suanpand/turn.hpp"
#include "apps/suanpand/webhooks.hpp"
#include "apps/suanpand/witnesses.hpp"
#include "db/batch.hpp"
#include "db/migrate.hpp"
#include "db/native_session.hpp"
#include "db/pool.hpp"
#include "db/state.hpp"
#include "ledger/checkpoint.hpp"
#include "services/clock.hpp"
#include "services/fault_point.hpp"
#include "services/publishing/log_key.hpp"
#include "services/publishing/postgres_store.hpp"
#include "services/publishing/publisher.hpp"
#include "services/publishing/publisher_loop.hpp"
#include "services/sandbox/sandbox_clock.hpp"
#include "services/trading/bootstrap.hpp"
#include "services/trading/core_loop.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

namespace suanpan::suanpand {

namespace {

constexpr std::size_t kWorkerQueue = 10'000;
constexpr std::int64_t kLastPublishMs = 5'000;
constexpr std::chrono::milliseconds kBeginAgain{500};

template <typename T>
T value_or_throw(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Threads made after this inherit the mask, so the signals wait for who asks for them.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

std::unique_ptr<services::SandboxClock> make_sandbox_clock(const Config& config) {
    if (!config.sandbox) return nullptr;
    // Without a start it stands at zero, where nothing is due, until the log is known.
    return std::make_unique<services::SandboxClock>(config.sandbox_start.value_or(Time(0)));
}

// Where a sandbox's clock must stand at least: at the log's end, or, for a new log without a given
// start, now. Real time would let everything expire in a sandbox that was restarted.
Time least_sandbox_time(const Config& config, const core::HeadRow& head) {
    const bool fresh = head.size.value == 0 && !config.sandbox_start;
    return fresh ? services::SystemClock().now() : head.last_time;
}

// A log has one key for its life: with another one its checkpoints would contradict what readers
// keep, so a folder that is not this log's is refused before anything is made in it.
services::LogKeys load_own_log_keys(const Config& config, services::PublisherStore& store) {
    const services::LogFiles files{config.data};
    if (!std::filesystem::exists(files.key()) && store.load_checkpoint()) {
        throw std::runtime_error(
            "the log of this database was published with a key that is not in " +
            config.data.string() + ": use the data folder of this log");
    }
    std::filesystem::create_directories(config.data);
    value_or_throw(services::load_or_make_log_key(files.key()));
    return value_or_throw(services::load_log_keys(files));
}

void check_log_is_ours(const Config& config, const services::LogKeys& keys,
                       services::PublisherStore& store) {
    const auto last = store.load_checkpoint();
    if (!last) return;
    const auto opened = ledger::open_checkpoint(last->note, keys.verifiers(config.origin));
    if (opened) return;
    throw std::runtime_error("the log of this database was not published as " + config.origin +
                             " with the key in " + config.data.string() + " (" +
                             opened.error().detail() +
                             "): use the data folder and the origin of this log");
}

services::PublisherOptions publisher_options(const Config& config, const services::LogKeys& keys,
                                             services::Witnesses* witnesses) {
    services::PublisherOptions options;
    if (keys.former) options.former_key = &*keys.former;
    options.origin = config.origin;
    options.tile_directory = config.data / "tiles";
    options.last_signed_file = config.data / "last-signed";
    options.witnesses = witnesses;
    return options;
}

services::PublisherLoop::Listeners publisher_listeners(PublisherNews& news) {
    services::PublisherLoop::Listeners listeners;
    listeners.stopped = [&news](const Error& error) {
        if (services::is_set_back(error)) news.set_back = true;
        spdlog::critical("publishing has stopped ({}): {}", error.code(), error.detail());
    };
    listeners.delayed = [](const Error& error) {
        spdlog::warn("publishing is delayed and will be tried again ({}): {}", error.code(),
                     error.detail());
    };
    return listeners;
}

// First start: the operator's organisation and its key, shown this once.
void make_operator(services::CoreLoop& core, const services::Clock& clock, const Config& config) {
    const auto file = config.data / "operator.key";
    const auto keep = [&file](const services::OperatorKey& key) {
        write_secret_file(file, key.secret + "\n");
    };
    const auto key = value_or_throw(services::bootstrap(core, clock, config.operator_name, keep));
    if (!key) return;
    std::cout << "operator " << to_string(key->organisation) << ", its API key is in "
              << file.string() << std::endl;
}

// A database that was set back behind what was signed must not grow: what it took now would have to
// be thrown away, or the log would fork. True: the market may run.
bool may_run_market(services::Publisher& publisher) {
    try {
        const auto looked = publisher.look_back();
        if (looked || !services::is_set_back(looked.error())) return true;
        spdlog::critical("the market does not run ({}): {}", looked.error().code(),
                         looked.error().detail());
        return false;
    } catch (const std::exception& failure) {
        // The tiles are out of reach: that delays publishing, never the market.
        spdlog::warn("the published log could not be looked at: {}", failure.what());
        return true;
    }
}

void start_market(const Config& config, services::CoreLoop& core, const services::Clock& clock,
                  services::SandboxClock* sandbox_clock, services::PublisherLoop& publisher_loop,
                  api::StreamHub& streams, api::Books& books, api::Metrics& metrics) {
    core.on_commit([&publisher_loop, &streams, &books, &metrics](db::Batch& written) {
        const core::Rows& changes = written.changes;
        metrics.committed(changes);
        publisher_loop.notify(static_cast<std::uint64_t>(changes.head.size.value));
        books.committed(changes);
        streams.committed(written);  // last: it takes them
    });
    core.start();
    core.inspect([&](const core::Market& market) {
        if (sandbox_clock != nullptr)
            sandbox_clock->catch_up(least_sandbox_time(config, market.head()));
        publisher_loop.notify(static_cast<std::uint64_t>(market.head().size.value));
    });
    make_operator(core, clock, config);
}

// What webhooks are to be told is written with each commit.
services::CoreLoop::Options core_options(WebhookSide& webhooks, api::Books& books,
                                         api::Metrics& metrics) {
    services::CoreLoop::Options options;
    options.outbox = &webhooks.outbox();
    options.measured = [&metrics](const services::CommitFigures& commit) {
        metrics.measured(commit);
    };
    options.loaded = [&books](const core::Rows& state) { books.load(state); };
    if (services::has_fault_point()) options.probe = services::pass_fault_point;
    return options;
}

// While the market is there: a checkpoint is signed under its leadership.
class Publishing {
 public:
    explicit Publishing(services::PublisherLoop& loop) : loop_(loop) { loop_.start(); }
    ~Publishing() { loop_.stop(); }
    Publishing(const Publishing&) = delete;
    Publishing& operator=(const Publishing&) = delete;

 private:
    services::PublisherLoop& loop_;
};

// What was committed.
void publish_rest(services::PublisherLoop& publisher_loop) {
    publisher_loop.wake();
    publisher_loop.wait_published(publisher_loop.status().known_size, kLastPublishMs);
}

void check_schema(const Config& config) {
    const auto fits = db::check_schema(config.database);
    if (fits) return;
    if (fits.error().code() == "database_unreachable") throw DatabaseAway(fits.error().detail());
    throw std::runtime_error(fits.error().detail());
}

// What the log is signed with.
struct Signing {
    services::LogKeys keys;
    std::unique_ptr<services::Witnesses> witnesses;
};

// What is on disk and in the database must be usable, and of this log.
Signing load_signing(const Config& config, services::PublisherStore& store) {
    check_schema(config);
    Signing signing{load_own_log_keys(config, store), nullptr};
    check_log_is_ours(config, signing.keys, store);
    signing.witnesses = make_witnesses(config, signing.keys.verifiers(config.origin));
    return signing;
}

// What a server has before it leads.
struct Means {
    const Config& config;
    const sigset_t& signals;
    db::Pool& database;
    services::PostgresStore& store;
    Front& front;
};

// `begun` becomes true once the market runs.
void lead(const Means& means, bool& begun) {
    const Config& config = means.config;
    // It may have waited for months: who led until now published, and meanwhile the schema and the
    // keys may be others.
    const Signing signing = load_signing(config, means.store);

    // Real time, or the sandbox's.
    const services::SystemClock system_clock;
    const auto sandbox_clock = make_sandbox_clock(config);
    const services::Clock& clock =
        sandbox_clock ? static_cast<const services::Clock&>(*sandbox_clock) : system_clock;

    // The log as files: told of each commit, publishes on a thread of its own.
    services::Publisher publisher(publisher_options(config, signing.keys, signing.witnesses.get()),
                                  signing.keys.current, means.store, services::pass_fault_point);
    services::PublisherLoopOptions loop_options;
    loop_options.interval_ms = config.publish_interval_ms;
    PublisherNews news;
    services::PublisherLoop publisher_loop(publisher, clock, loop_options,
                                           publisher_listeners(news));

    // What the market's commits are told to, and who reads for it.
    api::Workers workers(config.workers, kWorkerQueue);
    api::Books books;
    api::StreamHub streams(means.database, books, workers);
    api::Metrics metrics;
    WebhookSide webhooks(config);

    // The market. From here on this server leads.
    services::CoreLoop core(means.database, clock, core_options(webhooks, books, metrics));
    const bool runs = may_run_market(publisher);
    if (runs) {
        start_market(config, core, clock, sandbox_clock.get(), publisher_loop, streams, books,
                     metrics);
    } else {
        db::NativeSession session(config.database);
        books.load(db::load_state(session));
    }
    begun = true;
    means.store.fence_with([&core]() -> std::optional<std::int64_t> {
        const std::int64_t epoch = core.figures().epoch;
        return epoch == 0 ? std::nullopt : std::optional(epoch);
    });
    const Publishing publishing(publisher_loop);

    const RunningMarket market{
        means.database, core,     clock,     sandbox_clock.get(), workers, streams, books,
        metrics,        webhooks, publisher, publisher_loop,      news,    runs};
    const bool led_to_the_end = serve(config, means.signals, market, means.front);

    // What the leader before has not published is its successor's to publish.
    if (led_to_the_end) publish_rest(publisher_loop);
    if (!led_to_the_end) {
        throw std::runtime_error(
            "another server took over; start this one again to let it wait for its turn");
    }
}

}  // namespace

void run_application(const Config& config) {
    const sigset_t signals = block_signals();

    api::check_address(config.address, !config.tls_certificate.empty());

    // Connections for reads; the market's writer has its own.
    db::Pool::Options pool_options;
    pool_options.size = static_cast<std::size_t>(config.database_connections);
    db::Pool database(config.database, pool_options);
    services::PostgresStore store(database);
    // A fault is told at once, not when its turn comes; then all is loaded again.
    load_signing(config, store);
    FolderLock folder(config.data / "lock");
    Front front(config);
    const Means means{config, signals, database, store, front};
    while (wait_for_turn(database, folder, front, signals)) {
        bool begun = false;
        try {
            return lead(means, begun);
        } catch (const std::exception& failure) {
            // The lock that was free a moment ago need not be, nor the database be there.
            if (begun || !will_pass(failure)) throw;
            folder.give_back();
            spdlog::warn("this server could not begin to lead and waits again: {}", failure.what());
        }
        if (!pause(signals, kBeginAgain)) return;
    }
}

}  // namespace suanpan::suanpand
