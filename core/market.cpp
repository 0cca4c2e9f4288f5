#include "core/market.hpp"

#include "base/planted.hpp"
#include "core/market_impl.hpp"

#include <algorithm>

namespace suanpan::core {

using settlement::AccountKey;
using settlement::AccountKind;
using settlement::Posting;

Market::Market() : impl_(std::make_unique<Impl>()) {}
Market::~Market() = default;
Market::Market(Market&&) noexcept = default;
Market& Market::operator=(Market&&) noexcept = default;

CommandOutcome Market::apply(const Command& command, Time clock) {
    return impl_->apply(command, clock, nullptr);
}

CommandOutcome Market::refuse(const Command& command, const Error& reason, Time clock) {
    return impl_->apply(command, clock, &reason);
}

void Market::expect(const Command& command) const {
    if (const auto* order = std::get_if<PlaceOrder>(&command.body))
        return impl_->engine.prefetch(order->terms, matching::Ahead::kFar);
    if (const auto slot = impl_->named_order(command))
        impl_->engine.look_ahead(*slot, matching::kNoOrder);
}

void Market::expect_next(const Command& command) const {
    if (const auto* order = std::get_if<PlaceOrder>(&command.body))
        return impl_->engine.prefetch(order->terms, matching::Ahead::kNear);
    if (const auto slot = impl_->named_order(command))
        impl_->engine.look_ahead(matching::kNoOrder, *slot);
}

Time Market::pass_over(Time clock) {
    impl_->head.last_time = std::max(clock, impl_->head.last_time);
    impl_->head.size.value += 1;
    impl_->signing.forget_over(impl_->head.last_time);
    return impl_->head.last_time;
}

std::optional<Time> Market::next_due() const {
    if (impl_->due.empty()) return std::nullopt;
    return impl_->due.begin()->time;
}

const HeadRow& Market::head() const {
    return impl_->head;
}
Rows Market::take_changes() {
    return impl_->take_changes();
}
Rows Market::state() const {
    return impl_->state();
}
void Market::load(const Rows& state) {
    impl_->load(state);
}
const matching::Engine& Market::engine() const {
    return impl_->engine;
}
Money Market::balance(const AccountKey& account) const {
    return impl_->accounts.balance(account);
}
Int128 Market::total(std::string_view currency) const {
    return impl_->accounts.total(currency);
}
const settlement::VoucherBook& Market::vouchers() const {
    return impl_->vouchers;
}
OrganisationId Market::operator_id() const {
    return impl_->operator_id;
}

Result<Money> Market::worst_cost(const matching::OrderTerms& terms) const {
    if (impl_->schedules.empty())
        return fail("no_schedule", "the operator has not set a schedule of fees");
    return impl_->order_hold(terms, impl_->fees_of(terms), terms.quantity);
}

namespace {

// Why a command's money moves, as the journal says it. What an order's fill, end or retry moves
// counts to the command that let it happen.
struct PostingReason {
    std::string_view operator()(const PlaceOrder&) const { return "order"; }
    std::string_view operator()(const ReplaceOrder&) const { return "order"; }
    std::string_view operator()(const CancelOrder&) const { return "cancel"; }
    std::string_view operator()(const CancelAll&) const { return "cancel"; }
    std::string_view operator()(const KillSwitch&) const { return "cancel"; }
    std::string_view operator()(const MoveBond&) const { return "bond"; }
    std::string_view operator()(const Attest&) const { return "attestation"; }
    std::string_view operator()(const RevokeAttestation&) const { return "attestation"; }
    std::string_view operator()(const BlockLots&) const { return "block"; }
    std::string_view operator()(const UnblockLots&) const { return "block"; }
    std::string_view operator()(const RegisterPool&) const { return "pool"; }
    std::string_view operator()(const AdvanceLease&) const { return "lease"; }
    std::string_view operator()(const ReleaseLease&) const { return "lease"; }
    std::string_view operator()(const SubmitReadings&) const { return "readings"; }
    std::string_view operator()(const Settle&) const { return "settlement"; }
    std::string_view operator()(const OpenProgramme&) const { return "programme"; }
    std::string_view operator()(const FundProgramme&) const { return "programme"; }
    std::string_view operator()(const CloseProgramme&) const { return "programme"; }
    std::string_view operator()(const DescribeOrganisation&) const { return "cancel"; }
    std::string_view operator()(const ResumeMarket&) const { return "call"; }
    std::string_view operator()(const CloseCall&) const { return "call"; }
    std::string_view operator()(const ProposeTitle&) const { return "cancel"; }
    std::string_view operator()(const ConfirmTitle&) const { return "cancel"; }
    std::string_view operator()(const OfferSettlement&) const { return "dispute"; }
    std::string_view operator()(const RuleDispute&) const { return "dispute"; }
    template <typename Body>
    std::string_view operator()(const Body&) const {
        return "market";  // its rules: the band, the limits of an order
    }
};

std::string_view posting_reason(const CommandBody& body) {
    return std::visit(PostingReason{}, body);
}

}  // namespace

CommandOutcome Market::Impl::apply(const Command& what, Time clock, const Error* refusal) {
    command = &what;
    outcome = CommandOutcome{};
    outcome.time = planted("clock_trusted") ? clock : std::max(clock, head.last_time);
    outcome.index = head.size;
    next_ordinal = 0;
    accepted = false;
    input_entry = command_entry(what, outcome.time);
    if (input_entry.bytes.size() + kRefusalBytes > kMaxEntryBytes) {
        outcome.refusal =
            Error("entry_too_large", "the command does not fit one log entry of 65535 bytes");
        return std::move(outcome);
    }
    head.last_time = outcome.time;
    // The command's own entry comes first, before what follows from the time it brings.
    emit(EntryDraft{});
    run_due();
    forget_others();
    signing.forget_over(now());
    const auto author = check_author();
    Result<void> handled = author ? Result<void>() : fail(author.error());
    if (refusal != nullptr) handled = fail(*refusal);
    if (handled) handled = std::visit([this](const auto& body) { return handle(body); }, what.body);
    if (!handled) {
        CHECK(!accepted && moves.empty());
        outcome.refusal = handled.error();
        outcome.entries.front() = refused_entry(what, now(), handled.error().code());
    } else if (*author) {
        use_up(**author);
    }
    CHECK(!outcome.entries.front().bytes.empty());
    post_moves(posting_reason(what.body));
    retire();
    head.next_sequence = engine.next_sequence();
    return std::move(outcome);
}

void Market::Impl::run_due() {
    while (!due.empty() && due.begin()->time <= now()) {
        const DueKey key = *due.begin();
        due.erase(due.begin());
        fire(key);
        post_moves("time");
        retire();
    }
}

namespace {

template <typename IdType>
IdType id_of(const DueKey& key) {
    IdType id;
    id.bytes = key.id;
    return id;
}

}  // namespace

void Market::Impl::fire(const DueKey& key) {
    switch (key.kind) {
        case DueKind::kOrder: {
            const auto slot = find_order(id_of<OrderId>(key));
            CHECK(slot);
            order_at(*slot).due.reset();
            absorb(engine.expire(*slot, now()));
            return;
        }
        case DueKind::kLeaseEnd: end_lease(id_of<LeaseId>(key)); return;
        case DueKind::kMeterDeadline: {
            LiveLease& lease = leases.at(id_of<LeaseId>(key));
            lease.meter_due.reset();
            take_final_windows(lease);
            close_if_done(lease);
            return;
        }
        case DueKind::kAttestation: expire_attestation(id_of<AttestationId>(key)); return;
        case DueKind::kPending: release_pending(id_of<JournalId>(key)); return;
        case DueKind::kGrant: expire_grant(id_of<GrantId>(key), key.time); return;
        case DueKind::kDispute: lapse(id_of<DisputeId>(key)); return;
        case DueKind::kApproval: expire_approval(id_of<ApprovalId>(key)); return;
        case DueKind::kLeaseClose: {
            LiveLease& lease = leases.at(id_of<LeaseId>(key));
            lease.close_due.reset();
            close_if_done(lease);
            return;
        }
        case DueKind::kCall: {
            const matching::CallTerms call = calls.at(key.index).call;
            absorb(engine.close_call(call.market, call.window, now()));
            return;
        }
    }
}

void Market::Impl::accept() {
    CHECK(!accepted);
    accepted = true;
    outcome.entries.front() = std::move(input_entry);
}

// What time did to others is in the log and in the rows, but is not this command's answer.
void Market::Impl::forget_others() {
    outcome.trades.clear();
    outcome.orders.clear();
    outcome.leases.clear();
    outcome.calls.clear();
    outcome.dispute.reset();
}

void Market::Impl::emit(EntryDraft draft) {
    CHECK(draft.bytes.size() <= kMaxEntryBytes);
    outcome.entries.push_back(std::move(draft));
    head.size.value += 1;
}

bool Market::Impl::is_operator(const OrganisationId& actor) const {
    const auto found = organisations.find(actor);
    if (found == organisations.end()) return false;
    return std::ranges::find(found->second.roles, Role::kOperator) != found->second.roles.end();
}

bool Market::Impl::acts_for(const OrganisationId& actor, const OrganisationId& organisation) const {
    return actor == organisation || is_operator(actor);
}

Result<void> Market::Impl::require_operator() const {
    if (is_operator()) return {};
    return fail("not_allowed", "only the operator may do this");
}

Result<void> Market::Impl::require_role(const OrganisationId& organisation, Role role) const {
    const auto found = organisations.find(organisation);
    if (found == organisations.end())
        return fail("unknown_organisation", "there is no such organisation");
    if (found->second.suspended)
        return fail("organisation_suspended", "the organisation is suspended");
    if (std::ranges::find(found->second.roles, role) == found->second.roles.end()) {
        return fail("role_missing",
                    "the organisation needs the role " + std::string(to_string(role)));
    }
    return {};
}

void Market::Impl::move(const OrganisationId& organisation, const std::string& currency,
                        AccountKind kind, Money amount) {
    const auto sum = checked_add(moves[AccountKey{organisation, currency, kind}], amount.value);
    CHECK(sum);
    moves[AccountKey{organisation, currency, kind}] = *sum;
}

void Market::Impl::move_hold(const OrganisationId& organisation, const ProjectId& project,
                             const std::string& currency, Money amount) {
    if (amount.value == 0) return;
    projects.move(project, currency, amount, Money(0));
    move(organisation, currency, AccountKind::kAvailable, Money(-amount.value));
    move(organisation, currency, AccountKind::kHeld, amount);
}

void Market::Impl::post_moves(std::string_view reason) {
    projects.apply_moves();
    std::vector<Posting> postings;
    for (const auto& [account, amount] : moves) {
        if (amount != 0) postings.push_back(Posting{account, Money(amount)});
    }
    moves.clear();
    if (postings.empty()) return;
    CHECK(closing.periods.check_open(now()));  // a period is over when it closes
    // Whatever could refuse was tested before the command was accepted.
    const auto posted = accounts.post(postings);
    CHECK(posted);
    for (const Posting& posting : postings)
        touched_balances.mark(posting.account);
    changes.journal.push_back(settlement::JournalEntry{
        next_id<JournalId>(), now(), std::string(reason), outcome.index, std::move(postings)});
}

void Market::Impl::set_due(std::optional<Time>& slot, std::optional<Time> time, LogIndex index,
                           DueKind kind, const IdBytes& id) {
    if (slot) due.erase(DueKey{*slot, index, kind, id});
    slot = time;
    if (slot) due.insert(DueKey{*slot, index, kind, id});
}

const ScheduleRow& Market::Impl::schedule_at(LogIndex index) const {
    const auto found = std::ranges::find_if(schedules.rbegin(), schedules.rend(),
                                            [&](const auto& row) { return row.index < index; });
    CHECK(found != schedules.rend());
    return *found;
}

Result<void> Market::Impl::handle(const Tick&) {
    accept();
    return {};
}

// What has ended leaves memory with the command that ended it, so that the next command finds the
// same state whether or not a batch ends in between.
void Market::Impl::retire() {
    for (const matching::OrderSlot slot : ended_orders) {
        changes.orders.push_back(order_row(slot));
        order_slots.erase(engine.id(slot));
    }
    if (!ended_orders.empty()) engine.forget_ended();
    ended_orders.clear();
    for (const LeaseId& id : closed_leases) {
        changes.leases.push_back(lease_row(leases.at(id)));
        leases_of_pool.erase({changes.leases.back().pool, id});
        leases.erase(id);
    }
    closed_leases.clear();
    const auto move_out = [](auto& rows, auto& live, const auto& id) {
        rows.push_back(std::move(live.at(id)));
        live.erase(id);
    };
    for (const JournalId& id : released_pending)
        forget_pending(id);
    released_pending.clear();
    for (const AttestationId& id : ended_attestations) {
        move_out(changes.attestations, attestations, id);
    }
    ended_attestations.clear();
    for (const LogIndex index : ended_blocks)
        move_out(changes.blocks, blocks, index);
    ended_blocks.clear();
    for (const LogIndex index : ended_calls)
        move_out(changes.calls, calls, index);
    ended_calls.clear();
    desk.retire(changes);
    requests.retire(changes);
}

}  // namespace suanpan::core
