// A database that was set back, altered or lost, a key that changes, a log that follows another:
// what the operator does with `suanpan ledger`.

#include "core/replay.hpp"
#include "db/migrate.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/succession.hpp"
#include "services/publishing/log_key.hpp"
#include "services/publishing/log_records.hpp"
#include "support/files.hpp"
#include "tests/integration/api_world.hpp"
#include "tests/integration/ledger_run.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace suanpan::test {
namespace {

// The server's database as it is now, and how it gets back to it. The server must not run.
class Backup {
 public:
    explicit Backup(const ApiServer& server)
        : live_(server.database().name()), copy_(live_ + "_copy") {
        admin_.execute("CREATE DATABASE " + copy_ + " TEMPLATE " + live_);
    }
    ~Backup() { admin_.execute("DROP DATABASE IF EXISTS " + copy_ + " WITH (FORCE)"); }
    Backup(const Backup&) = delete;
    Backup& operator=(const Backup&) = delete;

    void restore() const {
        admin_.execute("DROP DATABASE " + live_ + " WITH (FORCE)");
        admin_.execute("CREATE DATABASE " + live_ + " TEMPLATE " + copy_);
    }

 private:
    support::TestDatabase admin_;
    std::string live_;
    std::string copy_;
};

void place(const ApiServer& server, const World& world, int count) {
    Caller seller = server.caller(world.provider.key);
    Caller buyer = server.caller(world.buyer.key);
    for (int i = 0; i < count; ++i) {
        expect(seller.post("/v1/orders", world.sell(1, "5.000000")), 201);
        expect(buyer.post("/v1/orders", World::buy(1, i % 2 == 0 ? "5.000000" : "4.000000")), 201);
    }
}

// The log alone leads to the state that the server says it is in.
void expect_replays(const ApiServer& server, const std::string& digest) {
    const services::LogFiles files{server.data()};
    const auto keys = services::load_log_keys(files).value().verifiers(kOrigin);
    const auto last = services::find_last_checkpoint(files, keys);
    ASSERT_TRUE(last) << last.error().detail();
    const services::TileStore tiles(files.tiles());
    core::Replay replay;
    const std::uint64_t size = last->checkpoint.size;
    for (std::uint64_t number = 0; number * ledger::kTileWidth < size; ++number) {
        const auto bundle = services::read_bundle(tiles, number, size);
        ASSERT_TRUE(bundle) << bundle.error().detail();
        for (const std::string& entry : *bundle) {
            const auto done = replay.next(entry);
            ASSERT_TRUE(done) << done.error().detail();
        }
    }
    EXPECT_EQ(to_hex(as_chars(core::digest(replay.market().state()))), digest);
}

struct BeforeAndAfter {
    std::string digest;
    std::int64_t size = 0;
    std::string checkpoint;
};

BeforeAndAfter look(const ApiServer& server) {
    Caller op = server.operator_caller();
    BeforeAndAfter out;
    out.size = wait_published(op);
    const Json digest = expect(op.get("/v1/admin/digest"), 200);
    EXPECT_EQ(digest["equal"], true) << digest.dump();
    out.digest = digest["memory"].get<std::string>();
    out.checkpoint = op.get("/v1/ledger/checkpoint").text;
    return out;
}

// The server answers, but takes nothing and signs nothing, and says what to do.
void expect_refuses(ApiServer& server, const World& world, const std::string& checkpoint) {
    Caller nobody = server.caller("");
    for (int i = 0; i < 200 && nobody.get("/readyz").status != 503; ++i)
        usleep(20'000);
    const Answer ready = nobody.get("/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_EQ(ready.body["status"], "publishing_stopped");
    EXPECT_NE(ready.text.find("suanpan ledger restore"), std::string::npos) << ready.text;
    const Json state = expect(nobody.get("/v1/ledger"), 200);
    EXPECT_EQ(state["state"], "stopped");
    EXPECT_EQ(state["reason"], "contradicts_last_signed");
    EXPECT_EQ(nobody.get("/v1/ledger/checkpoint").text, checkpoint);
    EXPECT_NE(nobody.get("/metrics").text.find("suanpan_publisher_stopped 1"), std::string::npos);
    Caller buyer = server.caller(world.buyer.key);
    EXPECT_EQ(buyer.post("/v1/orders", World::buy(1, "4.000000")).status, 503);
    EXPECT_NE(server.log().find("the market does not run"), std::string::npos);
}

// Found out at the start only, it left a market running whose entries would have to be thrown away.
TEST(LedgerRepair, ADatabaseThatIsSetBackWhileTheMarketRunsStopsIt) {
    ApiServer server;
    const World world(server);
    place(server, world, 3);
    const BeforeAndAfter before = look(server);
    server.database().execute("ALTER TABLE log_checkpoint DISABLE TRIGGER append_only");
    server.database().execute("DELETE FROM log_checkpoint");
    Caller buyer = server.caller(world.buyer.key);
    int status = 201;
    for (int i = 0; i < 400 && status == 201; ++i) {
        status = buyer.post("/v1/orders", World::buy(1, "4.000000")).status;
        usleep(20'000);
    }
    EXPECT_EQ(status, 503);
    Caller nobody = server.caller("");
    const Json state = expect(nobody.get("/v1/ledger"), 200);
    EXPECT_EQ(state["reason"], "contradicts_last_signed");
    EXPECT_EQ(nobody.get("/v1/ledger/checkpoint").text, before.checkpoint);
    EXPECT_NE(server.log().find("the market stops"), std::string::npos);
    EXPECT_EQ(server.stop(), 0);
}

TEST(LedgerRepair, AnOldBackUpIsNotSignedUntilItIsRestored) {
    ApiServer server;
    const World world(server);
    place(server, world, 3);
    look(server);
    ASSERT_EQ(server.stop(), 0);
    const Backup backup(server);
    server.start();
    place(server, world, 150);
    const BeforeAndAfter before = look(server);
    ASSERT_EQ(server.stop(), 0);

    backup.restore();
    EXPECT_NE(ledger_command(server, "fsck").status, 0);
    server.start();
    expect_refuses(server, world, before.checkpoint);
    ASSERT_EQ(server.stop(), 0);

    const ProgramRun restored = ledger_command(server, "restore");
    ASSERT_EQ(restored.status, 0) << restored.output;
    EXPECT_EQ(parse_json(restored.output).value()["entries"], before.size);
    const ProgramRun checked = ledger_command(server, "fsck");
    EXPECT_EQ(checked.status, 0) << checked.output;
    // Twice is once.
    const ProgramRun again = ledger_command(server, "restore");
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_EQ(parse_json(again.output).value()["restored"], 0);

    server.start();
    const BeforeAndAfter after = look(server);
    EXPECT_EQ(after.digest, before.digest);
    EXPECT_EQ(after.checkpoint, before.checkpoint);
    place(server, world, 2);
    const BeforeAndAfter later = look(server);
    EXPECT_GT(later.size, after.size);
    expect_replays(server, later.digest);
}

TEST(LedgerRepair, AnEmptyDatabaseGetsTheWholeLogBack) {
    ApiServer server;
    const World world(server);
    place(server, world, 5);
    const BeforeAndAfter before = look(server);
    EXPECT_EQ(ledger_command(server, "restore").status, 1);  // the server runs
    ASSERT_EQ(server.stop(), 0);
    restore_lost_database(server);
    server.start();
    // The operator's key was in the data folder; the others are made anew.
    EXPECT_EQ(look(server).digest, before.digest);
    expect_replays(server, before.digest);
}

TEST(LedgerRepair, FsckNamesTheFirstEntryThatIsNotAsSigned) {
    ApiServer server;
    look(server);
    ASSERT_EQ(server.stop(), 0);
    EXPECT_EQ(ledger_command(server, "fsck").status, 0);
    server.database().execute(
        "ALTER TABLE ledger_entry DISABLE TRIGGER append_only;"
        "UPDATE ledger_entry SET bytes = set_byte(bytes, 40, 66) WHERE index = 0;");
    const ProgramRun bad = ledger_command(server, "fsck");
    EXPECT_EQ(bad.status, 1);
    EXPECT_NE(bad.output.find("\"index\""), std::string::npos) << bad.output;
    EXPECT_NE(bad.output.find("database"), std::string::npos) << bad.output;
    const ProgramRun refused = ledger_command(server, "restore");
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("nothing was restored"), std::string::npos) << refused.output;
}

TEST(LedgerRepair, AChangeOfKeyIsSignedByBothAndKeepsOldReaders) {
    ApiServer server;
    const World world(server);
    Caller op = server.operator_caller();
    const auto old_key = ledger::parse_verifier_key(log_key(op)).value();
    const BeforeAndAfter before = look(server);
    ASSERT_EQ(server.stop(), 0);
    const ProgramRun rotated = ledger_command(server, "rotate");
    ASSERT_EQ(rotated.status, 0) << rotated.output;
    EXPECT_EQ(parse_json(rotated.output).value()["entry"], before.size);
    EXPECT_EQ(ledger_command(server, "rotate").status, 1);  // not over yet

    server.start();
    place(server, world, 2);
    const BeforeAndAfter during = look(server);
    Caller again = server.operator_caller();
    const auto new_key = ledger::parse_verifier_key(log_key(again)).value();
    EXPECT_NE(new_key, old_key);
    EXPECT_TRUE(ledger::open_checkpoint(during.checkpoint, old_key));
    EXPECT_TRUE(ledger::open_checkpoint(during.checkpoint, new_key));
    const Answer entry = again.get("/v1/ledger/entries/" + std::to_string(before.size));
    const auto statement = ledger::read_log_statement(entry.text);
    ASSERT_TRUE(statement) << statement.error().detail();
    EXPECT_EQ(ledger::follow(old_key, std::get<ledger::Rotation>(*statement)).value(), new_key);
    expect_replays(server, during.digest);

    ASSERT_EQ(server.stop(), 0);
    std::filesystem::remove(server.data() / "log.key.former");
    server.start();
    place(server, world, 1);
    const BeforeAndAfter after = look(server);
    EXPECT_FALSE(ledger::open_checkpoint(after.checkpoint, old_key));
    EXPECT_TRUE(ledger::open_checkpoint(after.checkpoint, new_key));
    EXPECT_EQ(ledger_command(server, "fsck").status, 0);
}

TEST(LedgerRepair, ANewLogFollowsOneThatIsLost) {
    ApiServer lost;
    Caller op = lost.operator_caller();
    const std::string old_key = log_key(op);
    const BeforeAndAfter last = look(lost);
    ASSERT_EQ(lost.stop(), 0);

    const support::TempDir dir;
    const support::TestDatabase fresh;
    ASSERT_TRUE(db::migrate(fresh.conninfo()));
    std::ofstream(dir.path() / "last") << last.checkpoint;
    const auto data = dir.path() / "data";
    const std::vector<std::string> arguments = {
        "ledger",           "succeed",
        "--database",       fresh.conninfo(),
        "--data",           data.string(),
        "--origin",         "market.example/second",
        "--old-key",        old_key,
        "--old-checkpoint", (dir.path() / "last").string(),
        "--old-key-file",   (lost.data() / "log.key").string()};
    const ProgramRun opened = run_program("suanpan", arguments);
    ASSERT_EQ(opened.status, 0) << opened.output;
    const ProgramRun twice = run_program("suanpan", arguments);
    EXPECT_EQ(twice.status, 1);
    EXPECT_NE(twice.output.find("log_not_empty"), std::string::npos) << twice.output;
    // In the lost log's folder its tiles would stop the new one's publisher for good.
    const support::TestDatabase empty;
    ASSERT_TRUE(db::migrate(empty.conninfo()));
    std::vector<std::string> in_old_folder = arguments;
    in_old_folder[3] = empty.conninfo();
    in_old_folder[5] = lost.data().string();
    const ProgramRun refused = run_program("suanpan", in_old_folder);
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.output.find("folder_not_empty"), std::string::npos) << refused.output;

    support::ChildProcess::Options options;
    options.program = support::program_path("suanpand");
    options.arguments = {"--sandbox",
                         "--listen",
                         "127.0.0.1:0",
                         "--port-file",
                         (dir.path() / "port").string(),
                         "--data",
                         data.string(),
                         "--origin",
                         "market.example/second",
                         "--publish-interval-ms",
                         "50"};
    options.environment = {{"SUANPAN_DATABASE", fresh.conninfo()}};
    options.output = dir.path() / "log";
    support::ChildProcess server(options);
    for (int i = 0; i < 400 && server.running() && !std::filesystem::exists(dir.path() / "port");
         ++i)
        server.wait(std::chrono::milliseconds(50));
    const std::string port = support::read_line(dir.path() / "port");
    ASSERT_FALSE(port.empty()) << server.output();
    const std::string key = support::read_line(data / "operator.key");
    Caller second("http://127.0.0.1:" + port, key);
    EXPECT_GT(wait_published(second), 1);
    const auto statement = ledger::read_log_statement(second.get("/v1/ledger/entries/0").text);
    ASSERT_TRUE(statement) << statement.error().detail();
    const auto& succession = std::get<ledger::OpenedSuccession>(*statement);
    EXPECT_EQ(ledger::to_string(succession.succession.from), old_key);
    EXPECT_EQ(succession.succession.size, static_cast<std::uint64_t>(last.size));
    EXPECT_TRUE(succession.is_signed_by_old);
}

}  // namespace
}  // namespace suanpan::test
