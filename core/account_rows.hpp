#pragma once

// Who may move money and what they asked for, as rows (metering-settlement "Accounts"); see
// rows.hpp.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/units.hpp"
#include "settlement/approval.hpp"

#include <optional>
#include <string>

namespace suanpan {

struct UserKind {
    static constexpr std::string_view kPrefix = "usr_";
};
// A person of an organisation; the name stays outside the log.
using UserId = Id<UserKind>;

}  // namespace suanpan

namespace suanpan::core {

struct UserRow {
    UserId id;
    OrganisationId organisation;
    bool removed = false;
    UserId registered_by{};  // nil: by a key without a person, as an organisation's first two are
    LogIndex index;
    friend bool operator==(const UserRow&, const UserRow&) = default;
};

// By which a payment provider signs its notices.
struct PaymentKeyRow {
    SigningKeyId id;
    OrganisationId organisation;  // that sends them
    PublicKey key{};
    bool revoked = false;
    LogIndex index;
    friend bool operator==(const PaymentKeyRow&, const PaymentKeyRow&) = default;
};

// Why an entry is taken back. What else there is to say stays outside the log.
enum class ReversalReason : std::uint8_t {
    kDuplicate,
    kWrongAmount,
    kWrongOrganisation,
    kReturned,
    kOther
};
std::string_view to_string(ReversalReason reason);
Result<ReversalReason> parse_reversal_reason(std::string_view text);

// Names the journal entry that it takes back.
struct Reversal {
    JournalId original;
    ReversalReason reason = ReversalReason::kOther;
    friend bool operator==(const Reversal&, const Reversal&) = default;
};

// Money in (above zero) or out of `available`: what was asked for, and what became of it.
struct CashMove {
    OrganisationId organisation;
    std::string currency;
    Money amount;
    std::string reference_hash;  // salted hash of the payment's reference, in hex; or empty
    std::optional<Reversal> reverses{};
    friend bool operator==(const CashMove&, const CashMove&) = default;
};
// What a second person's word is for.
Hash content_of(const CashMove& move);
// `deposit`, `withdrawal`, `reversal`: the reason of its journal entry.
std::string_view action_of(const CashMove& move);

struct CashRow {
    CashMove move;
    settlement::Approval approval;  // its persons are users' ids, or the payment key's
    std::string payment{};          // of a notice: the payment provider's id of it
    JournalId journal{};            // once approved
    bool reversed = false;
    LogIndex index;
    friend bool operator==(const CashRow&, const CashRow&) = default;
};

}  // namespace suanpan::core
