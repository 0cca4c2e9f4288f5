#include "base/ids.hpp"

#include "base/check.hpp"
#include "base/random.hpp"
#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <type_traits>
#include <vector>

namespace suanpan {
namespace {

static_assert(!std::is_convertible_v<OrderId, LeaseId>);

constexpr std::int64_t kLastTime = 281'474'976'710;  // floor((2^48 − 1) ms ÷ 1000)

IdBytes any_bytes(Seeded& random) {
    IdBytes bytes{};
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(random.between(0, 255));
    return bytes;
}

IdBytes all(std::uint8_t byte) {
    IdBytes bytes{};
    bytes.fill(byte);
    return bytes;
}

TEST(Id, HasAFixedText) {
    EXPECT_EQ(encode_id("ord_", all(0)), "ord_00000000000000000000000000");
    EXPECT_EQ(encode_id("ord_", all(255)), "ord_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    IdBytes bytes{};
    for (std::size_t i = 0; i < 16; ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 16 + 15 - i);
    EXPECT_EQ(to_hex(as_chars(bytes)), "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    EXPECT_EQ(encode_id("", bytes), "0f3rpkrjttd5w8f5n5pk1x5rfg");
}

TEST(Id, RoundTrips) {
    Seeded random;
    for (int i = 0; i < 5'000; ++i) {
        OrderId id;
        id.bytes = any_bytes(random);
        ASSERT_EQ(parse_id<OrderId>(to_string(id)).value(), id);
        ASSERT_EQ(from_uuid(to_uuid(id.bytes)).value(), id.bytes);
    }
}

TEST(Id, TextSortsAsBytesDo) {
    Seeded random;
    for (int i = 0; i < 5'000; ++i) {
        const IdBytes a = any_bytes(random);
        IdBytes b = a;
        b[static_cast<std::size_t>(random.between(0, 15))] =
            static_cast<std::uint8_t>(random.between(0, 255));
        ASSERT_EQ(a < b, encode_id("x_", a) < encode_id("x_", b));
        ASSERT_EQ(a < b, to_uuid(a) < to_uuid(b));
    }
}

TEST(Id, SortsByTime) {
    Seeded random;
    for (int i = 0; i < 5'000; ++i) {
        const Time early(random.between(0, kLastTime - 1));
        const Time late(random.between(early.value + 1, kLastTime));
        ASSERT_LT(to_string(random_id<OrderId>(early)), to_string(random_id<OrderId>(late)));
    }
}

TEST(Id, RefusesOtherTexts) {
    const std::string good = to_string(parse_id<OrderId>("ord_01j00000000000000000000000").value());
    const std::string bad[] = {"",
                               "ord_",
                               "ord",
                               good.substr(0, 29),
                               good + "0",
                               "lse_" + good.substr(4),
                               "ORD_" + good.substr(4),
                               "ord-" + good.substr(4),
                               good.substr(4),
                               "ord_8" + good.substr(5),
                               "ord_z" + good.substr(5),
                               "ord_i" + good.substr(5)};
    for (const std::string& text : bad) {
        const auto got = parse_id<OrderId>(text);
        ASSERT_FALSE(got.has_value()) << text;
        EXPECT_EQ(got.error().code(), "bad_id");
    }
    // Crockford's alphabet leaves out i, l, o, u; capitals would be a second text of the same id.
    for (const char c : std::string("ilouILOUAZ-_ .!~\n\xFF")) {
        EXPECT_FALSE(parse_id<OrderId>(good.substr(0, 29) + c).has_value()) << c;
        EXPECT_FALSE(parse_id<OrderId>("ord_0" + std::string(1, c) + good.substr(6)).has_value())
            << c;
    }
    EXPECT_FALSE(parse_id<OrderId>(good.substr(0, 29) + std::string(1, '\0')).has_value());
}

TEST(Id, HasTheLayoutOfUuidVersion7) {
    // RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
    const IdBytes bytes = make_id_bytes(
        Time(1'645'557'742), {0xCC, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F});
    EXPECT_EQ(to_uuid(bytes), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    std::array<std::uint8_t, 10> ones{};
    ones.fill(255);
    EXPECT_EQ(to_uuid(make_id_bytes(Time(0), ones)), "00000000-0000-7fff-bfff-ffffffffffff");
    EXPECT_EQ(to_uuid(make_id_bytes(Time(kLastTime), {})), "ffffffff-fd70-7000-8000-000000000000");
}

// A time before 1970 or beyond 48 bits of milliseconds gave an id that sorted anywhere.
TEST(Id, RefusesTimesThatDoNotFitItsBits) {
    EXPECT_THROW(make_id_bytes(Time(-1), {}), BugError);
    EXPECT_THROW(make_id_bytes(Time(kLastTime + 1), {}), BugError);
}

// The auditor derives the same ids from the log: these values may never change.
TEST(Id, DerivedIdsAreStable) {
    CommandId command;
    for (std::size_t i = 0; i < 16; ++i)
        command.bytes[i] = static_cast<std::uint8_t>(i);
    // Computed apart with Python: sha256(bytes(range(16)) + ordinal.to_bytes(4, "big")).
    EXPECT_EQ(to_uuid(derive_id<TradeId>(Time(1'795'000'000), command, 0).bytes),
              "01a1ee56-5e00-755d-bb82-555ea5b90c7f");
    EXPECT_EQ(to_uuid(derive_id<TradeId>(Time(1'795'000'000), command, 1).bytes),
              "01a1ee56-5e00-7086-8542-1176609dbfe7");
    EXPECT_EQ(to_uuid(derive_id<TradeId>(Time(1'795'000'000), command, 0x01020304).bytes),
              "01a1ee56-5e00-76e6-a074-5829ba68200a");
    EXPECT_EQ(to_string(derive_id<TradeId>(Time(1'795'000'000), command, 0)),
              "trd_01m7q5cqg0enevq0jnbtjvj33z");
}

TEST(Id, DerivedIdsDifferByOrdinalAndCommand) {
    Seeded random;
    std::set<IdBytes> seen;
    for (int i = 0; i < 500; ++i) {
        CommandId command;
        command.bytes = any_bytes(random);
        for (std::uint32_t ordinal = 0; ordinal < 10; ++ordinal) {
            seen.insert(derive_id_bytes(Time(1'795'000'000), command, ordinal));
        }
    }
    EXPECT_EQ(seen.size(), 5'000U);
}

// Hyphens were skipped wherever they stood, and however many.
TEST(Id, ReadsUuidsInTheirOneFormOnly) {
    const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    EXPECT_EQ(to_uuid(from_uuid(good).value()), good);
    const std::string bad[] = {"",
                               "017f22e279b07cc398c4dc0c0c07398f",
                               "017f22e279b0-7cc3-98c4-dc0c0c07398f-",
                               "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
                               good + "0",
                               good + "-",
                               "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
                               "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                               "{" + good + "}",
                               "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
                               std::string(36, '-'),
                               std::string(1'000'000, '-')};
    for (const std::string& text : bad) {
        const auto got = from_uuid(text);
        ASSERT_FALSE(got.has_value()) << text.substr(0, 60);
        EXPECT_EQ(got.error().code(), "bad_uuid");
    }
}

TEST(Id, NilIsOnlyNil) {
    EXPECT_TRUE(OrderId{}.is_nil());
    for (std::size_t i = 0; i < 16; ++i) {
        OrderId id;
        id.bytes[i] = 1;
        EXPECT_FALSE(id.is_nil());
    }
}

TEST(Id, HashesSpread) {
    std::set<std::size_t> hashes;
    const CommandId command;
    for (std::uint32_t i = 0; i < 1'000; ++i)
        hashes.insert(IdHash{}(derive_id<OrderId>(Time(1), command, i)));
    EXPECT_EQ(hashes.size(), 1'000U);
}

TEST(Random, DoesNotRepeat) {
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i)
        seen.insert(random_bytes(16));
    EXPECT_EQ(seen.size(), 1'000U);
    EXPECT_EQ(random_bytes(0), "");
    EXPECT_EQ(random_bytes(33).size(), 33U);
    EXPECT_NE(random_seed(), random_seed());
    EXPECT_NE(random_id<OrderId>(Time(5)), random_id<OrderId>(Time(5)));
}

}  // namespace
}  // namespace suanpan
