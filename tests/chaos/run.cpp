#include "tests/chaos/run.hpp"

#include "db/migrate.hpp"
#include "support/files.hpp"
#include "support/temp_dir.hpp"
#include "tests/chaos/exchange_floor.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace suanpan::chaos {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kSpeed = 60;  // believed minutes a true one
constexpr std::int64_t kPatientMs = 6'000;
constexpr std::int64_t kHastyMs = 700;
constexpr milliseconds kStart{30'000};
constexpr int kPublishTries = 600;
constexpr milliseconds kPublishPause{50};

void write_text(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text;
}

// Empty when there is none.
std::string read_text(const std::filesystem::path& file) {
    return std::filesystem::exists(file) ? support::read_file(file) : "";
}

// A database of its own, which goes at the end.
class OwnDatabase {
 public:
    explicit OwnDatabase(const Postgres& postgres)
        : postgres_(postgres), name_("suanpan_chaos_" + std::to_string(::getpid())) {
        Sql sql(postgres.conninfo());
        sql.execute("CREATE DATABASE " + name_);
        const auto migrated = db::migrate(postgres.conninfo() + " dbname=" + name_);
        if (!migrated) throw std::runtime_error(migrated.error().detail());
    }
    ~OwnDatabase() {
        try {
            Sql(postgres_.conninfo()).execute("DROP DATABASE " + name_ + " WITH (FORCE)");
        } catch (const std::exception& problem) {
            std::cerr << "left behind: " << name_ << ": " << problem.what() << '\n';
        }
    }
    OwnDatabase(const OwnDatabase&) = delete;
    OwnDatabase& operator=(const OwnDatabase&) = delete;
    [[nodiscard]] const std::string& name() const { return name_; }

 private:
    const Postgres& postgres_;
    std::string name_;
};

// Looks at what the servers publish, again and again.
class Watcher {
 public:
    Watcher(const Market& market, std::vector<std::string> urls)
        : market_(market), urls_(std::move(urls)), thread_([this] { watch(); }) {}
    void join() { thread_.join(); }
    [[nodiscard]] std::vector<SeenCheckpoint> seen() const { return seen_; }

 private:
    void watch() {
        while (!market_.stop) {
            for (std::size_t i = 0; i < urls_.size(); ++i)
                look(i);
            std::this_thread::sleep_for(milliseconds(150));
        }
    }

    void look(std::size_t node) {
        client::HttpOptions options;
        options.timeout_ms = kHastyMs;
        options.connect_timeout_ms = kHastyMs;
        try {
            client::HttpClient http(*client::parse_url(urls_.at(node)), options);
            client::HttpRequest request;
            request.target = "/v1/ledger/checkpoint";
            const auto response = http.send(request);
            if (response.status == 200)
                seen_.push_back({"server " + std::to_string(node), response.body, true});
        } catch (const std::exception&) {
            return;  // it is down, or waits
        }
    }

    const Market& market_;
    std::vector<std::string> urls_;
    std::vector<SeenCheckpoint> seen_;
    std::thread thread_;
};

class Run {
 public:
    explicit Run(const RunOptions& options)
        : options_(options),
          postgres_(std::filesystem::path(SUANPAN_SOURCE_DIR) / "deploy/private-postgres",
                    options.postgres),
          database_(postgres_) {}

    RunReport go() {
        open();
        trade();
        if (options_.soak)
            watch_things();
        else
            break_things();
        if (options_.until_caught && found_any()) {
            give_up();
            return std::move(report_);
        }
        close();
        compare();
        return std::move(report_);
    }

 private:
    [[nodiscard]] std::filesystem::path policy_file() const { return dir_.path() / "policy"; }
    [[nodiscard]] std::filesystem::path audit_policy() const { return dir_.path() / "audit"; }

    void open() {
        const std::string witnesses = test::policy_text({&one_, &two_}, 2);
        write_text(policy_file(), witnesses);
        ClusterOptions options{options_.server,     options_.preload, dir_.path(),
                               database_.name(),    kSpeed,           policy_file(),
                               options_.environment};
        cluster_.emplace(std::move(options), postgres_);
        cluster_->start(0);
        if (!cluster_->wait_leader(kStart))
            throw std::runtime_error("suanpand does not start: " + cluster_->log(0));
        for (std::size_t node = 0; node < Cluster::kNodes; ++node)
            market_.urls.push_back(cluster_->url(node));
        client::HttpClient http(*client::parse_url(market_.urls.front()));
        client::HttpRequest request;
        request.target = "/v1/ledger/key";
        std::string key = http.send(request).body;
        while (key.ends_with('\n'))
            key.pop_back();
        for (test::WitnessServer* witness : {&one_, &two_})
            witness->trust(ledger::parse_verifier_key(key).value());
        write_text(audit_policy(), "log " + key + "\n" + witnesses);
        cluster_->share_keys();
        floor_ = found_floor(market_, support::read_line(cluster_->data(0) / "operator.key"));
        cluster_->start(1);
    }

    Client& add_client(const std::string& name, const Key& key, bool patient) {
        const std::uint64_t number = clients_.size() + 1;
        clients_.push_back(std::make_unique<Client>(market_, &history_, name, key,
                                                    options_.seed * 1'000 + number,
                                                    patient ? kPatientMs : kHastyMs));
        return *clients_.back();
    }

    void trade() {
        for (std::size_t i = 0; i < floor_.providers.size(); ++i) {
            const Provider& provider = floor_.providers[i];
            Client& client = add_client("provider-" + std::to_string(i), provider.key, i % 2 == 0);
            threads_.emplace_back(
                [this, &client, &provider] { trade_as_provider(client, *cluster_, provider); });
        }
        for (std::size_t i = 0; i < floor_.buyers.size(); ++i) {
            Client& client = add_client("buyer-" + std::to_string(i), floor_.buyers[i], i % 2 == 0);
            const bool poor = i + 1 == floor_.buyers.size();
            threads_.emplace_back(
                [this, &client, poor] { trade_as_buyer(client, *cluster_, poor); });
        }
        Client& first = add_client("first-officer", floor_.first_officer, true);
        Client& second = add_client("second-officer", floor_.second_officer, true);
        injector_.emplace(*cluster_, postgres_, history_, std::vector{&one_, &two_});
        threads_.emplace_back([this, &first, &second] { work_as_clerk(first, second, floor_); });
        watcher_.emplace(market_, market_.urls);
    }

    void break_things() {
        Injector& injector = *injector_;
        const std::int64_t end = monotonic_us() + options_.seconds * 1'000'000;
        constexpr std::size_t kMost = 10'000;
        for (const Fault& fault : plan_faults(options_.seed, kMost, options_.only)) {
            std::this_thread::sleep_for(milliseconds(fault.pause_ms));
            if (monotonic_us() >= end) break;
            report_.faults.push_back(injector.strike(fault));
            look_lightly();
            tell(report_.faults.back());
            if (options_.until_caught && found_any()) break;
        }
    }

    void watch_things() {
        constexpr std::int64_t kLooks = 20;
        const std::int64_t begun = monotonic_us();
        Sql sql(cluster_->conninfo());
        for (std::int64_t look = 1; look <= kLooks; ++look) {
            const std::int64_t due = begun + options_.seconds * 1'000'000 * look / kLooks;
            std::this_thread::sleep_for(std::chrono::microseconds(due - monotonic_us()));
            look_at_rows();
            report_.held.push_back(look_at(sql, *cluster_, (due - begun) / 1'000'000));
            std::cout << "  " << describe(report_.held.back()) << std::endl;
        }
        add(check_held(report_.held));
    }

    [[nodiscard]] bool found_any() const {
        return !report_.violations.empty() || !history_.violations().empty();
    }

    void add(const Violations& found) {
        report_.violations.insert(report_.violations.end(), found.begin(), found.end());
    }

    void look_lightly() {
        if (!report_.faults.back().back_us)
            report_.violations.push_back(
                {"service comes back", "not after " + describe(report_.faults.back().fault)});
        look_at_rows();
    }

    void look_at_rows() {
        Sql sql(cluster_->conninfo());
        add(check_books(sql));
        // Looked at first: what is written down now is in the database already.
        const std::size_t size = history_.size();
        add(check_acknowledged(sql, history_.since(looked_at_)));
        looked_at_ = size;
    }

    void tell(const Struck& struck) const {
        if (options_.quiet) return;
        const HistoryCounts counts = history_.counts();
        std::cout << "  " << report_.faults.size() << ". " << describe(struck.fault)
                  << (struck.missed ? " (not reached)" : "") << ": answers again after "
                  << struck.back_us.value_or(0) / 1'000 << " ms"
                  << (struck.postgres_us > 0
                          ? " (PostgreSQL after " + std::to_string(struck.postgres_us / 1'000) + ")"
                          : "")
                  << "; " << counts.acknowledged << " acknowledged, " << counts.refused
                  << " refused, " << report_.violations.size() << " violations" << std::endl;
    }

    // What is wrong is known: nobody waits for the rest.
    void give_up() {
        market_.stop = true;
        market_.quit = true;
        for (std::size_t node = 0; node < Cluster::kNodes; ++node)
            cluster_->kill(node);
        for (std::thread& thread : threads_)
            thread.join();
        watcher_->join();
        add(history_.violations());
    }

    // All outcomes are to be known, and all is published.
    void close() {
        market_.stop = true;
        const std::int64_t patience = monotonic_us() + 30'000'000;
        std::thread last([this, patience] {
            while (!closed_ && monotonic_us() < patience)
                std::this_thread::sleep_for(milliseconds(50));
            market_.quit = true;
        });
        for (std::thread& thread : threads_)
            thread.join();
        closed_ = true;
        last.join();
        watcher_->join();
        injector_->mend();
        if (!wait_published()) {
            const std::string text = cluster_->log(cluster_->leader());
            report_.violations.push_back(
                {"everything is published",
                 text.substr(text.size() - std::min(text.size(), kShownText))});
        }
        if (const std::string faults = cluster_->stop(); !faults.empty())
            report_.violations.push_back({"servers end when asked to", faults});
        look_for_sanitizers();
    }

    // What a sanitizer ended was started anew like what a fault killed; its log keeps the reason.
    void look_for_sanitizers() {
        for (std::size_t node = 0; node < Cluster::kNodes; ++node) {
            const std::string log = cluster_->log(node);
            for (const std::string_view sign : {"Sanitizer: ", "runtime error: "}) {
                const std::size_t at = log.find(sign);
                if (at == std::string::npos) continue;
                const std::size_t begin = log.rfind('\n', at) + 1;
                report_.violations.push_back(
                    {"no sanitizer speaks", log.substr(begin, kShownText)});
                break;
            }
        }
    }

    bool wait_published() {
        Sql sql(cluster_->conninfo());
        for (int i = 0; i < kPublishTries; ++i) {
            const std::string size = sql.value("SELECT next_index FROM log_head");
            const std::string note =
                read_text(cluster_->data(cluster_->leader()) / "tiles/checkpoint");
            const std::size_t line = note.find('\n');
            if (line != std::string::npos &&
                note.compare(line + 1, size.size() + 1, size + "\n") == 0)
                return true;
            std::this_thread::sleep_for(kPublishPause);
        }
        return false;
    }

    void compare() {
        Sql sql(cluster_->conninfo());
        add(history_.violations());
        add(check_books(sql));
        const auto exchanges = history_.all();
        Claims claims = find_claims(sql, exchanges);
        add(claims.violations);
        const auto log = read_log(sql);
        const Replayed replayed = check_replay(log, claims.all, floor_.log_size);
        add(replayed.violations);
        add(check_real_time(claims.all));
        std::vector<SeenCheckpoint> seen = watcher_->seen();
        for (const SeenCheckpoint& stored : stored_checkpoints(sql))
            seen.push_back(stored);
        for (std::size_t node = 0; node < Cluster::kNodes; ++node) {
            const std::string name = "files of server " + std::to_string(node);
            for (const char* file : {"tiles/checkpoint", "last-signed"}) {
                const std::string note = read_text(cluster_->data(node) / file);
                if (!note.empty()) seen.push_back({name + ", " + file, note, false});
            }
        }
        const auto policy = ledger::parse_policy(read_text(audit_policy())).value();
        add(check_checkpoints(log, seen, policy));
        add(check_audit(cluster_->data(cluster_->leader()) / "tiles", audit_policy(),
                        replayed.digest, cluster_->conninfo()));
        count(sql, replayed, log.size(), seen.size());
    }

    void count(Sql& sql, const Replayed& replayed, std::size_t entries, std::size_t checkpoints) {
        report_.counts = history_.counts();
        report_.compared = replayed.compared;
        report_.entries = static_cast<std::int64_t>(entries);
        report_.checkpoints = static_cast<std::int64_t>(checkpoints);
        report_.traded = std::stoll(sql.value("SELECT count(*) FROM trade"));
        report_.readings = std::stoll(sql.value("SELECT count(*) FROM reading"));
        report_.lines = std::stoll(sql.value("SELECT count(*) FROM settlement_line"));
    }

    const RunOptions& options_;
    support::TempDir dir_;
    Postgres postgres_;
    OwnDatabase database_;
    test::WitnessServer one_{"chaos.example/one", 1};
    test::WitnessServer two_{"chaos.example/two", 2};
    std::optional<Cluster> cluster_;
    Market market_;
    History history_;
    Floor floor_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::optional<Injector> injector_;
    std::optional<Watcher> watcher_;
    std::vector<std::thread> threads_;
    std::atomic<bool> closed_ = false;
    std::size_t looked_at_ = 0;
    RunReport report_;
};

}  // namespace

RunReport run_chaos(const RunOptions& options) {
    return Run(options).go();
}

}  // namespace suanpan::chaos
