// A server that waits for its turn while PostgreSQL crashes and comes back: it once ended with the
// first look at a database that was away.

#include "db/migrate.hpp"
#include "support/files.hpp"
#include "support/program_run.hpp"
#include "tests/integration/api_world.hpp"

#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/transaction>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};
constexpr const char* kWaits = "waiting for it to end";
constexpr const char* kWaitsAgain = "could not begin to lead and waits again";

// A PostgreSQL of this test's own, since others need theirs.
class OwnPostgres {
 public:
    OwnPostgres() { start(); }
    ~OwnPostgres() { run({"stop", dir_.path().string(), "immediate"}); }
    OwnPostgres(const OwnPostgres&) = delete;
    OwnPostgres& operator=(const OwnPostgres&) = delete;

    void start() {
        conninfo_ = run({"start", dir_.path().string()});
        conninfo_ = conninfo_.substr(0, conninfo_.find('\n'));
    }
    void crash() { run({"stop", dir_.path().string(), "immediate"}); }
    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

 private:
    static std::string run(const std::vector<std::string>& arguments) {
        support::ChildProcess::Options options;
        options.program = SUANPAN_SOURCE_DIR "/deploy/private-postgres";
        options.arguments = arguments;
        const auto done = support::run_to_end(options);
        EXPECT_EQ(done.status, 0) << done.output;
        return done.output;
    }

    support::TempDir dir_;
    std::string conninfo_;
};

// A way to it that can be broken for one server alone.
class Way {
 public:
    explicit Way(const OwnPostgres& postgres) : conninfo_(postgres.conninfo()) {
        const std::string before = "host=";
        const std::size_t begin = conninfo_.find(before) + before.size();
        const std::size_t size = conninfo_.find(' ', begin) - begin;
        fs::create_directory_symlink(conninfo_.substr(begin, size), link());
        conninfo_.replace(begin, size, link().string());
    }
    // For new connections.
    void break_off() { fs::remove(link()); }
    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

 private:
    [[nodiscard]] fs::path link() const { return dir_.path() / "way"; }

    support::TempDir dir_;
    std::string conninfo_;
};

void execute(const OwnPostgres& postgres, const std::string& sql) {
    pqxx::connection connection(postgres.conninfo());
    pqxx::nontransaction(connection).exec(sql);
}

// While it is there, whoever reads the table waits: so a server stands still where it begins to
// lead.
class TableLock {
 public:
    TableLock(const OwnPostgres& postgres, const std::string& table)
        : connection_(postgres.conninfo()), transaction_(connection_, "table_lock") {
        transaction_.exec("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
    }

 private:
    pqxx::connection connection_;
    pqxx::work transaction_;
};
constexpr const char* kOfTheMarket = "orders";

class Server {
 public:
    // With a folder of its own.
    Server() : data_(dir_.path() / "data") {}
    // With that of another one.
    explicit Server(fs::path data) : data_(std::move(data)) {}

    // Again, too: what it wrote the last time is gone then.
    void start(const std::string& conninfo, const std::string& listen = "127.0.0.1:0") {
        process_.reset();
        fs::remove(port_file());
        fs::remove(log_file());
        support::ChildProcess::Options options;
        options.program = support::program_path("suanpand");
        options.arguments = {"--sandbox",
                             "--sandbox-start",
                             std::string(ApiServer::kStart),
                             "--listen",
                             listen,
                             "--port-file",
                             port_file(),
                             "--data",
                             data(),
                             "--log-level",
                             "warning"};
        options.environment = {{"SUANPAN_DATABASE", conninfo}};
        options.output = log_file();
        process_ = std::make_unique<support::ChildProcess>(options);
    }
    // Until it serves; its address.
    std::string wait_url() {
        for (int i = 0; i < 600 && process_->running() && !fs::exists(port_file()); ++i)
            process_->wait(milliseconds(50));
        if (!fs::exists(port_file())) throw std::runtime_error("it does not serve: " + log());
        return "http://127.0.0.1:" + support::read_line(port_file());
    }
    // Where it says how it is while it waits.
    std::string waiting_url() {
        const std::string before = "its health is told on ";
        EXPECT_TRUE(process_->wait_for_output(before, kPatience)) << log();
        const std::string all = log();
        const std::size_t begin = all.find(before) + before.size();
        return all.substr(begin, all.find('\n', begin) - begin);
    }
    support::ChildProcess& process() { return *process_; }
    [[nodiscard]] std::string log() const { return process_->output(); }
    [[nodiscard]] const fs::path& data() const { return data_; }
    [[nodiscard]] fs::path port_file() const { return dir_.path() / "port"; }

 private:
    [[nodiscard]] fs::path log_file() const { return dir_.path() / "log"; }

