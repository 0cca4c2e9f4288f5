#include "ledger/checkpoint.hpp"

#include "ledger/tree.hpp"
#include "tests/ledger/keys.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace suanpan::ledger {
namespace {

using keys::kOrigin;

SigningKey test_key(std::uint8_t n) {
    return keys::signing(n);
}

VerifierKey log_key() {
    return keys::log(1);
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

// While a log changes its key it signs with both: who knows either opens the checkpoint.
TEST(Checkpoint, SignedByOldAndNewKeyOpensWithEither) {
    const SigningKey old = test_key(1);
    const SigningKey fresh = test_key(2);
    const std::string note = sign_checkpoint(example(), std::array{&old, &fresh});
    EXPECT_EQ(parse_note(note)->signatures.size(), 2U);
    for (std::uint8_t n = 1; n <= 2; ++n) {
        const auto opened = open_checkpoint(note, keys::log(n));
        ASSERT_TRUE(opened) << opened.error().detail();
        EXPECT_EQ(opened->signers, std::vector{keys::log(n)});
    }
    const auto opened = open_checkpoint(note, std::array{keys::log(2), keys::log(1)});
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(opened->signers, (std::vector{keys::log(1), keys::log(2)}));
    EXPECT_EQ(open_checkpoint(note, keys::log(3)).error().code(), "unsigned_note");
    EXPECT_EQ(open_checkpoint(note, std::span<const VerifierKey>()).error().code(),
              "unsigned_note");

    // One good signature does not make up for a wrong one by a key that is known.
    const std::string text = to_string(example());
    const std::string mixed = sign_note(text, kOrigin, old) + sign_line("other\n", kOrigin, fresh);
    EXPECT_TRUE(open_checkpoint(mixed, keys::log(1)));
    EXPECT_EQ(open_checkpoint(mixed, std::array{keys::log(1), keys::log(2)}).error().code(),
              "bad_signature");
}

TEST(Checkpoint, OneTrustedLogDoesNotSpeakForAnother) {
    const std::array trusted = {keys::log(1, "a.example"), keys::log(2, "b.example")};
    const Checkpoint of_a{"a.example", 3, leaf_hash("x"), ""};
    EXPECT_TRUE(open_checkpoint(sign_checkpoint(of_a, test_key(1)), trusted));
    const std::string by_b = sign_note(to_string(of_a), "b.example", test_key(2));
    EXPECT_EQ(open_checkpoint(by_b, trusted).error().code(), "foreign_origin");
    const std::string by_both =
        sign_checkpoint(of_a, test_key(1)) + sign_line(to_string(of_a), "b.example", test_key(2));
    EXPECT_EQ(open_checkpoint(by_both, trusted)->signers, std::vector{trusted[0]});
    EXPECT_EQ(open_checkpoint(by_both, trusted[1]).error().code(), "foreign_origin");
}

std::string cosigned(std::string note, std::initializer_list<std::uint8_t> witnesses) {
    for (const std::uint8_t n : witnesses)
        note += cosign_line(to_string(example()), keys::witness_name(n), test_key(n), Time(n));
    return note;
}

TEST(Checkpoint, MeetsAPolicyWhenAQuorumCosigned) {
    const Policy policy =
        parse_policy("log " + to_string(keys::log(1)) + "\nwitness a " +
                     to_string(keys::witness(2)) + "\nwitness b " + to_string(keys::witness(3)) +
                     "\nwitness c " + to_string(keys::witness(4)) +
                     "\ngroup two 2 a b c\nquorum two\n")
            .value();
    const auto code = [&](std::initializer_list<std::uint8_t> witnesses) {
        const auto opened =
            open_checkpoint(cosigned(sign_checkpoint(example(), test_key(1)), witnesses), policy);
        EXPECT_TRUE(opened) << opened.error().detail();
        const auto met = meets(*opened, policy);
        return met ? std::string("ok") : met.error().code();
    };
    EXPECT_EQ(code({2, 4}), "ok");
    EXPECT_EQ(code({2, 3, 4}), "ok");
    EXPECT_EQ(code({}), "too_few_witnesses");
    EXPECT_EQ(code({3}), "too_few_witnesses");
    EXPECT_EQ(code({3, 3}), "too_few_witnesses");
    EXPECT_EQ(code({3, 5, 6}), "too_few_witnesses");
    EXPECT_EQ(open_checkpoint(cosigned(sign_checkpoint(example(), test_key(2)), {2, 3, 4}), policy)
                  .error()
                  .code(),
              "unsigned_note");
}

TEST(Checkpoint, SignaturesAreAddedOnce) {
    const std::string note = sign_checkpoint(example(), test_key(1));
    const std::string text = to_string(example());
    const std::string two = cosign_line(text, keys::witness_name(2), test_key(2), Time(1));
    const std::string three = cosign_line(text, keys::witness_name(3), test_key(3), Time(1));
    EXPECT_EQ(add_signatures(note, {}).value(), note);
    EXPECT_EQ(add_signatures(note, std::array{two, three, two}).value(), note + two + three);
    EXPECT_EQ(add_signatures(note + three, std::array{two, three}).value(), note + three + two);
    EXPECT_EQ(add_signatures("nothing", std::array{two}).error().code(), "bad_note");
    std::vector<std::string> many;
    for (std::size_t i = 0; i < kMaxNoteSignatures; ++i) {
        many.push_back(cosign_line(text, keys::witness_name(2), test_key(2),
                                   Time(static_cast<std::int64_t>(i))));
    }
    EXPECT_EQ(add_signatures(note, many).error().code(), "bad_note");
    many.pop_back();
    const auto full = add_signatures(note, many);
    ASSERT_TRUE(full);
    EXPECT_TRUE(open_checkpoint(*full, log_key(), std::array{keys::witness(2)}));
}

}  // namespace
}  // namespace suanpan::ledger
