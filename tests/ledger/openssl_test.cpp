// docs/verify-with-openssl.sh, which knows nothing of our code, must agree with it about real notes
// and about tampered ones.

#include "ledger/receipt.hpp"
#include "ledger/tree.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"
#include "tests/ledger/keys.hpp"
#include "tests/ledger/naive_tree.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace suanpan::ledger {
namespace {

using keys::kOrigin;

constexpr std::uint64_t kSize = 13;

Checkpoint checkpoint() {
    return {std::string(kOrigin), kSize, root_of(naive::leaves(kSize)), ""};
}

// Signed by two keys of the log and cosigned by two witnesses.
std::string note() {
    const SigningKey old = keys::signing(1);
    const SigningKey fresh = keys::signing(2);
    const std::string text = to_string(checkpoint());
    return sign_checkpoint(checkpoint(), std::array{&old, &fresh}) +
           cosign_line(text, keys::witness_name(3), keys::signing(3), Time(1'795'161'600)) +
           cosign_line(text, keys::witness_name(4), keys::signing(4), Time(1'795'161'601));
}

class OpensslScript : public testing::Test {
 protected:
    std::string file(const std::string& name, const std::string& bytes) {
        const auto path = folder_.path() / name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path.string();
    }
    std::string folder_path() { return folder_.path().string(); }
    int run(const std::vector<std::string>& arguments) {
        return run_script(SUANPAN_SOURCE_DIR "/docs/verify-with-openssl.sh", arguments);
    }
    int run_script(const std::string& script, const std::vector<std::string>& arguments) {
        support::ChildProcess::Options options;
        options.program = "/bin/sh";
        options.arguments = {script};
        options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
        options.environment = {{"TMPDIR", folder_.path().string()}};
        options.output = folder_.path() / ("output" + std::to_string(++runs_));
        support::ChildProcess child(options);
        const auto status = child.wait(std::chrono::seconds(30));
        output_ = child.output();
        return status.value_or(-1);
    }
    // As a checkpoint under the log's first key and the first witness's.
    int run_note(const std::string& bytes) {
        return run({file("note", bytes), to_string(keys::log(1)), to_string(keys::witness(3))});
    }
    int run_receipt(const Receipt& receipt, const std::string& entry) {
        return run(
            {file("receipt", to_string(receipt)), file("entry", entry), to_string(keys::log(1))});
    }

    std::string output_;

 private:
    support::TempDir folder_;
    int runs_ = 0;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    return text.replace(text.find(from), from.size(), to);
}

TEST_F(OpensslScript, VerifiesCheckpointAndCosignatures) {
    ASSERT_EQ(run({file("note", note()), to_string(keys::log(1)), to_string(keys::witness(3)),
                   to_string(keys::witness(4))}),
              0)
        << output_;
    EXPECT_EQ(output_, "log market.example/log: 13 entries, root " +
                           to_hex(as_chars(checkpoint().root)) +
                           "\nwitness w3.example: cosigned at 2026-11-20T08:00:00Z"
                           "\nwitness w4.example: cosigned at 2026-11-20T08:00:01Z\n");
    // The log's other key does as well.
    EXPECT_EQ(run({file("note", note()), to_string(keys::log(2))}), 0) << output_;
}

TEST_F(OpensslScript, RefusesTamperedNotes) {
    const std::string good = note();
    ASSERT_EQ(run_note(good), 0) << output_;
    const std::string text = to_string(checkpoint());
    const std::string dash = "\xE2\x80\x94 ";
    for (const std::string& bad :
         {replaced(good, "\n13\n", "\n14\n"), replaced(good, "market.example", "market.exampl3"),
          replaced(good, to_base64(as_chars(checkpoint().root)),
                   to_base64(as_chars(leaf_hash("x")))),
          // The witness signed another time, or another tree.
          sign_checkpoint(checkpoint(), keys::signing(1)) +
              cosign_line("other\n1\n", keys::witness_name(3), keys::signing(3), Time(5)),
          // A signature of the right name by the wrong key under the right key's id.
          sign_note(text, kOrigin, keys::signing(1)),
          text + "\n" + cosign_line(text, keys::witness_name(3), keys::signing(3), Time(5)),
          good + "\n", good.substr(0, good.size() - 1), good + "more\n",
          good + dash + "x ?\nmore\n", replaced(good, "13\n", "13\r\n"), text, std::string("\n")}) {
        EXPECT_EQ(run_note(bad), 1) << bad << output_;
        EXPECT_FALSE(output_.find("BAD: ") == std::string::npos) << output_;
    }
}

// Where ours refuses a changed bit of the text or of a signature that counts, so does openssl.
TEST_F(OpensslScript, AgreesAboutFlippedBits) {
    const std::string good = note();
    const std::array known = {keys::witness(3)};
    for (std::size_t at = 0; at < good.size(); at += 17) {
        std::string altered = good;
        altered[at] = static_cast<char>(altered[at] ^ 1 << at % 7);
        const auto opened = open_checkpoint(altered, keys::log(1), known);
        const bool cosigned = opened && !opened->cosignatures.empty();
        // Ours also reads the lines of keys that were not asked for.
        const bool asked = at < good.find("w4.example");
        if (asked || cosigned) EXPECT_EQ(run_note(altered) == 0, cosigned) << at << output_;
    }
}

TEST_F(OpensslScript, RefusesKeysThatAreNotWhatTheySay) {
    const std::string path = file("note", note());
    const std::string log = to_string(keys::log(1));
    EXPECT_EQ(run({path, log}), 0) << output_;
    for (const std::string& key :
         {to_string(keys::log(5)), to_string(keys::witness(3)), replaced(log, "log+", "lag+"),
          log.substr(0, log.size() - 4), to_string(keys::log(1, "other.example/log"))})
        EXPECT_EQ(run({path, key}), 1) << key << output_;
    EXPECT_EQ(run({path, log, to_string(keys::witness(5))}), 1) << output_;
    EXPECT_EQ(run({path, log, to_string(keys::log(2))}), 1) << output_;
    EXPECT_EQ(run({path}), 2) << output_;
}

TEST_F(OpensslScript, VerifiesReceipts) {
    const auto leaves = naive::leaves(kSize);
    for (std::uint64_t index = 0; index < kSize; ++index) {
        const Receipt receipt{index, naive::inclusion(index, leaves), note(), ""};
        ASSERT_EQ(run_receipt(receipt, "entry-" + std::to_string(index)), 0) << index << output_;
        EXPECT_TRUE(output_.ends_with("entry " + std::to_string(index) + ": in the log\n"));
    }
    Receipt receipt{5, naive::inclusion(5, leaves), note(), "extra"};
    EXPECT_EQ(run_receipt(receipt, "entry-5"), 0) << output_;
    EXPECT_EQ(run_receipt(receipt, "entry-6"), 1) << output_;
    receipt.index = 4;
    EXPECT_EQ(run_receipt(receipt, "entry-5"), 1) << output_;
    receipt = {5, naive::inclusion(5, leaves), note(), ""};
    receipt.proof.pop_back();
    EXPECT_EQ(run_receipt(receipt, "entry-5"), 1) << output_;
    receipt.proof = naive::inclusion(5, leaves);
    receipt.proof.push_back(leaves[0]);
    EXPECT_EQ(run_receipt(receipt, "entry-5"), 1) << output_;
    receipt.proof = naive::inclusion(5, leaves);
    std::swap(receipt.proof[0], receipt.proof[1]);
    EXPECT_EQ(run_receipt(receipt, "entry-5"), 1) << output_;
    receipt.proof = naive::inclusion(5, leaves);
    receipt.checkpoint = replaced(receipt.checkpoint, "\n13\n", "\n12\n");
    EXPECT_EQ(run_receipt(receipt, "entry-5"), 1) << output_;
}

// The steps that docs/audit.md shows, as they stand there.
std::string steps_of_the_page() {
    std::ifstream page(SUANPAN_SOURCE_DIR "/docs/audit.md");
    std::stringstream text;
    text << page.rdbuf();
    std::string steps = text.str();
    const std::string mark = "<!-- run by the tests -->\n```sh\n";
    steps.erase(0, steps.find(mark) + mark.size());
    return steps.substr(0, steps.find("```"));
}

TEST_F(OpensslScript, StepsOfThePageVerify) {
    const std::string script =
        file("steps.sh", "set -eu\ncd \"$1\"\nkey=$2 witness=$3\n" + steps_of_the_page());
    const std::string text = to_string(checkpoint());
    const std::string good =
        sign_checkpoint(checkpoint(), keys::signing(1)) +
        cosign_line(text, keys::witness_name(3), keys::signing(3), Time(1'795'161'600));
    const std::string folder = folder_path();
    file("checkpoint", good);
    EXPECT_EQ(run_script(script, {folder, to_string(keys::log(1)), to_string(keys::witness(3))}), 0)
        << output_;
    EXPECT_EQ(output_, "Signature Verified Successfully\nSignature Verified Successfully\n");
    EXPECT_NE(run_script(script, {folder, to_string(keys::log(2)), to_string(keys::witness(3))}), 0)
        << output_;
    EXPECT_NE(run_script(script, {folder, to_string(keys::log(1)), to_string(keys::witness(4))}), 0)
        << output_;
    file("checkpoint", replaced(good, "\n13\n", "\n12\n"));
    EXPECT_NE(run_script(script, {folder, to_string(keys::log(1)), to_string(keys::witness(3))}), 0)
        << output_;
}

}  // namespace
}  // namespace suanpan::ledger
