#include "apps/suanpan-audit/witness.hpp"

#include "apps/suanpan-audit/http_server.hpp"
#include "client/http_client.hpp"
#include "ledger/tree.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>

namespace suanpan::audit {
namespace {

namespace fs = std::filesystem;

std::vector<Hash> leaves_of(const std::vector<std::string>& entries) {
    std::vector<Hash> out;
    for (const std::string& entry : entries)
        out.push_back(ledger::leaf_hash(entry));
    return out;
}

// Consistency from `old_size`, out of the entries themselves.
std::vector<Hash> proof_of(const std::vector<std::string>& entries, std::uint64_t old_size) {
    const auto leaves = leaves_of(entries);
    const auto reader = [&leaves](ledger::NodeId node) -> Result<Hash> {
        const std::uint64_t width = std::uint64_t{1} << node.height;
        return ledger::root_of(std::span(leaves).subspan(node.index * width, width));
    };
    return ledger::prove_consistency(old_size, entries.size(), reader).value();
}

class WitnessTest : public testing::Test {
 protected:
    WitnessTest() {
        const WitnessKey made = make_witness_key(key_file(), "witness.example/one");
        verifier_ = made.verifier;
        WitnessStore::create(state_file(), verifier_);
        start();
    }

    void start() {
        witness_.reset();
        store_.reset();
        store_.emplace(state_file(), verifier_);
        witness_.emplace(
            load_witness_key(key_file()), std::vector{log_.verifier()}, *store_,
            [] { return Time(kStart); }, [this](const std::string& what) { told_ += what + "\n"; });
    }

    WebResponse add(std::uint64_t old_size, const std::vector<std::string>& entries,
                    std::optional<std::vector<Hash>> proof = {}) {
        ledger::AddCheckpointRequest request;
        request.old_size = old_size;
        request.proof = proof ? *proof : proof_of(entries, old_size);
        request.checkpoint = log_.sign(entries).note;
        return witness_->handle({"POST", "/add-checkpoint", to_string(request)});
    }

    // Whether the body is this witness's signature of that checkpoint.
    bool is_cosigned(const WebResponse& response, const std::vector<std::string>& entries) {
        const auto opened = ledger::open_checkpoint(log_.sign(entries).note + response.body,
                                                    log_.verifier(), std::vector{verifier_});
        return response.status == 200 && opened && opened->cosignatures.size() == 1 &&
               opened->cosignatures.front().time == Time(kStart);
    }

    [[nodiscard]] fs::path key_file() const { return log_.folder() / "witness.key"; }
    [[nodiscard]] fs::path state_file() const { return log_.folder() / "witness.key.state"; }

