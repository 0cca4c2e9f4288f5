#include "tests/integration/api_world.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace suanpan::test {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void flip_byte(const fs::path& file, std::size_t at) {
    std::string bytes = read_file(file);
    ASSERT_LT(at, bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// The largest file below a folder: the latest partial tile or bundle.
fs::path largest_file(const fs::path& folder) {
    fs::path largest;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    return largest;
}

// A server with a trade in its published log.
class Tampering : public ::testing::Test {
 protected:
    Tampering() : world_(server_) {
        Caller seller = server_.caller(world_.provider.key);
        Caller buyer = server_.caller(world_.buyer.key);
        expect(seller.post("/v1/orders", world_.sell(8, "5.000000")), 201);
        expect(buyer.post("/v1/orders", World::buy(2, "6.000000")), 201);
        size_ = wait_published(world_.op);
        key_ = log_key(world_.op);
        digest_ = expect(world_.op.get("/v1/admin/digest"), 200)["memory"];
        tiles_ = server_.data() / "tiles";
    }

    void expect_named(const ProgramRun& run, const std::string& what) const {
        EXPECT_EQ(run.status, 1) << run.output;
        EXPECT_NE(run.output.find(what), std::string::npos) << run.output;
    }

    ApiServer server_;
    World world_;
    fs::path tiles_;
    std::string key_;
    std::string digest_;
    std::int64_t size_ = 0;
};

TEST_F(Tampering, AnUntouchedLogVerifiesAndReplaysToTheServersState) {
    const ProgramRun verified = audit("verify", tiles_, key_);
    EXPECT_EQ(verified.status, 0) << verified.output;
    const ProgramRun replayed = audit("replay", tiles_, key_);
    EXPECT_EQ(replayed.status, 0) << replayed.output;
    EXPECT_NE(replayed.output.find(digest_), std::string::npos) << replayed.output;
}

TEST_F(Tampering, ReplayNeedsNoDatabase) {
    server_.stop();
    server_.database().execute("DROP SCHEMA public CASCADE");
    const ProgramRun replayed = audit("replay", tiles_, key_);
    EXPECT_EQ(replayed.status, 0) << replayed.output;
    EXPECT_NE(replayed.output.find(digest_), std::string::npos) << replayed.output;
}

// As somebody far away sees it: over HTTP, with a key of the auditor's scope.
TEST_F(Tampering, AnAuditorNeedsNothingButTheUrlAndTheKeys) {
    const support::TempDir dir;
    const auto token = dir.path() / "token";
    std::ofstream(token) << make_party(world_.op, "Auditors & Sons", {"auditor"}).key << "\n";
    wait_published(world_.op);
    const std::string digest = expect(world_.op.get("/v1/admin/digest"), 200)["memory"];
    const auto run = [&](const std::string& command, std::vector<std::string> more) {
        more.insert(more.begin(), {command, "--url", server_.url() + "/v1/ledger", "--key", key_});
        return run_program("suanpan-audit", more);
    };
    const std::vector<std::string> with_token = {"--token-file", token.string()};
    const ProgramRun verified = run("verify", with_token);
    EXPECT_EQ(verified.status, 0) << verified.output;
    const ProgramRun replayed = run("replay", with_token);
    EXPECT_EQ(replayed.status, 0) << replayed.output;
    EXPECT_NE(replayed.output.find(digest), std::string::npos) << replayed.output;
    // The tree is public, the entries are not.
    const ProgramRun seen = run("checkpoint", {"--state", (dir.path() / "state.json").string()});
    EXPECT_EQ(seen.status, 0) << seen.output;
    const ProgramRun refused = run("verify", {});
    EXPECT_EQ(refused.status, 2) << refused.output;
    EXPECT_NE(refused.output.find("auditor"), std::string::npos) << refused.output;
}

TEST_F(Tampering, TheJournalIsExportedFromThePublishedLogAlone) {
    const support::TempDir dir;
    const auto file = dir.path() / "journal.csv";
    const ProgramRun exported =
        run_program("suanpan-audit", {"export", "--dir", tiles_.string(), "--key", key_, "--format",
                                      "csv", "--out", file.string()});
    EXPECT_EQ(exported.status, 0) << exported.output;
    const std::string text = read_file(file);
    EXPECT_NE(text.find(",deposit,"), std::string::npos) << text;
    EXPECT_NE(text.find(",CNY,available,10000.000000"), std::string::npos) << text;
}

TEST_F(Tampering, AFlippedByteInATileIsNamed) {
    const fs::path tile = largest_file(tiles_ / "tile" / "0");
    flip_byte(tile, 40);
    // Byte 40 is in the hash of entry 1.
    expect_named(audit("verify", tiles_, key_), "First bad   entry 1\n");
    expect_named(audit("verify", tiles_, key_), "tile/0/");
}

TEST_F(Tampering, AFlippedByteInABundleIsNamed) {
    flip_byte(largest_file(tiles_ / "tile" / "entries"), 40);
    expect_named(audit("verify", tiles_, key_), "tile/entries/");
    expect_named(audit("replay", tiles_, key_), "tile/entries/");
}

TEST_F(Tampering, AFlippedByteInTheCheckpointIsNamed) {
    flip_byte(tiles_ / "checkpoint", 30);
    expect_named(audit("verify", tiles_, key_), "checkpoint");
}

TEST_F(Tampering, AFlippedByteInTheDatabaseIsNamed) {
    server_.database().execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL");
    server_.database().execute(
        "UPDATE ledger_entry SET bytes = set_byte(bytes, 60, get_byte(bytes, 60) # 1) "
        "WHERE index = 3");
    const support::TempDir dir;
    const auto target = dir.path() / "copy";
    const ProgramRun exported = run_program("suanpand",
                                            {"--export-log", target.string(), "--data",
                                             server_.data().string(), "--log-level", "error"},
                                            {{"SUANPAN_DATABASE", server_.database().conninfo()}});
    ASSERT_EQ(exported.status, 0) << exported.output;
    expect_named(audit("verify", target, key_), "First bad   entry 3\n");
    // What was published before is still what was signed.
    EXPECT_EQ(audit("verify", tiles_, key_).status, 0);
}

}  // namespace
}  // namespace suanpan::test
