#include "ledger/note.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace suanpan::ledger {
namespace {

// The example of C2SP signed-note.
constexpr std::string_view kKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kText = "This is an example message.\n";
constexpr std::string_view kLine =
    "\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

std::string example() {
    return std::string(kText) + "\n" + std::string(kLine);
}

SigningKey test_key(std::uint8_t n) {
    Seed seed{};
    seed.fill(n);
    return SigningKey(seed);
}

std::string code_of(const std::string& note, std::vector<VerifierKey> keys) {
    const auto parsed = parse_note(note);
    if (!parsed) return parsed.error().code();
    const auto verified = verify_note(*parsed, keys);
    return verified ? "ok" : verified.error().code();
}

TEST(VerifierKey, ReadsAndPrintsExample) {
    const auto key = parse_verifier_key(kKey);
    ASSERT_TRUE(key) << key.error().detail();
    EXPECT_EQ(key->name, "example.com/foo");
    EXPECT_EQ(key->id, 0x530d903aU);
    EXPECT_EQ(key->type, KeyType::kEd25519);
    EXPECT_EQ(to_string(*key), kKey);
}

TEST(VerifierKey, SplitsOnTheFirstTwoPlusesOnly) {
    // Some key among these has a '+' in its base64.
    bool seen = false;
    for (std::uint8_t n = 0; n < 100; ++n) {
        const auto key =
            make_verifier_key("log.example", KeyType::kCosignatureV1, test_key(n).public_key());
        const std::string text = to_string(key);
        seen = seen || text.rfind('+') > text.find('+', text.find('+') + 1);
        const auto back = parse_verifier_key(text);
        ASSERT_TRUE(back) << text;
        EXPECT_EQ(*back, key);
    }
    EXPECT_TRUE(seen);
}

TEST(VerifierKey, RefusesWrongForms) {
    const std::string good(kKey);
    const std::string base64 = good.substr(good.rfind('+') + 1);
    for (const std::string& text :
         {std::string(), std::string("a"), std::string("a+b"), "+530d903a+" + base64,
          "example.com/foo+530d903b+" + base64, "example.com/fop+530d903a+" + base64,
          "example.com/foo+530D903A+" + base64, "example.com/foo+530d903+" + base64,
          "example.com/foo+530d903a+" + base64.substr(0, 40), good + "=", good + " ",
          "exa mple.com/foo+530d903a+" + base64, std::string(2000, 'x'),
          std::string("example.com/foo+530d903a+"),
          "example.com/foo+530d903a+" + to_base64(std::string("\x02", 1) + std::string(32, 'k'))}) {
        const auto key = parse_verifier_key(text);
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().code(), "bad_verifier_key");
    }
}

TEST(Note, ExampleVerifies) {
    const auto note = parse_note(example());
    ASSERT_TRUE(note) << note.error().detail();
    EXPECT_EQ(note->text, kText);
    ASSERT_EQ(note->signatures.size(), 1U);
    EXPECT_EQ(note->signatures[0].key_id, 0x530d903aU);
    EXPECT_EQ(code_of(example(), {parse_verifier_key(kKey).value()}), "ok");
}

TEST(Note, AnyChangedByteOfTheTextIsFound) {
    const auto key = parse_verifier_key(kKey).value();
    for (std::size_t i = 0; i + 1 < kText.size(); ++i) {
        std::string altered = example();
        altered[i] = altered[i] == 'x' ? 'y' : 'x';
        EXPECT_EQ(code_of(altered, {key}), "bad_signature") << i;
    }
}

TEST(Note, UnknownKeysAreIgnoredAndKnownOnesMustHold) {
    const auto known = parse_verifier_key(kKey).value();
    const SigningKey other = test_key(1);
    const auto other_key =
        make_verifier_key("other.example", KeyType::kEd25519, other.public_key());
    const std::string both = example() + sign_line(kText, "other.example", other);
    EXPECT_EQ(code_of(both, {known}), "ok");
    EXPECT_EQ(code_of(both, {other_key}), "ok");
    EXPECT_EQ(code_of(both, {known, other_key}), "ok");
    EXPECT_EQ(code_of(example(), {other_key}), "unsigned_note");
    EXPECT_EQ(code_of(example(), {}), "unsigned_note");
    // Same key, but its signature is of another text: the good signature beside it does not help.
    const std::string wrong = example() + sign_line("another text\n", "other.example", other);
    EXPECT_EQ(code_of(wrong, {known}), "ok");
    EXPECT_EQ(code_of(wrong, {known, other_key}), "bad_signature");
    // A repeated line counts once.
    const auto parsed = parse_note(example() + std::string(kLine)).value();
    EXPECT_EQ(verify_note(parsed, std::array{known})->size(), 1U);
}

