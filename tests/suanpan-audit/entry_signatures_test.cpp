#include "apps/suanpan-audit/entry_signatures.hpp"

#include "base/dsse.hpp"
#include "core/entries.hpp"
#include "settlement/payment.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <gtest/gtest.h>

namespace suanpan::audit {
namespace {

constexpr std::string_view kPayloadType = "application/vnd.suanpan.readings+json";

SigningKey meter_key(std::uint8_t n) {
    Seed seed{};
    seed.fill(n);
    return SigningKey(seed);
}

template <typename IdType>
IdType test_id(std::uint8_t n) {
    IdType id;
    id.bytes = make_id_bytes(Time(kStart), {n});
    return id;
}

std::string entry_of(std::uint8_t n, core::CommandBody body) {
    const core::Command command(test_id<CommandId>(n), test_id<OrganisationId>(1),
                                core::Auth::kApiKey, std::move(body));
    auto draft = core::command_entry(command, Time(kStart + n));
    core::put_salt(draft.bytes, std::string(32, 'a'));
    return draft.bytes;
}

// `key`: of which meter, when not its own.
std::string registration(std::uint8_t n, std::uint8_t meter, std::uint8_t key = 0) {
    core::RegisterMeter body;
    body.id = test_id<MeterId>(meter);
    body.organisation = test_id<OrganisationId>(1);
    body.key = meter_key(key == 0 ? meter : key).public_key();
    return entry_of(n, body);
}

std::string revocation(std::uint8_t n, std::uint8_t meter) {
    return entry_of(n, core::RevokeMeter{test_id<MeterId>(meter)});
}

std::string rotation(std::uint8_t n, std::uint8_t meter, std::uint8_t key, std::int64_t overlap) {
    return entry_of(n, core::RotateMeter{test_id<MeterId>(meter), meter_key(key).public_key(),
                                         Duration(overlap)});
}

std::string key_revocation(std::uint8_t n, std::uint8_t meter, std::uint8_t key) {
    return entry_of(n, core::RevokeMeterKey{test_id<MeterId>(meter), meter_key(key).public_key()});
}

// A batch that says it is of `meter`, signed by `signer`, which the entry names if it is `named`.
std::string readings(std::uint8_t n, std::uint8_t meter, std::uint8_t signer, bool named = false) {
    core::SubmitReadings body;
    if (named) body.signer = meter_key(signer).public_key();
    body.batch.lease = test_id<LeaseId>(1);
    body.batch.meter = test_id<MeterId>(meter);
    settlement::Reading reading;
    reading.epoch = 1;
    reading.seq = 1;
    reading.window = Window{Time(kStart), Time(kStart + 300)};
    reading.counters.lot_us = 300'000'000;
    body.batch.readings = {reading};
    body.envelope = envelope_json(make_envelope(kPayloadType, settlement::make_batch(body.batch),
                                                to_string(body.batch.meter), meter_key(signer)));
    return entry_of(n, body);
}

constexpr std::uint8_t kPayer = 5;

core::RegisterPaymentKey payer_asked(std::uint8_t key) {
    return {test_id<SigningKeyId>(kPayer), test_id<OrganisationId>(1), meter_key(key).public_key(),
            test_id<UserId>(1)};
}

// By the first person; the request is known as `n`.
std::string payer_request(std::uint8_t n, std::uint8_t key) {
    return entry_of(n, payer_asked(key));
}

// By the second, of what was asked for as `request`.
std::string payer_approval(std::uint8_t n, std::uint8_t request, std::uint8_t key,
                           std::uint8_t by = 2) {
    const core::RegisterPaymentKey asked = payer_asked(key);
    const core::TrustKey act{asked.id, asked.organisation, asked.key};
    return entry_of(n, core::ApproveRequest{test_id<ApprovalId>(request), core::content_of(act),
                                            test_id<UserId>(by)});
}

std::string payer_rejection(std::uint8_t n, std::uint8_t request) {
    return entry_of(n, core::RejectRequest{test_id<ApprovalId>(request), test_id<UserId>(2)});
}

std::string payer_revocation(std::uint8_t n) {
    return entry_of(n, core::RevokePaymentKey{test_id<SigningKeyId>(kPayer)});
}

std::string payment(std::uint8_t n, std::uint8_t signer) {
    const settlement::PaymentNotice notice{test_id<SigningKeyId>(kPayer), "p-" + std::to_string(n),
                                           test_id<OrganisationId>(1), "CNY", Money(5)};
    return entry_of(n,
                    core::TakePayment{settlement::sign_payment(notice, meter_key(signer)), notice});
}

std::string verify(std::vector<std::string> entries, std::uint64_t* batches = nullptr) {
    const TestLog log(std::move(entries));
    EntrySignatures signatures;
    VerifyOptions options;
    options.hooks = signatures.hooks();
    std::string result = log.verify(options);
    if (batches != nullptr) *batches = signatures.batches();
    return result.substr(0, result.find(" tile/"));
}

TEST(EntrySignatures, CountsBatchesUnderRegisteredKeys) {
    std::uint64_t batches = 0;
    EXPECT_EQ(verify({registration(1, 7), registration(2, 8), readings(3, 7, 7), readings(4, 8, 8),
                      readings(5, 7, 7)},
                     &batches),
              "ok");
    EXPECT_EQ(batches, 3U);
}

TEST(EntrySignatures, NamesTheFirstBatchThatIsNotTheMeters) {
    EXPECT_EQ(
        verify({registration(1, 7), registration(2, 8), readings(3, 7, 7), readings(4, 7, 8)}),
        "bad_signature 3");
    EXPECT_EQ(verify({registration(1, 7), readings(2, 8, 8)}), "unknown_meter 1");
    EXPECT_EQ(verify({readings(1, 7, 7), registration(2, 7)}), "unknown_meter 0");
    EXPECT_EQ(verify({registration(1, 7), readings(2, 7, 7), revocation(3, 7), readings(4, 7, 7)}),
              "revoked_meter 3");
}

// A second registration put another key in the place of the first, which then signed readings.
TEST(EntrySignatures, ASecondRegistrationChangesNoKey) {
    EXPECT_EQ(verify({registration(1, 7), registration(2, 7, 8), readings(3, 7, 8)}),
              "meter_exists 1");
    EXPECT_EQ(verify({registration(1, 7), registration(2, 7), readings(3, 7, 7)}),
              "meter_exists 1");
    EXPECT_EQ(verify({registration(1, 7), revocation(2, 7), registration(3, 7, 8)}),
              "meter_exists 2");
}

TEST(EntrySignatures, ARevocationIsOfARegisteredMeterAndOnce) {
    EXPECT_EQ(verify({registration(1, 7), revocation(2, 8)}), "unknown_meter 1");
    EXPECT_EQ(verify({revocation(1, 7), registration(2, 7)}), "unknown_meter 0");
    EXPECT_EQ(verify({registration(1, 7), revocation(2, 7), revocation(3, 7)}), "revoked_meter 2");
    EXPECT_EQ(verify({registration(1, 7), revocation(2, 7)}), "ok");
}

TEST(EntrySignatures, FollowsRotationsByTheLogsTime) {
    std::uint64_t batches = 0;
    // Both keys sign until the second 2 + 2.
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 7, 9, 2), readings(3, 7, 7),
                      readings(3, 7, 9, true), readings(4, 7, 9, true)},
                     &batches),
              "ok");
    EXPECT_EQ(batches, 3U);
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 7, 9, 2), readings(4, 7, 7)}),
              "superseded_key 2");
    EXPECT_EQ(verify({registration(1, 7), readings(2, 7, 9, true), rotation(3, 7, 9, 2)}),
              "bad_signature 1")
        << "before its start";
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 7, 9, 2), readings(3, 7, 8, true)}),
              "bad_signature 2");
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 7, 9, 2), readings(3, 7, 9)}),
              "bad_signature 2")
        << "an entry that names no key says it is the first";
}

