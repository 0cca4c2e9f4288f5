#include "settlement/payment.hpp"

#include "base/dsse.hpp"
#include "base/units.hpp"

#include <gtest/gtest.h>

#include <string>

namespace suanpan::settlement {
namespace {

PaymentNotice notice() {
    PaymentNotice out;
    out.key = SigningKeyId{make_id_bytes(Time(1'800'000'000), {1})};
    out.payment = "2027-01.wire_7";
    out.organisation = OrganisationId{make_id_bytes(Time(1'800'000'000), {2})};
    out.currency = "CNY";
    out.amount = Money(12'500'000);
    return out;
}

std::string replaced(const std::string& what, const std::string& by) {
    std::string json = to_json(notice());
    const auto at = json.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return json.replace(at, what.size(), by);
}

}  // namespace

TEST(Payment, IsReadBackFromCanonicalJson) {
    EXPECT_TRUE(is_canonical_json(to_json(notice())));
    EXPECT_EQ(parse_payment(to_json(notice())), notice());
}

TEST(Payment, TheEnvelopeIsSignedWithTheKey) {
    const SigningKey key(Seed{3});
    const auto envelope = parse_envelope(sign_payment(notice(), key));
    ASSERT_TRUE(envelope);
    EXPECT_EQ(envelope->payload_type, kPaymentPayloadType);
    EXPECT_TRUE(verify(*envelope, key.public_key()));
    EXPECT_FALSE(verify(*envelope, SigningKey(Seed{4}).public_key()));
    EXPECT_EQ(parse_payment(envelope->payload), notice());
}

TEST(Payment, AnotherFormIsRefused) {
    const std::string cases[] = {
        "",
        "[]",
        replaced(R"("amount":"12.500000",)", ""),
        replaced("12.500000", "0.000000"),
        replaced("12.500000", "-1.000000"),
        replaced("CNY", "yuan"),
        replaced("2027-01.wire_7", ""),
        replaced("2027-01.wire_7", "a name"),
        replaced("2027-01.wire_7", std::string(65, 'a')),
        replaced(R"({"amount")", R"({"a":"1","amount")"),
        replaced("org_", "usr_"),
    };
    for (const std::string& json : cases) {
        const auto parsed = parse_payment(json);
        ASSERT_FALSE(parsed) << json;
        EXPECT_EQ(parsed.error().code(), "bad_payment") << json;
    }
}

}  // namespace suanpan::settlement