TEST(Note, SplitsAtTheLastEmptyLine) {
    const SigningKey key = test_key(2);
    const std::string text = "first\n\nsecond\n\n\nthird\n";
    const auto note = parse_note(sign_note(text, "log.example", key));
    ASSERT_TRUE(note);
    EXPECT_EQ(note->text, text);
    EXPECT_EQ(code_of(sign_note(text, "log.example", key),
                      {make_verifier_key("log.example", KeyType::kEd25519, key.public_key())}),
              "ok");
}

TEST(Note, SixteenSignaturesAndMoreAreAccepted) {
    std::string note = example();
    std::vector<VerifierKey> keys;
    for (std::uint8_t n = 0; n < 40; ++n) {
        const SigningKey key = test_key(n);
        const std::string name = "witness" + std::to_string(n) + ".example";
        note += sign_line(kText, name, key);
        keys.push_back(make_verifier_key(name, KeyType::kEd25519, key.public_key()));
    }
    EXPECT_EQ(code_of(note, keys), "ok");
    EXPECT_EQ(verify_note(parse_note(note).value(), keys)->size(), 40U);
    for (int i = 0; i < 100; ++i)
        note += kLine;
    EXPECT_EQ(code_of(note, keys), "bad_note");
}

TEST(Note, RefusesWrongForms) {
    const std::string good = example();
    const std::string text(kText);
    const std::string line(kLine);
    for (const std::string& bytes : {std::string(),
                                     text,
                                     text + "\n",
                                     text + line,
                                     good.substr(0, good.size() - 1),
                                     good + "\n",
                                     good + "x",
                                     good + "- a b\n",
                                     text + "\n" + line.substr(3),
                                     text + "\n\xE2\x80\x94  AAAAAAA=\n",
                                     text + "\n\xE2\x80\x94 name\n",
                                     text + "\n\xE2\x80\x94 na+me AAAAAAA=\n",
                                     text + "\n\xE2\x80\x94 na\xC2\xA0me AAAAAAA=\n",
                                     text + "\n\xE2\x80\x94 name AAAAAA==\n",
                                     text + "\n\xE2\x80\x94 name AAAAAAB=\n",
                                     text + "\n\xE2\x80\x94 name AAAAAAA=\r\n",
                                     "tab\there\n\n" + line,
                                     "\xFF\n\n" + line,
                                     "\xED\xA0\x80\n\n" + line,
                                     std::string(kMaxNoteBytes, 'a') + "\n\n" + line}) {
        EXPECT_FALSE(parse_note(bytes)) << bytes.substr(0, 100);
    }
}