TEST(EntrySignatures, FollowsTheRevocationOfOneKey) {
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 7, 9, 9), key_revocation(3, 7, 7),
                      readings(4, 7, 9, true)}),
              "ok");
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 7, 9, 9), key_revocation(3, 7, 7),
                      readings(4, 7, 7)}),
              "revoked_key 3");
    EXPECT_EQ(verify({registration(1, 7), key_revocation(2, 7, 7)}), "key_in_force 1");
    EXPECT_EQ(verify({registration(1, 7), key_revocation(2, 7, 8)}), "unknown_key 1");
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 7, 9, 9), rotation(3, 7, 7, 9)}),
              "key_reused 2");
    EXPECT_EQ(verify({registration(1, 7), rotation(2, 8, 9, 9)}), "unknown_meter 1");
    EXPECT_EQ(verify({registration(1, 7), revocation(2, 7), rotation(3, 7, 9, 9)}),
              "revoked_meter 2");
}

// A key that one person had asked for was trusted before the other one's word.
TEST(EntrySignatures, APaymentKeySignsFromItsApprovalOn) {
    EXPECT_EQ(verify({payer_request(1, 9), payer_approval(2, 1, 9), payment(3, 9), payment(4, 9)}),
              "ok");
    EXPECT_EQ(verify({payer_request(1, 9), payment(2, 9), payer_approval(3, 1, 9)}),
              "unknown_payment_key 1");
    EXPECT_EQ(verify({payer_request(1, 9), payer_rejection(2, 1), payment(3, 9)}),
              "unknown_payment_key 2");
    EXPECT_EQ(verify({payer_request(1, 9), payer_approval(2, 1, 9), payment(3, 8)}),
              "bad_signature 2");
    EXPECT_EQ(
        verify({payer_request(1, 9), payer_request(2, 8), payer_approval(3, 2, 8), payment(4, 9)}),
        "bad_signature 3")
        << "of two requests for an id one was approved";
}

