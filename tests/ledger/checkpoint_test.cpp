#include "ledger/checkpoint.hpp"

#include "ledger/tree.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kOrigin = "market.example/log";

SigningKey test_key(std::uint8_t n) {
    Seed seed{};
    seed.fill(n);
    return SigningKey(seed);
}

VerifierKey log_key() {
    return make_verifier_key(kOrigin, KeyType::kEd25519, test_key(1).public_key());
}

Checkpoint example() {
    return Checkpoint{std::string(kOrigin), 3, leaf_hash("x"), ""};
}

TEST(Checkpoint, TextOfSpecificationExample) {
    const std::string text =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    const auto checkpoint = parse_checkpoint(text);
    ASSERT_TRUE(checkpoint) << checkpoint.error().detail();
    EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
    EXPECT_EQ(checkpoint->size, 20852163U);
    EXPECT_EQ(to_string(*checkpoint), text);
    // Extension lines are kept as they are signed.
    const auto extended = parse_checkpoint(text + "extension\n");
    ASSERT_TRUE(extended);
    EXPECT_EQ(to_string(*extended), text + "extension\n");
}

TEST(Checkpoint, RefusesWrongForms) {
    const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    for (const std::string& text :
         {std::string(), std::string("a\n"), std::string("a\n1\n"), "\n1\n" + root,
          "a\n01\n" + root, "a\n-1\n" + root, "a\n+1\n" + root, "a\n\n" + root,
          "a\n9223372036854775808\n" + root, "a\n99999999999999999999\n" + root, "a\n1 \n" + root,
          "a\n1\n" + root.substr(1), "a\n1\n" + root.substr(0, 44), "a\n0\n" + root,
          "a\n1\n" + root + "\n", "a\n1\n" + root + "extension", "a\n1\n" + root + "extension\n\n",
          "a\n1\n" + std::string("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n"),
          std::string(kMaxCheckpointBytes, 'a') + "\n1\n" + root}) {
        const auto checkpoint = parse_checkpoint(text);
        ASSERT_FALSE(checkpoint) << text.substr(0, 100);
        EXPECT_EQ(checkpoint.error().code(), "bad_checkpoint");
    }
    EXPECT_TRUE(parse_checkpoint("a\n9223372036854775807\n" + root));
}

TEST(Checkpoint, SignedOpensAgain) {
    const std::string note = sign_checkpoint(example(), test_key(1));
    const auto opened = open_checkpoint(note, log_key());
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(opened->checkpoint, example());
    EXPECT_EQ(opened->note, note);
    EXPECT_TRUE(opened->cosignatures.empty());
}

TEST(Checkpoint, WitnessesAreCounted) {
    const SigningKey witness = test_key(2);
    const std::array known = {
        make_verifier_key("w.example", KeyType::kCosignatureV1, witness.public_key())};
    const std::string cosignature =
        cosign_line(to_string(example()), "w.example", witness, Time(1000));
    const std::string note = sign_checkpoint(example(), test_key(1)) + cosignature;
    const auto opened = open_checkpoint(note, log_key(), known);
    ASSERT_TRUE(opened) << opened.error().detail();
    ASSERT_EQ(opened->cosignatures.size(), 1U);
    EXPECT_EQ(opened->cosignatures[0].witness, "w.example");
    EXPECT_EQ(opened->cosignatures[0].time, Time(1000));
    EXPECT_TRUE(open_checkpoint(note, log_key())->cosignatures.empty());
    // Witnesses alone don't make a checkpoint.
    EXPECT_EQ(
        open_checkpoint(to_string(example()) + "\n" + cosignature, log_key(), known).error().code(),
        "unsigned_note");
}

TEST(Checkpoint, OfAnotherLogOrKeyIsRefused) {
    Checkpoint foreign = example();
    foreign.origin = "other.example/log";
    const std::string body = to_string(foreign);
    const std::string note = sign_note(body, kOrigin, test_key(1));
    EXPECT_EQ(open_checkpoint(note, log_key()).error().code(), "foreign_origin");
    EXPECT_EQ(open_checkpoint(sign_checkpoint(example(), test_key(9)), log_key()).error().code(),
              "unsigned_note");
    EXPECT_EQ(open_checkpoint(sign_note("hello\n", kOrigin, test_key(1)), log_key()).error().code(),
              "bad_checkpoint");
}

TEST(Checkpoint, AnyFlippedBitIsRefused) {
    const std::string note = sign_checkpoint(example(), test_key(1));
    for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
        std::string altered = note;
        altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(open_checkpoint(altered, log_key())) << bit;
    }
}

}  // namespace
}  // namespace suanpan::ledger
