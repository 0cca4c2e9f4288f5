#include "ledger/receipt.hpp"

#include "tests/ledger/keys.hpp"
#include "tests/ledger/naive_tree.hpp"

#include <gtest/gtest.h>

#include <string>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kOrigin = "market.example/log";
constexpr std::uint64_t kSize = 11;

SigningKey test_key() {
    Seed seed{};
    seed.fill(7);
    return SigningKey(seed);
}

VerifierKey log_key() {
    return make_verifier_key(kOrigin, KeyType::kEd25519, test_key().public_key());
}

Receipt receipt_for(std::uint64_t index) {
    const auto leaves = naive::leaves(kSize);
    const Checkpoint checkpoint{std::string(kOrigin), kSize, root_of(leaves), ""};
    return Receipt{index, naive::inclusion(index, leaves), sign_checkpoint(checkpoint, test_key()),
                   ""};
}

std::string code_of(const Receipt& receipt, std::string_view entry) {
    const auto result = verify_receipt(receipt, entry, log_key());
    return result ? "ok" : result.error().code();
}

TEST(Receipt, TextForm) {
    Receipt receipt;
    receipt.index = 73894;
    receipt.proof = {leaf_hash("a")};
    receipt.checkpoint = "log\n";
    const std::string hash = to_base64(as_chars(leaf_hash("a")));
    EXPECT_EQ(to_string(receipt), "c2sp.org/tlog-proof@v1\nindex 73894\n" + hash + "\n\nlog\n");
    receipt.extra = "more";
    EXPECT_EQ(to_string(receipt),
              "c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 73894\n" + hash + "\n\nlog\n");
    EXPECT_EQ(parse_receipt(to_string(receipt)).value(), receipt);
}

TEST(Receipt, OfEveryEntryVerifies) {
    for (std::uint64_t index = 0; index < kSize; ++index) {
        const auto receipt = parse_receipt(to_string(receipt_for(index)));
        ASSERT_TRUE(receipt) << receipt.error().detail();
        EXPECT_EQ(*receipt, receipt_for(index));
        EXPECT_EQ(code_of(*receipt, "entry-" + std::to_string(index)), "ok");
        EXPECT_EQ(code_of(*receipt, "entry-11"), "root_mismatch");
    }
}

TEST(Receipt, NamesWhatIsWrong) {
    Receipt receipt = receipt_for(4);
    receipt.index = 5;
    EXPECT_EQ(code_of(receipt, "entry-4"), "root_mismatch");
    receipt.index = kSize;
    EXPECT_EQ(code_of(receipt, "entry-4"), "index_out_of_range");
    receipt = receipt_for(4);
    receipt.proof.pop_back();
    EXPECT_EQ(code_of(receipt, "entry-4"), "proof_too_short");
    receipt = receipt_for(4);
    receipt.proof.push_back(receipt.proof.front());
    EXPECT_EQ(code_of(receipt, "entry-4"), "proof_too_long");
    receipt = receipt_for(4);
    receipt.checkpoint[kOrigin.size() + 1] = '9';
    EXPECT_EQ(code_of(receipt, "entry-4"), "bad_signature");
}

TEST(Receipt, RefusesWrongForms) {
    const std::string good = to_string(receipt_for(4));
    const std::string head = "c2sp.org/tlog-proof@v1\n";
    const std::string hash = to_base64(as_chars(leaf_hash("a"))) + "\n";
    std::string many;
    for (int i = 0; i < 64; ++i)
        many += hash;
    for (const std::string& text :
         {std::string(), head, "c2sp.org/tlog-proof@v2\n" + good.substr(head.size()),
          head + "index 1\n\n", head + "index 1\n" + hash, head + "index 01\n\nlog\n",
          head + "index -1\n\nlog\n", head + "index \n\nlog\n", head + "\nlog\n",
          head + "extra \nindex 1\n\nlog\n", head + "extra ?\nindex 1\n\nlog\n",
          head + "index 1\n" + hash.substr(1) + "\nlog\n", head + "index 1\n" + many + "\nlog\n",
          head + "index 1\nindex 2\n\nlog\n", std::string(kMaxReceiptBytes + 1, 'a')}) {
        const auto receipt = parse_receipt(text);
        ASSERT_FALSE(receipt) << text.substr(0, 100);
        EXPECT_EQ(receipt.error().code(), "bad_receipt");
    }
}

// The checkpoint is kept as the log gave it: with every cosignature, for whoever knows the witness.
TEST(Receipt, UnderAPolicyNeedsItsQuorum) {
    Receipt receipt = receipt_for(4);
    const Policy policy = parse_policy("log " + to_string(log_key()) + "\nwitness w " +
                                       to_string(keys::witness(2)) + "\nquorum w\n")
                              .value();
    const auto code = [&](std::string_view entry) {
        const auto result = verify_receipt(receipt, entry, policy);
        return result ? std::string("ok") : result.error().code();
    };
    EXPECT_EQ(code("entry-4"), "too_few_witnesses");
    const std::string text = parse_note(receipt.checkpoint)->text;
    receipt.checkpoint += cosign_line(text, keys::witness_name(2), keys::signing(2), Time(5));
    EXPECT_EQ(code("entry-4"), "ok");
    EXPECT_EQ(code("entry-5"), "root_mismatch");
    EXPECT_EQ(code_of(receipt, "entry-4"), "ok");
    const auto back = parse_receipt(to_string(receipt));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->checkpoint, receipt.checkpoint);
}

TEST(Receipt, AnyChangedByteIsRefused) {
    const std::string good = to_string(receipt_for(4));
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string altered = good;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        const auto receipt = parse_receipt(altered);
        EXPECT_TRUE(!receipt || code_of(*receipt, "entry-4") != "ok") << i;
    }
}

}  // namespace
}  // namespace suanpan::ledger
