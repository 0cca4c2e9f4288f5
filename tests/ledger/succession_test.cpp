#include "ledger/succession.hpp"

#include "base/time.hpp"
#include "ledger/tree.hpp"
#include "tests/ledger/keys.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace suanpan::ledger {
namespace {

using keys::kOrigin;

constexpr std::string_view kSuccessor = "market.example/log2";
constexpr std::string_view kSalt = "00112233445566778899aabbccddeeff";
const Time kTime = parse_time("2026-11-20T08:00:00Z").value();

Rotation rotation() {
    return {keys::log(1), keys::log(2), kTime};
}
std::string rotation_note() {
    return sign_rotation(rotation(), keys::signing(1), keys::signing(2));
}

std::string last_checkpoint(std::uint64_t size = 70, std::uint8_t key = 1) {
    return sign_checkpoint(Checkpoint{std::string(kOrigin), size, leaf_hash("root"), ""},
                           keys::signing(key));
}
Succession succession() {
    return {keys::log(1), keys::log(3, kSuccessor), 70, leaf_hash("root"), kTime};
}
std::string succession_note() {
    const SigningKey old = keys::signing(1);
    return sign_succession(succession(), &old, keys::signing(3));
}

std::string signed_text(const std::string& text) {
    return sign_note(text, kOrigin, keys::signing(1)) + sign_line(text, kOrigin, keys::signing(2));
}

std::string without_line(std::string note, std::size_t number) {
    std::size_t begin = note.rfind("\n\n") + 2;
    for (; number > 0; --number)
        begin = note.find('\n', begin) + 1;
    return note.erase(begin, note.find('\n', begin) + 1 - begin);
}

TEST(Rotation, TextIsWhatBothKeysSign) {
    const auto note = parse_note(rotation_note()).value();
    EXPECT_EQ(note.text, "suanpan log rotation v1\nold " + to_string(keys::log(1)) + "\nnew " +
                             to_string(keys::log(2)) + "\ntime 2026-11-20T08:00:00Z\n");
    EXPECT_EQ(note.signatures.size(), 2U);
    const auto opened = open_rotation(rotation_note());
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(*opened, rotation());
}

TEST(Rotation, NeedsBothSignatures) {
    EXPECT_EQ(open_rotation(without_line(rotation_note(), 0)).error().code(), "bad_statement");
    EXPECT_EQ(open_rotation(without_line(rotation_note(), 1)).error().code(), "bad_statement");
    const std::string text = parse_note(rotation_note())->text;
    EXPECT_EQ(open_rotation(sign_note(text, kOrigin, keys::signing(5))).error().code(),
              "unsigned_note");
    const std::string twice =
        sign_note(text, kOrigin, keys::signing(1)) + sign_line(text, kOrigin, keys::signing(1));
    EXPECT_EQ(open_rotation(twice).error().code(), "bad_statement");
}

TEST(Rotation, AnyChangedByteIsRefused) {
    const std::string note = rotation_note();
    for (std::size_t i = 0; i < note.size(); ++i) {
        std::string altered = note;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        EXPECT_FALSE(open_rotation(altered)) << i;
    }
}

TEST(Rotation, FollowsTheTrustedKeyOnly) {
    EXPECT_EQ(follow(keys::log(1), rotation()).value(), keys::log(2));
    EXPECT_EQ(follow(keys::log(2), rotation()).error().code(), "foreign_rotation");
    EXPECT_EQ(follow(keys::log(1, kSuccessor), rotation()).error().code(), "foreign_rotation");
    // A chain of two.
    const Rotation second{keys::log(2), keys::log(4), kTime};
    EXPECT_EQ(follow(follow(keys::log(1), rotation()).value(), second).value(), keys::log(4));
}

TEST(Rotation, RefusesOtherTexts) {
    const std::string old = "old " + to_string(keys::log(1)) + "\n";
    const std::string fresh = "new " + to_string(keys::log(2)) + "\n";
    const std::string head = "suanpan log rotation v1\n";
    const std::string time = "time 2026-11-20T08:00:00Z\n";
    ASSERT_TRUE(open_rotation(signed_text(head + old + fresh + time)));
    for (const std::string& text :
         {"suanpan log rotation v2\n" + old + fresh + time, head + fresh + old + time,
          head + old + time, head + old + fresh, head + old + fresh + time + "more\n",
          head + old + fresh + "time 2026-11-20\n", head + old + "new x\n" + time,
          head + old + "new" + to_string(keys::log(2)) + "\n" + time,
          head + old + "new " + to_string(keys::log(1)) + "\n" + time,
          head + old + "new " + to_string(keys::log(2, kSuccessor)) + "\n" + time,
          head + old + "new " + to_string(keys::witness(2)) + "\n" + time}) {
        EXPECT_EQ(open_rotation(signed_text(text)).error().code(), "bad_statement") << text;
    }
}

// What a log signs as a checkpoint must not pass for a statement, nor the other way round.
TEST(Rotation, IsNoCheckpoint) {
    EXPECT_FALSE(parse_checkpoint(parse_note(rotation_note())->text));
    EXPECT_FALSE(parse_checkpoint(parse_note(succession_note())->text));
    EXPECT_FALSE(open_rotation(last_checkpoint()));
    EXPECT_FALSE(open_rotation(succession_note()));
    EXPECT_FALSE(open_succession(rotation_note(), last_checkpoint()));
}

TEST(Succession, CarriesTheOldLogsLastCheckpoint) {
    const auto opened = open_succession(succession_note(), last_checkpoint());
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(opened->succession, succession());
    EXPECT_EQ(opened->last.checkpoint.size, 70U);
    EXPECT_TRUE(opened->is_signed_by_old);
}

TEST(Succession, WithoutTheOldKeySaysSo) {
    const std::string note = sign_succession(succession(), nullptr, keys::signing(3));
    const auto opened = open_succession(note, last_checkpoint());
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_FALSE(opened->is_signed_by_old);
    // The old log can't name its successor alone.
    EXPECT_EQ(open_succession(without_line(succession_note(), 0), last_checkpoint()).error().code(),
              "bad_statement");
}

TEST(Succession, RefusesAnotherCheckpoint) {
    const auto code = [](const std::string& last) {
        return open_succession(succession_note(), last).error().code();
    };
    EXPECT_EQ(code(last_checkpoint(69)), "bad_statement");
    EXPECT_EQ(code(last_checkpoint(70, 2)), "unsigned_note");
    EXPECT_EQ(code(""), "bad_note");
    const Checkpoint forked{std::string(kOrigin), 70, leaf_hash("other"), ""};
    EXPECT_EQ(code(sign_checkpoint(forked, keys::signing(1))), "bad_statement");
}

TEST(Succession, AnyChangedByteIsRefused) {
    const std::string note = succession_note();
    for (std::size_t i = 0; i < note.size(); ++i) {
        std::string altered = note;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        // A line by a key that nobody knows any more is ignored, as in every note.
        const auto opened = open_succession(altered, last_checkpoint());
        EXPECT_TRUE(!opened || !opened->is_signed_by_old) << i;
    }
}

TEST(LogStatement, EntriesAreReadBack) {
    const std::string rotated = rotation_entry(rotation_note(), kTime, kSalt);
    EXPECT_TRUE(is_log_statement(rotated));
    const auto header = parse_entry(rotated);
    ASSERT_TRUE(header) << header.error().detail();
    EXPECT_EQ(header->kind, "key");
    EXPECT_EQ(header->salt, kSalt);
    const auto back = read_log_statement(rotated);
    ASSERT_TRUE(back) << back.error().detail();
    EXPECT_EQ(std::get<Rotation>(*back), rotation());

    const std::string succeeded =
        succession_entry(succession_note(), last_checkpoint(), kTime, kSalt);
    EXPECT_TRUE(is_log_statement(succeeded));
    const auto opened = read_log_statement(succeeded);
    ASSERT_TRUE(opened) << opened.error().detail();
    EXPECT_EQ(std::get<OpenedSuccession>(*opened).succession, succession());
}

TEST(LogStatement, OtherEntriesAreNone) {
    constexpr std::string_view kTick =
        R"({"kind":"tick","salt":"00112233445566778899aabbccddeeff","time":"2026-11-20T08:00:00Z","v":1})";
    EXPECT_FALSE(is_log_statement(kTick));
    EXPECT_FALSE(is_log_statement(""));
    EXPECT_EQ(read_log_statement(kTick).error().code(), "bad_statement");

    const std::string good = rotation_entry(rotation_note(), kTime, kSalt);
    const auto code = [&](std::string_view from, std::string_view to) {
        std::string entry = good;
        entry.replace(entry.find(from), from.size(), to);
        const auto read = read_log_statement(entry);
        return read ? std::string("ok") : read.error().code();
    };
    EXPECT_EQ(code("\"salt\"", "\"salt\""), "ok");
    EXPECT_EQ(code("\"kind\":\"key\"", "\"kind\":\"admin\""), "bad_statement");
    EXPECT_EQ(code("\"about\":\"log\"", "\"about\":\"market\""), "bad_statement");
    EXPECT_EQ(code("\"kind\":\"key\"", "\"extra\":1,\"kind\":\"key\""), "bad_statement");
    EXPECT_EQ(code("rotation v1", "rotation v2"), "bad_statement");
    EXPECT_EQ(code("time 2026-11-20T08:00:00Z", "time 2026-11-20T08:00:01Z"), "bad_signature");
    EXPECT_EQ(code("\"v\":1", "\"v\":2"), "unknown_version");
}

}  // namespace
}  // namespace suanpan::ledger
