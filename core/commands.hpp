#pragma once

// Commands to the market core. Whatever changes a balance, a calendar, an order or a lease is one
// of these, is in the log (refused ones too), and takes effect in log order (design README, "The
// market core").

#include "base/ids.hpp"
#include "base/units.hpp"
#include "core/account_commands.hpp"
#include "core/project_commands.hpp"
#include "core/rows.hpp"
#include "core/signing_key_commands.hpp"
#include "matching/engine.hpp"
#include "matching/terms.hpp"
#include "settlement/discount.hpp"
#include "settlement/reading.hpp"
#include "settlement/ruling.hpp"
#include "settlement/voucher.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace suanpan::core {

// How the log knows who said it: by the operator's word (an API key), or by a signature in the
// entry.
enum class Auth : std::uint8_t { kApiKey, kSigned, kSystem };
std::string_view to_string(Auth auth);
Result<Auth> parse_auth(std::string_view text);

// Registers an organisation; its name stays outside the log.
struct RegisterOrganisation {
    OrganisationId id;
    std::vector<Role> roles;
};
struct RegisterMeter {
    MeterId id;
    OrganisationId organisation;
    settlement::MeterRole role = settlement::MeterRole::kProvider;
    PublicKey key{};
    std::vector<PoolId> pools;
};
struct RevokeMeter {
    MeterId id;
};
struct DefineMarket {
    matching::MarketRules rules;
};
struct SetSchedule {
    FeeSchedule fees;
    settlement::MeteringRules metering;
    Duration dispute_period{7 * 86'400};
    std::map<std::string, Ppm> efficiency;
    std::optional<Duration> release_notice{};  // none: a released lease is billed to its end
    Ppm metered_minimum{0};
    Grades grades;
    Duration dispute_claim{7 * 86'400};
    Duration dispute_rule{30 * 86'400};
    Guarantees guarantees{};
    std::vector<settlement::TaxRule> taxes{};
};
struct RegisterModel {
    ModelRow model;  // its index is set by the core
};
struct RegisterSite {
    SiteId id;
    OrganisationId organisation;
    std::string hub;
};
struct RegisterPool {
    PoolId id;
    OrganisationId organisation;
    SiteId site;
    std::string model;
    Lots lots;
    matching::Profile
        profile;  // what the provider declares; model facts, site and hub are filled in by the core
    // The title that its provider proposes for it; without owners none.
    std::vector<settlement::OwnerShare> owners;
    Time owners_from{0};
};
// By an owner, old or new; the others confirm it. `title`: the log index of what was proposed.
struct ProposeTitle {
    PoolId pool;
    Time from;
    std::vector<settlement::OwnerShare> shares;
};
struct ConfirmTitle {
    PoolId pool;
    LogIndex title;
};
// By any of those whose word is needed, the proposer too.
struct RefuseTitle {
    PoolId pool;
    LogIndex title;
};
struct Attest {
    AttestationId id;
    PoolId pool;
    std::string compute_class;
    Rate rate;
    std::string benchmark;
    Time expires;
};
struct RevokeAttestation {
    AttestationId id;
};
struct BlockLots {
    PoolId pool;
    Window window;
    Lots lots;
};
// The rest of a block's time is free again (end of maintenance). `block`: the log index of its
// entry.
struct UnblockLots {
    PoolId pool;
    LogIndex block;
};
// A grant that is to pay a part, and for what the programme would pay it.
struct VoucherClaim {
    GrantId grant;
    std::string purpose;
};
// terms.id is nil: the core derives it. `text_hash`: salted hash of client_order_id and metadata
// (hex), or empty.
struct PlaceOrder {
    matching::OrderTerms terms;
    std::string text_hash;
    std::optional<VoucherClaim> voucher{};
};
struct CancelOrder {
    OrderId id;
};
// A new total, in the order's unit and with what is filled, and a new limit (market §4).
struct ReplaceOrder {
    OrderId id;
    std::int64_t quantity = 0;
    Price limit_price;
};
// Without an organisation: everybody's, by the operator.
struct CancelAll {
    matching::OrderFilter filter;
};
// Blocks an organisation's entry and cancels its orders, at once; until it is reinstated.
struct KillSwitch {
    OrganisationId organisation;
};
struct Reinstate {
    OrganisationId organisation;
};
struct HaltMarket {
    matching::MarketKey market;
};
struct ResumeMarket {
    matching::MarketKey market;
};
struct OpenCall {
    matching::CallTerms call;
};
struct CloseCall {
    matching::MarketKey market;
    Window window;
};
// The width of the price band on both sides of the reference (none: no band) and the operator's
// own reference per CU·h, which counts while there is neither an auction's nor an index.
struct SetBand {
    matching::MarketKey market;
    std::optional<Ppm> width;
    std::optional<Price> reference;
};
// The index of a market, per CU·h; it counts while there is no auction's price.
struct SetReference {
    matching::MarketKey market;
    Price index;
};
struct SetLimits {
    LimitTarget target;
    Limits limits;
};
enum class LeaseAction : std::uint8_t { kAccept, kActivate };
struct AdvanceLease {
    LeaseId id;
    LeaseAction action = LeaseAction::kAccept;
};
// By the buyer: early, the lots are free for others (market §8, "Early release").
struct ReleaseLease {
    LeaseId id;
};
// A signed batch as received. The signature was checked before; the audit checks it again.
struct SubmitReadings {
    std::string envelope;  // canonical JSON of the DSSE envelope
    settlement::ReadingBatch batch;
    // Which of its meter's keys signed it, as the check has found; none: the first that it had.
    std::optional<PublicKey> signer{};
};
// Settles the next leases of the run over [from, to), with some kSettleStep entries at the most.
// Repeated until the run is closed. Ranges follow each other without a gap; see the refusals.
struct Settle {
    LogIndex from;
    LogIndex to;
};
// Time passes: what is due by now takes effect.
struct Tick {};
// By the provider: what it takes off for the buyer. Its index is set by the core, and it is in
// force for no trade before its entry.
struct AgreeDiscount {
    settlement::DiscountAgreement agreement;
};
// For trades from `until` on, and never before now, it is in force no more; leases keep it.
struct EndDiscount {
    AgreementId id;
    Time until;
};

// By the operator: what vouchers ask about an organisation; both replace what was said before. An
// organisation that gets a group loses its open orders whose grant covers a part of their hold:
// they might now meet somebody related.
struct DescribeOrganisation {
    OrganisationId organisation;
    std::vector<settlement::BuyerKind> kinds;
    std::string group;
    std::string tax_class{};  // which rules of tax its orders fall under; empty: those of nobody
};
// By the holder, a funder, which pays the budget at once; with other funders by the operator, with
// whom they have agreed: each pays its share.
struct OpenProgramme {
    OrganisationId holder;
    settlement::Programme programme;
};
// More budget, by the same and from the same as at its opening.
struct FundProgramme {
    ProgrammeId programme;
    Money amount;
};
// By the holder, once the programme is over: what of its budget nobody can use any more goes back
// to the funders. Repeated for what comes back later.
struct CloseProgramme {
    ProgrammeId programme;
};
// By the programme's holder, to an organisation with the role buyer.
struct GrantVoucher {
    settlement::Grant grant;
};
struct RevokeGrant {
    GrantId id;
};

// By the operator, for an organisation with the role arbiter.
struct RegisterArbiterKey {
    SigningKeyId id;
    OrganisationId organisation;
    PublicKey key{};
};
struct RevokeArbiterKey {
    SigningKeyId id;
};
// By one side of the lease, about the window that starts then: what it says was delivered.
struct OpenDispute {
    LeaseId lease;
    Time window_start;
    settlement::DisputeClaim claim;
};
// By the provider: it stands by what is disputed.
struct ClaimDispute {
    DisputeId id;
};
// By one of the two sides, or by the operator (its probe's readings).
struct AddEvidence {
    DisputeId id;
    LogIndex entry;
};
// What a side would accept; when both offer the same, that is the end.
struct OfferSettlement {
    DisputeId id;
    settlement::DisputeParty by = settlement::DisputeParty::kBuyer;
    settlement::Delivered delivered;
};
// A signed ruling as received. The signature was checked before; the audit checks it again.
struct RuleDispute {
    std::string envelope;  // canonical JSON of the DSSE envelope
    settlement::Ruling ruling;
};

// By the meter's organisation: from now on this key signs, the one before it for `overlap` more, so
// that what a node has signed and not sent yet is taken.
struct RotateMeter {
    MeterId id;
    PublicKey key{};
    Duration overlap;
};
// One that was replaced, before its overlap is over.
struct RevokeMeterKey {
    MeterId id;
    PublicKey key{};
};

inline constexpr std::size_t kSettleStep = 1'000;
// Windows and leases beyond its range that such a step passes over: each costs far less.
inline constexpr std::size_t kPassStep = 10 * kSettleStep;

using CommandBody = std::variant<
    RegisterOrganisation, RegisterMeter, RevokeMeter, DefineMarket, SetSchedule, RegisterModel,
    RegisterSite, RegisterPool, ProposeTitle, Attest, RevokeAttestation, BlockLots, PlaceOrder,
    CancelOrder, CancelAll, RequestCash, AdvanceLease, SubmitReadings, Settle, Tick, UnblockLots,
    ReplaceOrder, KillSwitch, Reinstate, HaltMarket, ResumeMarket, OpenCall, CloseCall, SetBand,
    SetReference, SetLimits, ReleaseLease, AgreeDiscount, EndDiscount, DescribeOrganisation,
    OpenProgramme, FundProgramme, GrantVoucher, RevokeGrant, RegisterUser, RemoveUser,
    RegisterPaymentKey, RevokePaymentKey, ApproveCash, RejectCash, TakePayment, MoveBond,
    ClosePeriod, RegisterArbiterKey, RevokeArbiterKey, OpenDispute, ClaimDispute, AddEvidence,
    OfferSettlement, RuleDispute, CloseProgramme, ConfirmTitle, RefuseTitle, OpenProject,
    RenameProject, CloseProject, SetProjectBudget, RotateMeter, RevokeMeterKey, ApproveRequest,
    RejectRequest, RegisterSigningKey, RevokeSigningKey>;

struct Command {
    CommandId id;          // fresh and random; every id that the core makes is derived from it
    OrganisationId actor;  // on whose behalf; nil for the system itself
    Auth auth = Auth::kApiKey;
    CommandBody body;
    // Of a signed one: canonical JSON of its DSSE envelope (core/signed_write.hpp); else empty.
    std::string signature{};

    Command(const CommandId& command_id, const OrganisationId& on_behalf, Auth how,
            CommandBody what)
        : id(command_id), actor(on_behalf), auth(how), body(std::move(what)) {}
};

}  // namespace suanpan::core