// golang.org/x/mod/sumdb/note's example, and the key of a log in daily use.
TEST(Note, OfTheGoLibraryVerifies) {
    const std::string text =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n";
    const std::string note =
        text +
        "\n\xE2\x80\x94 PeterNeumann "
        "x08go/ZJkuBS9UG/"
        "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
        "\n";
    const auto key =
        parse_verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    ASSERT_TRUE(key) << key.error().detail();
    EXPECT_EQ(code_of(note, {*key}), "ok");
    EXPECT_TRUE(
        parse_verifier_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"));
}

TEST(Note, EveryControlByteIsRefusedEverywhere) {
    const std::string good = example();
    for (char c = 0; c < 0x20; ++c) {
        if (c == '\n') continue;
        for (std::size_t at = 0; at <= good.size(); at += 7)
            EXPECT_FALSE(parse_note(std::string(good).insert(at, 1, c))) << int{c} << " at " << at;
    }
}

TEST(Note, CarriageReturnsAreRefusedInEveryLine) {
    const std::string good = example();
    for (std::size_t at = good.find('\n'); at != std::string::npos; at = good.find('\n', at + 1))
        EXPECT_FALSE(parse_note(std::string(good).insert(at, "\r"))) << at;
    std::string all = good;
    for (std::size_t at = all.find('\n'); at != std::string::npos; at = all.find('\n', at + 2))
        all.insert(at, "\r");
    EXPECT_FALSE(parse_note(all));
}

// A line names its key by name and id together: half of the name is a stranger's.
TEST(Note, ALineOfOnlyTheNameOrOnlyTheIdIsAStrangers) {
    const auto known = parse_verifier_key(kKey).value();
    const SigningKey other = test_key(1);
    const std::string same_name = sign_line("another text\n", "example.com/foo", other);
    EXPECT_EQ(code_of(example() + same_name, {known}), "ok");
    std::string same_id = std::string(kLine);
    same_id.replace(same_id.find("foo"), 3, "bar");
    EXPECT_EQ(code_of(example() + same_id, {known}), "ok");
    EXPECT_EQ(code_of(std::string(kText) + "\n" + same_name + same_id, {known}), "unsigned_note");
}

// The unknown types of others' keys, post-quantum ones too, stand in the way of nothing.
TEST(Note, LongSignaturesOfUnknownKeysAreIgnored) {
    std::string note = example();
    for (int i = 0; i < 16; ++i)
        note += "\xE2\x80\x94 pq" + std::to_string(i) + ".example " +
                to_base64(std::string(5000, static_cast<char>(i))) + "\n";
    EXPECT_EQ(code_of(note, {parse_verifier_key(kKey).value()}), "ok");
}

TEST(Note, AMalformedLineSpoilsTheWholeNote) {
    const std::string dash = "\xE2\x80\x94 ";
    for (const std::string& line :
         {std::string(" \n"), std::string("\t\n"), dash + "\n", dash + "name\n", dash + "name \n",
          dash + "name AAAA\n", dash + "name AAAAAA==\n", dash + "name AAAAAAA\n",
          dash + "name AAAAAAA= \n", dash + "name  AAAAAAA=\n", dash + " AAAAAAA=\n",
          std::string("\xE2\x80\x93 name AAAAAAA=\n"), std::string("-- name AAAAAAA=\n"),
          std::string("\xE2\x80\x94name AAAAAAA=\n"), dash + "name AAAAAAA-\n",
          dash + "name AAAAAAA=", " " + dash + "name AAAAAAA=\n"}) {
        EXPECT_FALSE(parse_note(example() + line)) << line;
        EXPECT_FALSE(parse_note(std::string(kText) + "\n" + line + std::string(kLine))) << line;
    }
}

// Text may hold what looks like signatures: only what follows the last empty line is one.
TEST(Note, SignaturesInsideTheTextAreText) {
    const SigningKey key = test_key(2);
    const auto known = make_verifier_key("log.example", KeyType::kEd25519, key.public_key());
    const std::string inner = sign_note("inner\n", "log.example", key);
    EXPECT_EQ(code_of(inner, {known}), "ok");
    const std::string outer = sign_note(inner, "other.example", test_key(3));
    EXPECT_EQ(parse_note(outer)->text, inner);
    EXPECT_EQ(code_of(outer, {known}), "unsigned_note");
}

TEST(Note, EveryTruncationIsRefused) {
    const auto key = parse_verifier_key(kKey).value();
    for (std::size_t cut = 0; cut < example().size(); ++cut)
        EXPECT_NE(code_of(example().substr(0, cut), {key}), "ok") << cut;
}

// The example of C2SP tlog-cosignature; only its key id and time are public, not its key.
TEST(Cosignature, FieldHoldsIdAndTime) {
    const std::string text =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    const auto note = parse_note(
        text +
        "\n\xE2\x80\x94 example.com/behind-the-sofa "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
        "\n\xE2\x80\x94 witness.example.com/w1 "
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+"
        "mbIUBkBIfZ+qnA==\n");
    ASSERT_TRUE(note) << note.error().detail();
    ASSERT_EQ(note->signatures.size(), 2U);
    EXPECT_EQ(note->signatures[1].key_id, 0x8d66cf3fU);
    EXPECT_EQ(note->signatures[1].bytes.size(), 72U);
    EXPECT_EQ(to_hex(note->signatures[1].bytes.substr(0, 8)),
              to_hex(std::string("\0\0\0\0", 4)) + "641850cb");  // 1679315147
}

TEST(Cosignature, SignsTextAndTime) {
    const SigningKey log = test_key(3);
    const SigningKey witness = test_key(4);
    const std::string text = "log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    const auto log_key = make_verifier_key("log.example", KeyType::kEd25519, log.public_key());
    const auto witness_key =
        make_verifier_key("w.example", KeyType::kCosignatureV1, witness.public_key());
    const std::string note = sign_note(text, "log.example", log) +
                             cosign_line(text, "w.example", witness, Time(1'700'000'000));
    const auto verified = verify_note(parse_note(note).value(), std::array{log_key, witness_key});
    ASSERT_TRUE(verified) << verified.error().detail();
    ASSERT_EQ(verified->size(), 2U);
    EXPECT_FALSE(verified->at(0).time);
    EXPECT_EQ(verified->at(1).time, Time(1'700'000'000));

    // Another time in the field, or the plain signature under the witness's key: both refused.
    auto altered = parse_note(note).value();
    altered.signatures[1].bytes[7] ^= 1;
    EXPECT_EQ(verify_note(altered, std::array{witness_key}).error().code(), "bad_signature");
    altered.signatures[1].bytes = std::string(as_chars(witness.sign(text)));
    EXPECT_EQ(verify_note(altered, std::array{witness_key}).error().code(), "bad_signature");
    altered.signatures[1].bytes = std::string(72, '\xFF');
    EXPECT_EQ(verify_note(altered, std::array{witness_key}).error().code(), "bad_signature");
}

}  // namespace
}  // namespace suanpan::ledger
