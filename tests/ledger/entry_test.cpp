#include "ledger/entry.hpp"

#include "ledger/tile.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace suanpan::ledger {
namespace {

constexpr std::string_view kGood =
    R"({"kind":"tick","salt":"00112233445566778899aabbccddeeff","time":"2026-11-20T08:00:00Z","v":1})";

std::string replaced(std::string_view from, std::string_view to) {
    std::string text(kGood);
    text.replace(text.find(from), from.size(), to);
    return text;
}

// The entry is read without its body and with it, which are two ways that must agree.
std::string code_of(std::string_view bytes) {
    const auto header = parse_entry(bytes);
    Json body;
    const auto with_body = parse_entry(bytes, &body);
    EXPECT_EQ(header.has_value(), with_body.has_value()) << bytes;
    if (header && with_body) {
        EXPECT_EQ(header->kind, with_body->kind);
        EXPECT_EQ(header->time, with_body->time);
        EXPECT_EQ(header->salt, with_body->salt);
        EXPECT_EQ(header->auth, with_body->auth);
        return "ok";
    }
    if (header || with_body) return "two answers";
    EXPECT_EQ(header.error().code(), with_body.error().code()) << bytes;
    EXPECT_EQ(header.error().detail(), with_body.error().detail()) << bytes;
    return header.error().code();
}

TEST(Entry, HeaderAndBody) {
    Json body;
    const auto header = parse_entry(kGood, &body);
    ASSERT_TRUE(header) << header.error().detail();
    EXPECT_EQ(header->kind, "tick");
    EXPECT_EQ(header->time, Time(1'795'161'600));
    EXPECT_EQ(header->salt, "00112233445566778899aabbccddeeff");
    EXPECT_EQ(body.at("kind"), "tick");
}

TEST(Entry, SaysHowItWasVouchedFor) {
    const auto header = parse_entry(replaced("{", "{\"auth\":\"signed\","));
    ASSERT_TRUE(header) << header.error().detail();
    EXPECT_EQ(header->auth, "signed");
    EXPECT_EQ(parse_entry(kGood)->auth, "");
    EXPECT_EQ(parse_entry(replaced("{", "{\"auth\":1,"))->auth, "");
}

// The long way reads these; the quick one leaves them to it.
TEST(Entry, ReadsWhatIsNotPlain) {
    EXPECT_EQ(code_of(replaced("{", "{\"a\":\"\xC3\xA9\",")), "ok");
    EXPECT_EQ(code_of(replaced("{", R"({"a":"\n",)")), "ok");
    EXPECT_EQ(code_of(replaced("{", "{\"a\":9007199254740991,")), "ok");
    EXPECT_EQ(code_of(replaced("{", "{\"a\":{\"kind\":\"x\",\"v\":2},")), "ok");
}

TEST(Entry, KnowsAllKindsOfTheDesign) {
    EXPECT_EQ(entry_kinds().size(), 30U);
    for (const std::string_view kind : entry_kinds()) {
        EXPECT_EQ(code_of(replaced("tick", kind)), "ok") << kind;
    }
}

TEST(Entry, RefusesUnknownKindsAndVersions) {
    EXPECT_EQ(code_of(replaced("tick", "ticks")), "unknown_kind");
    EXPECT_EQ(code_of(replaced("tick", "")), "unknown_kind");
    EXPECT_EQ(code_of(replaced("\"v\":1", "\"v\":2")), "unknown_version");
    EXPECT_EQ(code_of(replaced("\"v\":1", "\"v\":0")), "unknown_version");
}

TEST(Entry, RefusesWhatIsNotCanonical) {
    EXPECT_EQ(code_of(std::string(kGood) + "\n"), "not_canonical");
    EXPECT_EQ(code_of(replaced("\"v\":1", "\"v\": 1")), "not_canonical");
    EXPECT_EQ(code_of(replaced("tick", "t\\u0069ck")), "not_canonical");
    EXPECT_EQ(code_of(R"({"v":1,"kind":"tick"})"), "not_canonical");
    EXPECT_EQ(code_of(replaced("\"v\":1", "\"v\":1.0")), "bad_number");
    EXPECT_EQ(code_of(replaced("\"v\":1", "\"v\":1,\"v\":1")), "duplicate_key");
    EXPECT_EQ(code_of("{"), "bad_json");
    EXPECT_EQ(code_of(""), "bad_json");
}

TEST(Entry, RefusesMissingOrMalformedFields) {
    EXPECT_EQ(code_of("[]"), "bad_entry");
    EXPECT_EQ(code_of("1"), "bad_entry");
    EXPECT_EQ(code_of("{}"), "bad_entry");
    EXPECT_EQ(code_of(replaced("\"v\":1", "\"v\":\"1\"")), "bad_entry");
    EXPECT_EQ(code_of(replaced("\"tick\"", "1")), "bad_entry");
    EXPECT_EQ(code_of(replaced("08:00:00Z", "08:00:00.5Z")), "bad_entry");
    EXPECT_EQ(code_of(replaced("08:00:00Z", "24:00:00Z")), "bad_entry");
    EXPECT_EQ(code_of(replaced("ddeeff", "ddee")), "bad_entry");
    EXPECT_EQ(code_of(replaced("ddeeff", "DDEEFF")), "bad_entry");
    EXPECT_EQ(code_of(replaced("\"kind\":\"tick\",", "")), "bad_entry");
}

TEST(Entry, LargestIsAcceptedAndOneMoreIsNot) {
    const auto padded = [](std::size_t size) {
        const std::string open = R"({"a":")";
        std::string text = open + "\"," + std::string(kGood.substr(1));
        text.insert(open.size(), size - text.size(), 'x');
        return text;
    };
    ASSERT_EQ(padded(kMaxEntryBytes).size(), kMaxEntryBytes);
    EXPECT_EQ(code_of(padded(kMaxEntryBytes)), "ok");
    EXPECT_EQ(code_of(padded(kMaxEntryBytes + 1)), "entry_too_large");
}

}  // namespace
}  // namespace suanpan::ledger