    support::TempDir dir_;
    fs::path data_;
    std::unique_ptr<support::ChildProcess> process_;
};

// What a server needs to go on with the log of another one.
void share_keys(const Server& from, const Server& to) {
    fs::create_directories(to.data());
    for (const char* key : {"log.key", "webhooks.key"})
        fs::copy_file(from.data() / key, to.data() / key);
}

std::string code_of(Caller& caller) {
    try {
        return caller.get("/readyz").code();
    } catch (const client::TransportError&) {
        return "nobody answers";
    }
}

std::string wait_for_code(Caller& caller, const std::string& wanted) {
    std::string code;
    for (int i = 0; i < 300 && code != wanted; ++i) {
        code = code_of(caller);
        if (code != wanted) std::this_thread::sleep_for(milliseconds(100));
    }
    return code;
}

class Standby : public testing::Test {
 protected:
    void SetUp() override {
        const auto migrated = db::migrate(postgres.conninfo());
        ASSERT_TRUE(migrated) << migrated.error().detail();
    }
    // Until it serves; its address.
    std::string lead(const std::string& listen = "127.0.0.1:0") {
        leader.start(postgres.conninfo(), listen);
        return leader.wait_url();
    }

    OwnPostgres postgres;
    Server leader;
};

TEST_F(Standby, SitsOutARestartOfPostgresAndThenLeads) {
    Caller op(lead(), support::read_line(leader.data() / "operator.key"));
    const Json before = expect(op.get("/v1/admin/digest"), 200);

    Server standby;
    share_keys(leader, standby);
    standby.start(postgres.conninfo());
    Caller nobody(standby.waiting_url(), "");
    EXPECT_EQ(expect(nobody.get("/healthz"), 200)["status"], "waiting");
    EXPECT_EQ(wait_for_code(nobody, "not_leader"), "not_leader");
    EXPECT_EQ(nobody.get("/v1/markets").code(), "not_leader");

    postgres.crash();
    EXPECT_EQ(wait_for_code(nobody, "database_unavailable"), "database_unavailable");
    EXPECT_NE(standby.log().find("the database cannot be used"), std::string::npos);
    // Longer than its first pauses.
    EXPECT_FALSE(standby.process().wait(seconds(3))) << standby.log();
    EXPECT_EQ(expect(nobody.get("/healthz"), 200)["status"], "waiting");
    EXPECT_FALSE(fs::exists(standby.port_file())) << "it leads without a database";

    leader.process().kill_now();
    postgres.start();
    Caller again(standby.wait_url(), support::read_line(leader.data() / "operator.key"));
    const Json after = expect(again.get("/v1/admin/digest"), 200);
    EXPECT_EQ(after["memory"], before["memory"]);
    EXPECT_EQ(after["equal"], true);
    standby.process().send_signal(SIGTERM);
    EXPECT_EQ(standby.process().wait(kPatience), 0) << standby.log();
}

TEST_F(Standby, ItMayBeStoppedWhileTheDatabaseIsAway) {
    lead();
    Server standby;
    share_keys(leader, standby);
    standby.start(postgres.conninfo());
    Caller nobody(standby.waiting_url(), "");
    postgres.crash();
    EXPECT_EQ(wait_for_code(nobody, "database_unavailable"), "database_unavailable");
    standby.process().send_signal(SIGTERM);
    EXPECT_EQ(standby.process().wait(kPatience), 0) << standby.log();
}

// It once kept the folder that it had taken and could do nothing with: nobody led any more.
TEST_F(Standby, ThatCannotLeadLeavesTheSharedFolderToOthers) {
    lead();
    Way way(postgres);
    Server standby(leader.data());
    standby.start(way.conninfo());
    Caller nobody(standby.waiting_url(), "");
    EXPECT_EQ(wait_for_code(nobody, "not_leader"), "not_leader");

    way.break_off();
    leader.process().kill_now();
    EXPECT_EQ(wait_for_code(nobody, "database_unavailable"), "database_unavailable");
    leader.start(postgres.conninfo());
    EXPECT_NO_THROW(leader.wait_url());
    EXPECT_TRUE(standby.process().running()) << standby.log();
}

// While the leader has the folder, the one that waits once never asked the database.
TEST_F(Standby, WithTheLeadersFolderItTellsThatTheDatabaseIsAway) {
    lead();
    Server standby(leader.data());
    standby.start(postgres.conninfo());
    Caller nobody(standby.waiting_url(), "");
    EXPECT_EQ(wait_for_code(nobody, "not_leader"), "not_leader");
    postgres.crash();
    EXPECT_EQ(wait_for_code(nobody, "database_unavailable"), "database_unavailable");
    EXPECT_TRUE(leader.process().running()) << leader.log();
    postgres.start();
    EXPECT_EQ(wait_for_code(nobody, "not_leader"), "not_leader");
}

// The one that waited once took the port while the next leader rebuilt the market. That one ended
// for want of it, and so they went on in turns.
TEST_F(Standby, OnTheLeadersAddressItServesThoughTheLeaderIsStartedAgainAtOnce) {
    const std::string address = "127.0.0.1:" + std::to_string(support::free_port());
    Server first;
    first.start(postgres.conninfo(), address);
    first.wait_url();
    Server second(first.data());
    second.start(postgres.conninfo(), address);
    ASSERT_TRUE(second.process().wait_for_output(kWaits, kPatience)) << second.log();

    auto market = std::make_optional<TableLock>(postgres, kOfTheMarket);
    first.process().kill_now();
    Caller nobody("http://" + address, "");
    ASSERT_EQ(wait_for_code(nobody, "unavailable"), "unavailable") << second.log();
    first.start(postgres.conninfo(), address);
    ASSERT_TRUE(first.process().wait_for_output(kWaits, kPatience)) << first.log();
    EXPECT_FALSE(first.process().wait(seconds(1))) << first.log();
    market.reset();
    ASSERT_NO_THROW(second.wait_url());
    EXPECT_EQ(expect(nobody.get("/healthz"), 200)["status"], "ok");

    // It had no address to tell anything on, and finds it now.
    second.process().kill_now();
    ASSERT_NO_THROW(first.wait_url());
    Caller again("http://" + address, "");
    expect(again.get("/readyz"), 200);
}

// It once was silent for good when the address was taken as it began to wait.
TEST_F(Standby, TellsItsHealthOnceTheAddressIsFree) {
    const std::string address = "127.0.0.1:" + std::to_string(support::free_port());
    lead(address);
    Way way(postgres);
    Server standby(leader.data());
    standby.start(way.conninfo(), address);
    ASSERT_TRUE(standby.process().wait_for_output(kWaits, kPatience)) << standby.log();
    way.break_off();  // so that it does not lead
    leader.process().kill_now();
    EXPECT_EQ(standby.waiting_url(), "http://" + address);
    Caller nobody("http://" + address, "");
    EXPECT_EQ(wait_for_code(nobody, "database_unavailable"), "database_unavailable");
}

// What was looked at before a long wait was once not looked at again.
TEST_F(Standby, DoesNotLeadASchemaThatChangedWhileItWaited) {
    lead();
    Server standby(leader.data());
    standby.start(postgres.conninfo());
    standby.waiting_url();
    execute(postgres,
            "INSERT INTO schema_migration (version, name, sha256)"
            " SELECT max(version) + 1, '9999_later.sql', '' FROM schema_migration");
    leader.process().kill_now();
    EXPECT_EQ(standby.process().wait(kPatience), 1) << standby.log();
    EXPECT_NE(standby.log().find("9999_later.sql"), std::string::npos) << standby.log();
}

TEST_F(Standby, SignsWithTheKeysOfItsFolderAsTheyAreNow) {
    lead();
    Server standby;
    share_keys(leader, standby);
    standby.start(postgres.conninfo());
    standby.waiting_url();
    {
        // The file stays, and its mode.
        std::ofstream foreign(standby.data() / "log.key", std::ios::trunc);
        foreign << std::string(64, '7') << "\n";
    }
    leader.process().send_signal(SIGTERM);  // it publishes what was committed
    EXPECT_EQ(leader.process().wait(kPatience), 0) << leader.log();
    EXPECT_EQ(standby.process().wait(kPatience), 1) << standby.log();
    EXPECT_NE(standby.log().find("use the data folder and the origin of this log"),
              std::string::npos)
        << standby.log();
}

TEST_F(Standby, WaitsAgainWhenTheDatabaseGoesAsItBeginsToLead) {
    const std::string address = "127.0.0.1:" + std::to_string(support::free_port());
    auto market = std::make_optional<TableLock>(postgres, kOfTheMarket);
    Server server;
    server.start(postgres.conninfo(), address);
    Caller nobody("http://" + address, "");
    ASSERT_EQ(wait_for_code(nobody, "unavailable"), "unavailable") << server.log();
    postgres.crash();
    market.reset();
    EXPECT_TRUE(server.process().wait_for_output(kWaitsAgain, kPatience)) << server.log();
    EXPECT_EQ(wait_for_code(nobody, "database_unavailable"), "database_unavailable");
    postgres.start();
    EXPECT_NO_THROW(server.wait_url());
    expect(nobody.get("/readyz"), 200);
}

TEST_F(Standby, WaitsAgainWhenAnotherServerWasQuicker) {
    const std::string address = "127.0.0.1:" + std::to_string(support::free_port());
    // Read after it has found that nobody leads, and before it leads.
    auto webhooks = std::make_optional<TableLock>(postgres, "webhook_endpoint");
    Server server;
    server.start(postgres.conninfo(), address);
    Caller nobody("http://" + address, "");
    ASSERT_EQ(wait_for_code(nobody, "unavailable"), "unavailable") << server.log();
    auto quicker = std::make_optional<pqxx::connection>(postgres.conninfo());
    // The leader's lock: db/leader.cpp.
    pqxx::nontransaction(*quicker).exec("SELECT pg_advisory_lock(x'7375616e70616e02'::bigint)");
    webhooks.reset();
    EXPECT_TRUE(server.process().wait_for_output(kWaitsAgain, kPatience)) << server.log();
    EXPECT_EQ(wait_for_code(nobody, "not_leader"), "not_leader");
    quicker.reset();
    EXPECT_NO_THROW(server.wait_url());
    expect(nobody.get("/readyz"), 200);
}

}  // namespace
}  // namespace suanpan::test
