#include "base/dsse.hpp"

#include "base/json.hpp"
#include "tests/base/seeded.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <string>

namespace suanpan {
namespace {

Seed seed_of(std::uint8_t fill) {
    Seed seed{};
    seed.fill(fill);
    return seed;
}

std::string code_of_first_fault(const Result<DsseEnvelope>& result) {
    if (result || result.error().faults().empty()) return {};
    return result.error().faults().front().pointer + " " + result.error().faults().front().code;
}

TEST(Dsse, EncodesTheSpecificationsExample) {
    EXPECT_EQ(dsse_pae("http://example.com/HelloWorld", "hello world"),
              "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    EXPECT_EQ(dsse_pae("", ""), "DSSEv1 0  0 ");
}

TEST(Dsse, LengthsKeepTypeAndPayloadApart) {
    EXPECT_NE(dsse_pae("a", "b 1 c"), dsse_pae("a 5 b", "c"));
}

TEST(Dsse, ReadsBackWhatItWrites) {
    const SigningKey key(seed_of(7));
    const SigningKey other(seed_of(8));
    DsseEnvelope envelope =
        make_envelope("text/plain", std::string("\0\xff text", 7), "sgk_1", key);
    add_signature(envelope, "", other);
    const std::string json = envelope_json(envelope);
    EXPECT_TRUE(is_canonical_json(json));
    const auto back = parse_envelope(json);
    ASSERT_TRUE(back.has_value()) << back.error().detail();
    EXPECT_EQ(*back, envelope);
    EXPECT_TRUE(verify(*back, key.public_key()));
    EXPECT_TRUE(verify(*back, other.public_key()));
    EXPECT_FALSE(verify(*back, SigningKey(seed_of(9)).public_key()));
}

TEST(Dsse, RefusesAnyAlteration) {
    const SigningKey key(seed_of(1));
    const DsseEnvelope good = make_envelope("a/b", "payload", "k", key);
    ASSERT_TRUE(verify(good, key.public_key()));
    DsseEnvelope bad = good;
    bad.payload += ' ';
    EXPECT_FALSE(verify(bad, key.public_key()));
    bad = good;
    bad.payload_type = "a/c";
    EXPECT_FALSE(verify(bad, key.public_key()));
    bad = good;
    bad.signatures.front().signature.front() =
        static_cast<char>(bad.signatures.front().signature.front() ^ 1);
    EXPECT_FALSE(verify(bad, key.public_key()));
    bad = good;
    bad.signatures.front().signature.pop_back();
    EXPECT_FALSE(verify(bad, key.public_key()));
    bad = good;
    bad.signatures.clear();
    EXPECT_FALSE(verify(bad, key.public_key()));
    bad = good;
    bad.signatures.front().keyid = "another hint";
    EXPECT_TRUE(verify(bad, key.public_key()));
}

TEST(Dsse, NamesEachFault) {
    struct Case {
        const char* json;
        const char* fault;
    };
    const Case cases[] = {
        {"[]", " wrong_type"},
        {"{", " bad_json"},
        {R"({"payloadType":"t","signatures":[{"sig":"AA=="}]})", "/payload required"},
        {R"({"payload":"AA==","signatures":[{"sig":"AA=="}]})", "/payloadType required"},
        {R"({"payload":"AA==","payloadType":"t"})", "/signatures required"},
        {R"({"payload":"AA==","payloadType":"t","signatures":[]})", "/signatures bad_count"},
        {R"({"payload":"AA==","payloadType":"t","signatures":[1]})", "/signatures/0 wrong_type"},
        {R"({"payload":"AA==","payloadType":"t","signatures":[{}]})", "/signatures/0/sig required"},
        {R"({"payload":"AB==","payloadType":"t","signatures":[{"sig":"AA=="}]})",
         "/payload bad_base64"},
        {R"({"payload":"_-A=","payloadType":"t","signatures":[{"sig":"AA=="}]})",
         "/payload bad_base64"},
        {R"({"payload":"AA==","payloadType":"t","signatures":[{"sig":"AA=="}],"x":1})",
         " unknown_member"},
        {R"({"payload":"AA==","payloadType":"t","signatures":[{"sig":"AA==","keyid":7}]})",
         "/signatures/0/keyid required"},
        {R"({"payload":"AA==","payload":"AA==","payloadType":"t","signatures":[{"sig":"AA=="}]})",
         " duplicate_key"},
    };
    for (const Case& c : cases) {
        const auto result = parse_envelope(c.json);
        ASSERT_FALSE(result.has_value()) << c.json;
        EXPECT_EQ(result.error().code(), "bad_envelope") << c.json;
        EXPECT_EQ(code_of_first_fault(result), c.fault) << c.json;
    }
}

// A blank before it sends the same envelope the slow way.
TEST(Dsse, TheQuickWayGivesWhatTheSlowOneDoes) {
    Seeded random;
    const SigningKey key(seed_of(3));
    for (int round = 0; round < 300; ++round) {
        DsseEnvelope envelope = make_envelope("a/b", random.bytes(random.between(0, 40)), "", key);
        if (random.one_in(2)) add_signature(envelope, "sgk_1", key);
        std::string json = envelope_json(envelope);
        if (!random.one_in(4)) {
            const auto at = static_cast<std::size_t>(random.between(0, std::ssize(json) - 1));
            json[at] = static_cast<char>(random.between(32, 126));
        }
        const auto quick = parse_envelope(json);
        const auto slow = parse_envelope(" " + json);
        ASSERT_EQ(quick.has_value(), slow.has_value()) << json;
        if (quick) {
            ASSERT_EQ(*quick, *slow) << json;
        } else {
            ASSERT_EQ(code_of_first_fault(quick), code_of_first_fault(slow)) << json;
        }
    }
}

TEST(Dsse, IsBounded) {
    const SigningKey key(seed_of(1));
    DsseEnvelope envelope = make_envelope("t", "p", "", key);
    for (std::size_t i = 1; i < kMaxEnvelopeSignatures; ++i)
        add_signature(envelope, "", key);
    EXPECT_TRUE(parse_envelope(envelope_json(envelope)).has_value());
    add_signature(envelope, "", key);
    EXPECT_EQ(code_of_first_fault(parse_envelope(envelope_json(envelope))),
              "/signatures bad_count");

    const DsseEnvelope long_keyid =
        make_envelope("t", "p", std::string(kMaxKeyidBytes + 1, 'k'), key);
    EXPECT_EQ(code_of_first_fault(parse_envelope(envelope_json(long_keyid))),
              "/signatures/0/keyid too_long");

    const DsseEnvelope long_type =
        make_envelope(std::string(kMaxPayloadTypeBytes + 1, 't'), "p", "", key);
    EXPECT_EQ(code_of_first_fault(parse_envelope(envelope_json(long_type))),
              "/payloadType too_long");

    const DsseEnvelope large = make_envelope("t", std::string(kMaxEnvelopeBytes, 'p'), "", key);
    const auto result = parse_envelope(envelope_json(large));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), "envelope_too_large");
}

}  // namespace
}  // namespace suanpan
