#include "base/sha256_two.hpp"

#include "base/crypto.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace suanpan {
namespace {

Hash expected(char prefix, std::string_view message) {
    return sha256({std::string_view(&prefix, 1), message});
}

// FIPS 180-4's example "abc", and one of two blocks.
TEST(Sha256Two, GivesThePublishedHashes) {
    const auto [abc, long_one] =
        sha256_two('a', "bc", "bcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    EXPECT_EQ(to_hex(as_chars(abc)),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(as_chars(long_one)),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// Each length around the edges of the blocks and of the padding, beside each other one.
TEST(Sha256Two, AgreesWithOneAtATimeForAllPairsOfLengths) {
    std::string text;
    for (int i = 0; i < 200; ++i)
        text += static_cast<char>(i * 7);
    const std::string_view all = text;
    for (std::size_t a = 0; a < text.size(); ++a) {
        for (std::size_t b = 0; b < text.size(); b += 1 + a % 3) {
            const auto both = sha256_two('\1', all.substr(0, a), all.substr(text.size() - b));
            ASSERT_EQ(both[0], expected('\1', all.substr(0, a))) << a << " beside " << b;
            ASSERT_EQ(both[1], expected('\1', all.substr(text.size() - b))) << b << " beside " << a;
        }
    }
}

TEST(Sha256Two, AgreesWithOneAtATimeForRandomMessages) {
    std::mt19937_64 random(support::test_seed());
    const auto message = [&random] {
        std::string out(random() % 70'000, '\0');
        for (char& c : out)
            c = static_cast<char>(random());
        return out;
    };
    for (int i = 0; i < 50; ++i) {
        const std::string a = message();
        const std::string b = message();
        const char prefix = static_cast<char>(random());
        const auto both = sha256_two(prefix, a, b);
        ASSERT_EQ(both[0], expected(prefix, a));
        ASSERT_EQ(both[1], expected(prefix, b));
    }
}

}  // namespace
}  // namespace suanpan