TEST(EntrySignatures, APaymentKeyIsApprovedByAnotherPersonForWhatWasAsked) {
    EXPECT_EQ(verify({payer_request(1, 9), payer_approval(2, 1, 8)}), "approval_differs 1");
    EXPECT_EQ(verify({payer_request(1, 9), payer_approval(2, 1, 9, 1)}), "same_person 1");
    // Of a request for something else, as the closing of a month is.
    EXPECT_EQ(verify({payer_approval(1, 7, 9)}), "ok");
}

TEST(EntrySignatures, ARevokedPaymentKeySignsNothing) {
    EXPECT_EQ(verify({payer_request(1, 9), payer_approval(2, 1, 9), payment(3, 9),
                      payer_revocation(4), payment(5, 9)}),
              "unknown_payment_key 4");
    EXPECT_EQ(verify({payer_request(1, 9), payer_revocation(2)}), "unknown_payment_key 1");
}

TEST(EntrySignatures, KeepsWhatItKnowsOfPaymentKeys) {
    const TestLog log({payer_request(1, 9), payer_approval(2, 1, 9), payer_request(3, 8)});
    EntrySignatures signatures;
    VerifyOptions options;
    options.hooks = signatures.hooks();
    ASSERT_EQ(log.verify(options), "ok");
    const Json state = signatures.state();
    EXPECT_EQ(state.at("payment_keys").size(), 1U);
    EXPECT_EQ(state.at("payment_keys_asked").size(), 1U);
    EntrySignatures restored;
    ASSERT_TRUE(restored.restore(state));
    EXPECT_EQ(restored.state(), state);
    Json before = state;
    before.erase("payment_keys_asked");
    EntrySignatures old;
    EXPECT_EQ(old.restore(before).error().code(), "bad_state");
}

TEST(EntrySignatures, KeepsWhatItKnowsOfKeys) {
    const TestLog log({registration(1, 7), registration(2, 8), rotation(3, 7, 9, 9),
                       rotation(4, 7, 10, 9), key_revocation(5, 7, 9), revocation(6, 8)});
    EntrySignatures signatures;
    VerifyOptions options;
    options.hooks = signatures.hooks();
    ASSERT_EQ(log.verify(options), "ok");
    EntrySignatures restored;
    ASSERT_TRUE(restored.restore(signatures.state()));
    EXPECT_EQ(restored.state(), signatures.state());
}

TEST(EntrySignatures, RefusesEntriesOfAnotherForm) {
    EXPECT_EQ(verify({test_entry(0, "key")}), "bad_entry 0");
    EXPECT_EQ(verify({test_entry(0, "readings")}), "bad_entry 0");
}

}  // namespace
}  // namespace suanpan::audit