    TestLog log_{1};
    ledger::VerifierKey verifier_;
    std::optional<WitnessStore> store_;
    std::optional<Witness> witness_;
    std::string told_;
};

TEST_F(WitnessTest, CosignsALogThatOnlyGrows) {
    std::uint64_t old_size = 0;
    for (const std::uint64_t size : {3UL, 4UL, 256UL, 300UL, 300UL, 1'000UL}) {
        const auto entries = test_entries(size);
        EXPECT_TRUE(is_cosigned(add(old_size, entries), entries)) << size;
        old_size = size;
    }
    EXPECT_EQ(store_->find("market.example/log").state.size, 1'000U);
}

TEST_F(WitnessTest, TellsTheLastSizeWhenAskedFromAnother) {
    const auto entries = test_entries(300);
    ASSERT_EQ(add(0, entries).status, 200);
    const WebResponse answer = add(0, test_entries(400));
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
    EXPECT_EQ(answer.body, "300\n");
    EXPECT_EQ(add(200, test_entries(400)).status, 409);
}

TEST_F(WitnessTest, RemembersAcrossARestart) {
    ASSERT_EQ(add(0, test_entries(300)).status, 200);
    start();
    EXPECT_EQ(add(0, test_entries(400)).body, "300\n");
    EXPECT_EQ(add(300, test_entries(400)).status, 200);
}

TEST_F(WitnessTest, DoesNotCosignARewrittenLogAndKeepsAForkAsEvidence) {
    ASSERT_EQ(add(0, test_entries(300)).status, 200);
    auto rewritten = test_entries(400);
    rewritten[10] = test_entry(10, "admin");
    EXPECT_EQ(add(300, rewritten).status, 422);
    rewritten.resize(300);
    const int status = add(300, rewritten).status;
    EXPECT_TRUE(status == 409 || status == 422) << status;
    EXPECT_NE(told_.find("EVIDENCE"), std::string::npos) << told_;
    fs::path folder = state_file();
    folder += ".evidence";
    const auto file = *fs::directory_iterator(folder);
    const std::string kept = read_local_file(file.path(), 100'000);
    EXPECT_NE(kept.find("contradiction"), std::string::npos);
    EXPECT_EQ(add(300, test_entries(400)).status, 200);
}

TEST_F(WitnessTest, RefusesWhatItCannotTrust) {
    const auto status = [this](const ledger::AddCheckpointRequest& request) {
        return witness_->handle({"POST", "/add-checkpoint", to_string(request)}).status;
    };
    const std::string note = log_.sign(test_entries(5)).note;
    EXPECT_EQ(status({0, {}, note}), 200);
    std::string foreign = note;
    foreign.replace(0, 6, "bazaar");
    EXPECT_EQ(status({5, {}, foreign}), 404);
    std::string forged = note;
    forged[forged.size() - 5] = forged[forged.size() - 5] == 'A' ? 'B' : 'A';
    EXPECT_EQ(status({5, {}, forged}), 403);
    EXPECT_EQ(status({6, {}, note}), 400);
    EXPECT_EQ(status({5, {Hash{}}, note}), 422);
    EXPECT_EQ(witness_->handle({"POST", "/add-checkpoint", "old x\n\n"}).status, 400);
    EXPECT_EQ(witness_->handle({"POST", "/add-checkpoint", ""}).status, 400);
    EXPECT_EQ(witness_->handle({"GET", "/add-checkpoint", ""}).status, 405);
    EXPECT_EQ(witness_->handle({"GET", "/tile", ""}).status, 404);
    EXPECT_EQ(store_->find("market.example/log").state.size, 5U);
}

TEST_F(WitnessTest, SaysNothingThatItCouldNotStore) {
    ASSERT_EQ(add(0, test_entries(300)).status, 200);
    fs::path temporary = state_file();
    temporary += ".tmp";
    fs::create_directory(temporary);
    EXPECT_THROW((void)add(300, test_entries(400)), AuditError);
    EXPECT_NE(told_.find("nothing cosigned"), std::string::npos);
    EXPECT_EQ(store_->find("market.example/log").state.size, 300U);
    fs::remove(temporary);
    EXPECT_EQ(add(300, test_entries(350)).status, 200);
}

TEST_F(WitnessTest, OneProcessHasTheState) {
    EXPECT_THROW(WitnessStore(state_file(), verifier_), AuditError);
}

TEST_F(WitnessTest, DoesNotGoOnWithoutItsMemory) {
    const std::string good = read_local_file(state_file(), 100'000);
    witness_.reset();
    store_.reset();
    const auto opens = [this] {
        try {
            const WitnessStore store(state_file(), verifier_);
            return true;
        } catch (const AuditError&) {
            return false;
        }
    };
    EXPECT_TRUE(opens());
    fs::remove(state_file());
    EXPECT_FALSE(opens());
    for (const std::string text : {"", "{}", "nonsense", R"({"v":1,"key":"x","logs":{}})"}) {
        std::ofstream(state_file()) << text;
        EXPECT_FALSE(opens()) << text;
    }
    std::ofstream(state_file()) << good;
    EXPECT_TRUE(opens());
}

TEST_F(WitnessTest, ItsKeyFileIsSecretWholeAndNotOverwritten) {
    struct ::stat about{};
    ASSERT_EQ(::stat(key_file().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    EXPECT_EQ(load_witness_key(key_file()).verifier, verifier_);
    EXPECT_THROW((void)make_witness_key(key_file(), "witness.example/one"), AuditError);
    EXPECT_THROW((void)make_witness_key(log_.folder() / "two", "a name"), AuditError);
    std::string text = read_local_file(key_file(), 1'000);
    text[text.size() - 10] = text[text.size() - 10] == 'A' ? 'B' : 'A';
    std::ofstream(key_file()) << text;
    EXPECT_THROW((void)load_witness_key(key_file()), AuditError);
    fs::permissions(key_file(), fs::perms::group_read, fs::perm_options::add);
    EXPECT_THROW((void)load_witness_key(key_file()), AuditError);
}

TEST_F(WitnessTest, SpeaksHttp) {
    HttpServer server("127.0.0.1", 0, {},
                      [this](const WebRequest& request) { return witness_->handle(request); });
    client::HttpClient client(
        client::parse_url("http://127.0.0.1:" + std::to_string(server.port())).value());
    const auto entries = test_entries(300);
    const ledger::AddCheckpointRequest request{0, {}, log_.sign(entries).note};
    client::HttpRequest post;
    post.method = "POST";
    post.target = "/add-checkpoint";
    post.body = to_string(request);
    const auto first = client.send(post);
    EXPECT_TRUE(is_cosigned({first.status, "", first.body}, entries)) << first.body;
    const auto second = client.send(post);
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.header("Content-Type"), "text/x.tlog.size");
    client::HttpRequest get;
    get.target = "/key";
    EXPECT_EQ(client.send(get).body, to_string(verifier_) + "\n");
    get.target = "/";
    EXPECT_NE(client.send(get).body.find(" size 300\n"), std::string::npos);
}

}  // namespace
}  // namespace suanpan::audit
