// suanpan-audit witness as a program: killed at any moment, it never cosigns a contradiction.

#include "base/crypto.hpp"
#include "client/http_client.hpp"
#include "ledger/tree.hpp"
#include "ledger/witness.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"
#include "tests/integration/audit_run.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <memory>

namespace suanpan::test {
namespace {

using namespace std::chrono_literals;

SigningKey log_key_of() {
    Seed seed{};
    seed.fill(8);
    return SigningKey(seed);
}

// A log whose every entry is its index; `other` differs from entry 2 on.
class Entries {
 public:
    explicit Entries(bool other = false) : other_(other) {}

    [[nodiscard]] std::vector<Hash> leaves(std::uint64_t size) const {
        std::vector<Hash> out;
        for (std::uint64_t i = 0; i < size; ++i)
            out.push_back(ledger::leaf_hash(std::to_string(i) + (other_ && i > 1 ? "x" : "")));
        return out;
    }
    [[nodiscard]] ledger::AddCheckpointRequest request(std::uint64_t old_size,
                                                       std::uint64_t size) const {
        const auto all = leaves(size);
        const auto reader = [&all](ledger::NodeId node) -> Result<Hash> {
            const std::uint64_t width = std::uint64_t{1} << node.height;
            return ledger::root_of(std::span(all).subspan(node.index * width, width));
        };
        ledger::AddCheckpointRequest out;
        out.old_size = old_size;
        out.proof = ledger::prove_consistency(old_size, size, reader).value();
        out.checkpoint = ledger::sign_checkpoint(
            ledger::Checkpoint{"market.example/log", size, ledger::root_of(all), ""}, log_key_of());
        return out;
    }

 private:
    bool other_;
};

class WitnessProgram : public ::testing::Test {
 protected:
    WitnessProgram() {
        const ProgramRun made = run_program(
            "suanpan-audit", {"witness", "keygen", "--name", "witness.example", "--key", key()});
        EXPECT_EQ(made.status, 0) << made.output;
        verifier_ = made.output.substr(0, made.output.find('\n'));
    }

    void start() {
        process_.reset();
        ++starts_;
        support::ChildProcess::Options options;
        options.program = support::program_path("suanpan-audit");
        const std::string log = ledger::to_string(ledger::make_verifier_key(
            "market.example/log", ledger::KeyType::kEd25519, log_key_of().public_key()));
        options.arguments = {"witness", "--key", key(), "--log", log, "--listen", "127.0.0.1:0"};
        options.output = folder_.path() / ("output" + std::to_string(starts_));
        process_ = std::make_unique<support::ChildProcess>(options);
        ASSERT_TRUE(process_->wait_for_output("Listening", 10s)) << process_->output();
        const std::string output = process_->output();
        EXPECT_NE(output.find("Witness key: " + verifier_), std::string::npos) << output;
        const std::size_t at = output.find(" port ") + 6;
        url_ = "http://127.0.0.1:" + output.substr(at, output.find('\n', at) - at);
    }

    client::HttpResponse add(const ledger::AddCheckpointRequest& request) const {
        client::HttpClient client(client::parse_url(url_).value());
        client::HttpRequest post;
        post.method = "POST";
        post.target = "/add-checkpoint";
        post.body = ledger::to_string(request);
        return client.send(post);
    }

    [[nodiscard]] std::string key() const { return (folder_.path() / "key").string(); }

    support::TempDir folder_;
    std::string verifier_;
    std::unique_ptr<support::ChildProcess> process_;
    std::string url_;
    int starts_ = 0;
};

TEST_F(WitnessProgram, RemembersWhatItAnsweredWhenItIsKilled) {
    const Entries log;
    std::uint64_t size = 0;
    for (int round = 0; round < 5; ++round) {
        start();
        for (int i = 0; i < 3; ++i) {
            const auto answer = add(log.request(size, size + 5));
            ASSERT_EQ(answer.status, 200) << answer.body;
            size += 5;
        }
        process_->kill_now();
    }
    start();
    // Another history, from any size that it could have forgotten.
    for (std::uint64_t old_size = 0; old_size < size; old_size += 5)
        EXPECT_EQ(add(Entries(true).request(old_size, size + 5)).body, std::to_string(size) + "\n");
    EXPECT_EQ(add(Entries(true).request(size, size + 5)).status, 422);
    EXPECT_EQ(add(log.request(size, size + 5)).status, 200);
}

TEST_F(WitnessProgram, StopsWhenAsked) {
    start();
    ASSERT_EQ(add(Entries().request(0, 5)).status, 200);
    process_->send_signal(SIGTERM);
    EXPECT_EQ(process_->wait(10s), 0) << process_->output();
    EXPECT_NE(process_->output().find("cosigned 5 entries"), std::string::npos);
}

TEST_F(WitnessProgram, DoesNotStartWithoutItsMemoryOrOnAnOpenAddress) {
    const std::string log = ledger::to_string(ledger::make_verifier_key(
        "market.example/log", ledger::KeyType::kEd25519, log_key_of().public_key()));
    EXPECT_EQ(run_program("suanpan-audit",
                          {"witness", "--key", key(), "--log", log, "--listen", "0.0.0.0:0"})
                  .status,
              2);
    std::filesystem::remove(key() + ".state");
    const ProgramRun run = run_program(
        "suanpan-audit", {"witness", "--key", key(), "--log", log, "--listen", "127.0.0.1:0"});
    EXPECT_EQ(run.status, 2);
    EXPECT_NE(run.output.find("make a new key"), std::string::npos) << run.output;
}

}  // namespace
}  // namespace suanpan::test
