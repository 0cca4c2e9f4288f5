#include "base/bytes.hpp"

#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace suanpan {
namespace {

TEST(Base64, Rfc4648Vectors) {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text).value(), bytes);
    }
    EXPECT_EQ(to_base64("\xFB\xFF\xBF"), "+/+/");
}

TEST(Base64, RefusesAllButTheCanonicalForm) {
    const std::string_view bad[] = {"Z",
                                    "Zg",
                                    "Zg=",
                                    "Zh==",
                                    "Zm9=",
                                    "Zm8",
                                    "====",
                                    "=",
                                    "A===",
                                    "AA=A",
                                    "=AAA",
                                    "A=AA",
                                    "Zg==Zg==",
                                    "Zm8=Zm8=",
                                    "Zm 8",
                                    "Zm8=\n",
                                    "Zm8=    ",
                                    "Z-9_",
                                    "Zm9v\n",
                                    " Zm9v",
                                    "Zm\xC3\xA9",
                                    "Zg=a",
                                    "Zm9vZg=="
                                    "=",
                                    "____",
                                    "----",
                                    "AB=="};
    for (const std::string_view text : bad) {
        const auto got = from_base64(text);
        ASSERT_FALSE(got.has_value()) << text;
        EXPECT_EQ(got.error().code(), "bad_base64");
    }
    EXPECT_FALSE(from_base64(std::string_view("AAA\0", 4)).has_value());
    EXPECT_FALSE(from_base64(std::string_view("\0\0\0\0", 4)).has_value());
}

// Of all texts of four letters and '=', none but one means the same bytes.
TEST(Base64, NoTwoTextsMeanTheSameBytes) {
    for (const std::string_view tail : {"A", "E", "Q", "g", "w", "/", "="}) {
        for (int third = 0; third < 256; ++third) {
            for (int second = 0; second < 256; ++second) {
                std::string text = "Z";
                text += static_cast<char>(second);
                text += static_cast<char>(third);
                text += tail;
                const auto bytes = from_base64(text);
                if (bytes) ASSERT_EQ(to_base64(*bytes), text);
            }
        }
    }
}

TEST(Base64, RoundTrips) {
    Seeded random;
    for (int i = 0; i < 3'000; ++i) {
        const std::string bytes = random.bytes(random.between(0, 100));
        ASSERT_EQ(from_base64(to_base64(bytes)).value(), bytes);
    }
}

TEST(Hex, RoundTrips) {
    EXPECT_EQ(to_hex(""), "");
    EXPECT_EQ(to_hex(std::string_view("\0\x01\x7f\x80\xff", 5)), "00017f80ff");
    EXPECT_EQ(from_hex("").value(), "");
    Seeded random;
    for (int i = 0; i < 3'000; ++i) {
        const std::string bytes = random.bytes(random.between(0, 100));
        ASSERT_EQ(from_hex(to_hex(bytes)).value(), bytes);
    }
}

TEST(Hex, RefusesAllButLowerCaseDigits) {
    for (const std::string_view text :
         {"0", "000", "0g", "g0", "FF", "0x", " 0", "0 ", "-1", "\xC3\xA9"}) {
        const auto got = from_hex(text);
        ASSERT_FALSE(got.has_value()) << text;
        EXPECT_EQ(got.error().code(), "bad_hex");
    }
    EXPECT_FALSE(from_hex(std::string_view("0\0", 2)).has_value());
}

TEST(Bytes, ViewsArraysAsCharacters) {
    const std::array<std::uint8_t, 3> bytes{0, 65, 255};
    EXPECT_EQ(as_chars(bytes), std::string_view("\0A\xFF", 3));
    EXPECT_EQ(as_chars(bytes.data(), 2), std::string_view("\0A", 2));
}

}  // namespace
}  // namespace suanpan
