#include "settlement/payment.hpp"

#include "base/dsse.hpp"
#include "settlement/json_fields.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

constexpr JsonLimits kLimits{2'048, 2};
constexpr std::size_t kMaxPaymentBytes = 64;
constexpr std::size_t kCurrencyLetters = 3;

bool is_payment_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= kMaxPaymentBytes && std::ranges::all_of(text, allowed);
}

bool is_currency(std::string_view text) {
    return text.size() == kCurrencyLetters &&
           std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::string to_json(const PaymentNotice& notice) {
    CanonicalWriter out;
    out.begin_object();
    out.field("amount", suanpan::to_string(notice.amount));
    out.field("currency", notice.currency);
    out.field("key", suanpan::to_string(notice.key));
    out.field("organisation", suanpan::to_string(notice.organisation));
    out.field("payment", notice.payment);
    out.end_object();
    return out.take();
}

std::string sign_payment(const PaymentNotice& notice, const SigningKey& key) {
    return envelope_json(
        make_envelope(kPaymentPayloadType, to_json(notice), suanpan::to_string(notice.key), key));
}

Result<PaymentNotice> parse_payment(std::string_view json) {
    const auto root = parse_json(json, kLimits);
    if (!root) return fail("bad_payment", root.error().detail());
    Faults faults;
    Fields fields(*root, "", faults, {"amount", "currency", "key", "organisation", "payment"});
    PaymentNotice out;
    out.key = fields.id<SigningKeyId>("key");
    out.payment = fields.text("payment");
    out.organisation = fields.id<OrganisationId>("organisation");
    out.currency = fields.text("currency");
    out.amount = fields.money("amount");
    if (faults.empty() && !is_payment_id(out.payment))
        faults.add("/payment", "out_of_range", "1 to 64 of A-Z a-z 0-9 . _ - are needed");
    if (faults.empty() && !is_currency(out.currency))
        faults.add("/currency", "out_of_range", "three capital letters are needed");
    if (faults.empty() && out.amount.value <= 0)
        faults.add("/amount", "out_of_range", "an amount above zero is needed");
    if (!faults.empty()) {
        const Fault& first = faults.list().front();
        return fail("bad_payment", first.pointer + ": " + first.detail);
    }
    return out;
}

}  // namespace suanpan::settlement
