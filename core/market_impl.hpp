#pragma once

// The inside of the market core; only core/*.cpp include this. One struct holds the whole state,
// and each .cpp file holds the commands of one subject.
//
// The course of a command: what is due takes effect; the handler refuses (a ladder of early
// returns, nothing changed) or writes its input entry and "from here it must succeed"; money moves
// are collected and posted as one journal entry; every row that changed is marked for the database.

#include "base/check.hpp"
#include "core/cash_desk.hpp"
#include "core/market.hpp"
#include "core/market_books.hpp"
#include "core/market_parts.hpp"
#include "core/old_meter_keys.hpp"
#include "core/period_desk.hpp"
#include "core/project_desk.hpp"
#include "core/request_desk.hpp"
#include "core/under_way.hpp"
#include "matching/engine.hpp"
#include "settlement/accounts.hpp"
#include "settlement/bill.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::core {

struct Market::Impl : CommandUnderWay, BatchUnderWay, MarketBooks {
    // market.cpp
    CommandOutcome apply(const Command& what, Time clock, const Error* refusal);
    void run_due();
    void fire(const DueKey& key);
    void retire();

    // market_changes.cpp
    Rows take_changes();
    void mark_changes(Rows& out);
    void mark_vouchers(Rows& out);
    void clear_touched();

    // market_state.cpp
    [[nodiscard]] Rows state() const;
    void load(const Rows& rows);
    void load_registry(const Rows& rows);
    void load_lease(const LeaseRow& row);
    void load_agreements(const Rows& rows);
    void load_vouchers(const Rows& rows);
    void load_disputes(const Rows& rows);
    void add_disputes(Rows& out) const;
    void add_vouchers(Rows& out) const;
    [[nodiscard]] OrderRow order_row(matching::OrderSlot slot) const;
    void restore_order(const OrderRow& row);
    [[nodiscard]] LeaseRow lease_row(const LiveLease& lease) const;

    // The handlers. Each writes its input entry by accept() once nothing can refuse any more.
    Result<void> handle(const RegisterOrganisation& body);
    Result<void> handle(const RegisterMeter& body);
    Result<void> handle(const RevokeMeter& body);
    Result<void> handle(const RotateMeter& body);
    Result<void> handle(const RevokeMeterKey& body);
    Result<void> handle(const DefineMarket& body);
    Result<void> handle(const SetSchedule& body);
    Result<void> handle(const RegisterModel& body);
    Result<void> handle(const RegisterSite& body);
    Result<void> handle(const RegisterPool& body);
    Result<void> handle(const ProposeTitle& body);
    Result<void> handle(const ConfirmTitle& body);
    Result<void> handle(const RefuseTitle& body);
    Result<void> handle(const Attest& body);
    Result<void> handle(const RevokeAttestation& body);
    Result<void> handle(const BlockLots& body);
    Result<void> handle(const PlaceOrder& body);
    Result<void> handle(const CancelOrder& body);
    Result<void> handle(const CancelAll& body);
    Result<void> handle(const RequestCash& body);
    Result<void> handle(const AdvanceLease& body);
    Result<void> handle(const SubmitReadings& body);
    Result<void> handle(const Settle& body);
    Result<void> handle(const Tick& body);
    Result<void> handle(const UnblockLots& body);
    Result<void> handle(const ReplaceOrder& body);
    Result<void> handle(const KillSwitch& body);
    Result<void> handle(const Reinstate& body);
    Result<void> handle(const HaltMarket& body);
    Result<void> handle(const ResumeMarket& body);
    Result<void> handle(const OpenCall& body);
    Result<void> handle(const CloseCall& body);
    Result<void> handle(const SetBand& body);
    Result<void> handle(const SetReference& body);
    Result<void> handle(const SetLimits& body);
    Result<void> handle(const ReleaseLease& body);
    Result<void> handle(const AgreeDiscount& body);
    Result<void> handle(const EndDiscount& body);
    Result<void> handle(const DescribeOrganisation& body);
    Result<void> handle(const OpenProgramme& body);
    Result<void> handle(const FundProgramme& body);
    Result<void> handle(const CloseProgramme& body);
    Result<void> handle(const GrantVoucher& body);
    Result<void> handle(const RevokeGrant& body);
    Result<void> handle(const RegisterArbiterKey& body);
    Result<void> handle(const RevokeArbiterKey& body);
    Result<void> handle(const OpenDispute& body);
    Result<void> handle(const ClaimDispute& body);
    Result<void> handle(const AddEvidence& body);
    Result<void> handle(const OfferSettlement& body);
    Result<void> handle(const RuleDispute& body);
    Result<void> handle(const RegisterUser& body);
    Result<void> handle(const RemoveUser& body);
    Result<void> handle(const RegisterPaymentKey& body);
    Result<void> handle(const RevokePaymentKey& body);
    Result<void> handle(const ApproveCash& body);
    Result<void> handle(const RejectCash& body);
    Result<void> handle(const TakePayment& body);
    Result<void> handle(const MoveBond& body);
    Result<void> handle(const ClosePeriod& body);
    Result<void> handle(const OpenProject& body);
    Result<void> handle(const RenameProject& body);
    Result<void> handle(const CloseProject& body);
    Result<void> handle(const SetProjectBudget& body);
    Result<void> handle(const ApproveRequest& body);
    Result<void> handle(const RejectRequest& body);
    Result<void> handle(const RegisterSigningKey& body);
    Result<void> handle(const RevokeSigningKey& body);

    // Common to the handlers.
    void accept();  // the command's own entry takes its place, the first
    void forget_others();
    void emit(EntryDraft draft);
    [[nodiscard]] Time now() const { return outcome.time; }
    [[nodiscard]] LogIndex next_index() const { return head.size; }
    template <typename IdType>
    IdType next_id() {
        return derive_id<IdType>(now(), command->id, next_ordinal++);
    }
    [[nodiscard]] bool is_operator() const { return is_operator(command->actor); }
    [[nodiscard]] bool is_operator(const OrganisationId& actor) const;
    [[nodiscard]] bool acts_for(const OrganisationId& organisation) const {
        return acts_for(command->actor, organisation);
    }
    [[nodiscard]] bool acts_for(const OrganisationId& actor,
                                const OrganisationId& organisation) const;
    [[nodiscard]] Result<void> require_operator() const;
    [[nodiscard]] Result<void> require_role(const OrganisationId& organisation, Role role) const;
    void move(const OrganisationId& organisation, const std::string& currency,
              settlement::AccountKind kind, Money amount);
    // From `available` to `held`, for a project or for none; a negative amount: back.
    void move_hold(const OrganisationId& organisation, const ProjectId& project,
                   const std::string& currency, Money amount);
    void post_moves(std::string_view reason);
    void set_due(std::optional<Time>& slot, std::optional<Time> time, LogIndex index, DueKind kind,
                 const IdBytes& id);

    // In force when the entry at `index` was written: the terms that a contract keeps.
    [[nodiscard]] const ScheduleRow& schedule_at(LogIndex index) const;

    // orders.cpp
    // All refusals of an order; gives its cost. `meets_book` is the engine's part of them.
    template <typename MeetsBook>
    [[nodiscard]] Result<OrderCost> check_order(const OrganisationId& actor,
                                                const matching::OrderTerms& terms,
                                                const std::optional<VoucherClaim>& claim, Time when,
                                                MeetsBook meets_book) const;
    [[nodiscard]] FeeSchedule fees_of(const matching::OrderTerms& terms) const;
    [[nodiscard]] Result<Money> order_hold(const matching::OrderTerms& terms,
                                           const FeeSchedule& fees, std::int64_t rest) const;
    OpenOrder& order_at(matching::OrderSlot slot);
    [[nodiscard]] const OpenOrder& order_at(matching::OrderSlot slot) const;
    [[nodiscard]] std::optional<matching::OrderSlot> find_order(const OrderId& id) const;
    // The order that a cancel or a replace is about.
    [[nodiscard]] std::optional<matching::OrderSlot> named_order(const Command& what) const;
    [[nodiscard]] Result<void> check_funds(const matching::OrderTerms& terms, Money more) const;

    // trades.cpp
    void absorb(const matching::Outcome& what);
    void set_order_hold(OpenOrder& order, const matching::OrderView& view, bool open);
    void make_trade(const matching::Execution& execution);

    // control.cpp
    [[nodiscard]] Result<MarketRow*> controlled_market(const matching::MarketKey& key);
    void change_control(MarketRow& market);
    static DueKey call_due(const LogIndex& index, const matching::CallTerms& call);
    std::size_t finish_call(const matching::CallView& call,
                            std::span<const matching::Execution> fills, std::size_t first);

    // signing_keys.cpp
    // Of a signed command: what it uses up when it is accepted. Errors, in order of precedence:
    // `bad_signature`, `unknown_key`, `revoked_key`, `signature_early`, `signature_expired`,
    // `signature_reused`.
    [[nodiscard]] Result<std::optional<SignedWriteRow>> check_author() const;
    void use_up(const SignedWriteRow& write);

    // limits.cpp
    template <typename Visit>
    void for_each_limit(const matching::OrderTerms& terms, Visit visit);
    template <typename Visit>
    void for_each_limit(const matching::OrderTerms& terms, Visit visit) const;
    // Errors, in this order: `limit_rate`, `limit_open_orders`, `limit_notional`.
    [[nodiscard]] Result<void> check_limits(const matching::OrderTerms& terms,
                                            std::int64_t new_orders, Int128 more_notional,
                                            Time when) const;
    void count_order(const matching::OrderTerms& terms);
    void count_usage(OpenOrder& order, const matching::OrderView& view, bool open);
    void count_open_orders(LimitedTarget& limited);
    [[nodiscard]] std::int64_t notional_of(const matching::OrderView& view, Money hold) const;

    // capacity.cpp
    void change_rate(const PoolId& pool, const std::string& compute_class,
                     std::optional<ClassRate> rate);
    [[nodiscard]] std::optional<ClassRate> nominal_rate(const PoolRow& pool,
                                                        const std::string& compute_class) const;
    void expire_attestation(const AttestationId& id);

    // titles.cpp
    [[nodiscard]] std::vector<const LeaseRow*> leases_of(const PoolId& pool) const;
    [[nodiscard]] Result<void> check_vouchers_of(const PoolId& pool,
                                                 const settlement::Title& title) const;
    [[nodiscard]] Time owners_asked_from(const PoolId& pool) const;
    // Errors, in order of precedence: `bad_shares`, `unknown_organisation`, those of
    // TitleHistory::propose(), `owner_has_voucher`.
    [[nodiscard]] Result<settlement::ProposedTitle> check_title(
        const settlement::TitleHistory& history, const PoolId& pool, Time from,
        const std::vector<settlement::OwnerShare>& shares, const OrganisationId& proposer) const;
    void take_title(const PoolId& pool, settlement::ProposedTitle title);  // from just now
    void forget_titles(const PoolId& pool);
    // REQUIRES that one waits.
    void end_title(const PoolId& pool, TitleState state, const OrganisationId& refused_by);
    [[nodiscard]] std::vector<settlement::OwnerShare> owners_at(const LeaseRow& lease,
                                                                Time time) const;
    void add_titles(Rows& out) const;
    void load_titles(const Rows& rows);
    // The latest one in force.
    [[nodiscard]] const AttestationRow* find_attestation(const PoolId& pool,
                                                         const std::string& compute_class) const;

    // leases.cpp
    [[nodiscard]] settlement::MeteringRules metering_rules(const LeaseRow& lease) const;
    void end_lease(const LeaseId& id);
    void shorten_lease(LiveLease& lease, Time until);
    void release_lease_hold(LiveLease& lease, const HoldShare& share);
    void release_rest(LiveLease& lease);
    void take_final_windows(LiveLease& lease);
    void close_if_done(LiveLease& lease);
    void set_close_due(LiveLease& lease);

    // meters.cpp
    [[nodiscard]] Result<MeterRow*> find_own_meter(const MeterId& id);
    [[nodiscard]] std::vector<settlement::Guarantee> guarantees_of(const LeaseRow& lease) const;
    void add_gauges(LiveLease& lease, const settlement::ReadingBatch& batch);
    void check_attested_rate(const LiveLease& lease, Rate measured);
    void start_gauges(LiveLease& lease) const;

    // discounts.cpp
    [[nodiscard]] settlement::DiscountAgreement* find_agreement(const AgreementId& id);
    [[nodiscard]] settlement::SaleFacts sale_facts(const LeaseRow& lease) const;
    [[nodiscard]] const std::vector<settlement::DiscountAgreement>& agreements_of(
        const LeaseRow& lease) const;
    [[nodiscard]] settlement::AppliedDiscount discount_for(const LeaseRow& lease,
                                                           const FinalWindowRow& window) const;
    void note_unpriced(const LeaseRow& lease, const FinalWindowRow& window);
    [[nodiscard]] settlement::AppliedDiscount price(const LeaseRow& lease, FinalWindowRow window,
                                                    settlement::MonthlyVolumes& counted) const;
    void price_window(const settlement::RunOrder& order);
    void touch_volumes(const LeaseRow& lease, const FinalWindowRow& window);
    void correct_volume(const LeaseRow& lease, const FinalWindowRow& window, Money change);
    bool price_step(RunRow& run);  // gives whether the whole range is priced

    // vouchers.cpp
    void cancel_covered_orders(const OrganisationId& buyer);
    void note_owners(const std::vector<settlement::OwnerShare>& shares);
    [[nodiscard]] bool is_one_of(const std::vector<settlement::OwnerShare>& shares,
                                 const OrganisationId& buyer) const;
    [[nodiscard]] bool is_paid_by_own_pool(const LeaseRow& lease) const;
    [[nodiscard]] Result<void> check_budget(const settlement::Programme& programme,
                                            Money amount) const;
    void pay_budget(const settlement::Programme& programme, const OrganisationId& holder,
                    Money amount);
    void expire_grant(const GrantId& id, Time when);
    // REQUIRE a known grant or programme.
    [[nodiscard]] const settlement::Programme& programme_of(const GrantId& grant) const;
    [[nodiscard]] const OrganisationId& holder_of(const GrantId& grant) const;
    [[nodiscard]] ProgrammeRow programme_row(const ProgrammeId& id) const;
    [[nodiscard]] GrantRow grant_row(const GrantId& id) const;
    [[nodiscard]] bool is_sure_to_pay(const settlement::Programme& programme,
                                      const matching::OrderTerms& terms) const;
    [[nodiscard]] Result<std::optional<Price>> voucher_cap(const settlement::Programme& programme,
                                                           const matching::OrderTerms& terms) const;
    [[nodiscard]] Result<Money> most_of_voucher(const matching::OrderTerms& terms,
                                                std::int64_t rest,
                                                const OrderVoucher& voucher) const;
    [[nodiscard]] settlement::VoucherOrder voucher_order(const matching::OrderTerms& terms,
                                                         const std::string& purpose) const;
    // Errors, in order of precedence: `unknown_grant`, `not_eligible` (a sell), `voucher_needs_cu`,
    // `no_index`, `overflow`, those of VoucherBook::reserve().
    [[nodiscard]] Result<OrderVoucher> check_voucher(const matching::OrderTerms& terms,
                                                     const VoucherClaim& claim, Time when) const;
    void touch_voucher(const settlement::ReservationKey& key);
    void move_budget(const GrantId& grant, Money amount);
    void open_voucher(OpenOrder& order, const matching::OrderTerms& terms, Money whole,
                      const VoucherClaim& claim);
    void return_voucher(const settlement::ReservationKey& key, Money amount);
    void redeem_voucher(const settlement::ReservationKey& key, Money amount);
    void shrink_voucher(OpenOrder& order, const OrderId& id, Money whole);
    void take_voucher(OpenOrder& order, const matching::OrderTerms& buy, LeaseRow& lease);
    [[nodiscard]] HoldShare hold_share(const LeaseRow& lease, Time since, Time until) const;

    // cash.cpp
    [[nodiscard]] Result<void> require_person(const UserId& by) const;
    [[nodiscard]] bool is_last_of_two(const UserRow& person) const;
    [[nodiscard]] Result<void> check_reversal(const CashMove& move) const;
    [[nodiscard]] Result<void> check_cash(const CashMove& move) const;
    void post_cash(CashRow& row);
    [[nodiscard]] ApprovalId own_approval() const;
    [[nodiscard]] Result<CashRow*> waiting_cash(const ApprovalId& id);
    void end_waiting(const CashRow& row);
    [[nodiscard]] Result<void> require_independent(const UserId& by,
                                                   const settlement::Approval& asked) const;
    [[nodiscard]] Result<settlement::Approval> approve_by(const settlement::Approval& asked,
                                                          const Hash& content,
                                                          const UserId& by) const;
    void expire_cash(const ApprovalId& id);

    // periods.cpp
    [[nodiscard]] Result<void> check_windows(settlement::Month month) const;
    [[nodiscard]] Result<void> check_closing(settlement::Month month) const;
    void begin_closing(settlement::Month month);
    void close_step(PeriodRow& period);

    // requests.cpp
    [[nodiscard]] Result<void> require_operator_person(const UserId& by) const;
    [[nodiscard]] Result<void> check_act(const OperatorAct& act) const;
    Result<void> request(OperatorAct act, const UserId& by);
    [[nodiscard]] Result<OperatorRequestRow*> waiting_request(const ApprovalId& id);
    void end_request(OperatorRequestRow& row, settlement::Approval ended);
    void carry_out(const OperatorAct& act);
    void expire_approval(const ApprovalId& id);

    // projects.cpp
    // Of the organisation that acts, and open.
    [[nodiscard]] Result<ProjectRow*> own_project(const ProjectId& id);
    [[nodiscard]] Result<void> check_project_name(const OrganisationId& organisation,
                                                  const std::string& name) const;

    // settle.cpp
    [[nodiscard]] std::string grade_name(const LeaseRow& lease) const;
    [[nodiscard]] settlement::ServiceGrade grade_of(const LeaseRow& lease) const;
    [[nodiscard]] settlement::BillTerms bill_terms(const LeaseRow& lease) const;
    [[nodiscard]] settlement::BillFacts bill_facts(const LeaseRow& lease,
                                                   const FinalWindowRow& window) const;
    // What the window costs, if that was delivered.
    [[nodiscard]] settlement::WaterfallLine bill(const LeaseRow& lease,
                                                 const FinalWindowRow& window,
                                                 const settlement::Delivered& delivered) const;
    [[nodiscard]] Result<void> check_range(const Settle& range, LogIndex end) const;
    void preview_prices(SettlementPreview& preview) const;
    std::int64_t preview_lease(SettlementPreview& preview, const LiveLease& lease) const;
    void begin_run(const Settle& range);
    void settle_step(RunRow& run);
    void settle_lease(RunRow& run, LiveLease& lease);
    SettlementLineRow settle_window(LiveLease& lease, const FinalWindowRow& window);
    void emit_settlement(const RunRow& run, LiveLease& lease,
                         std::vector<SettlementLineRow>& lines);
    void pay_owners(const LeaseRow& lease, const std::map<OrganisationId, Money>& proceeds,
                    Time release);
    void add_pending(const LeaseRow& lease, const OrganisationId& owner, Money amount,
                     Time release);
    void set_pending_due(const PendingRow& row, bool wanted);
    PendingRow& put_pending(PendingRow row);
    void set_frozen(PendingRow& row, const DisputeId& dispute);
    void forget_pending(const JournalId& id);
    void release_pending(const JournalId& id);

    // disputes.cpp
    [[nodiscard]] settlement::DisputeRules dispute_rules(const LeaseRow& lease) const;
    [[nodiscard]] const DisputeRow* find_dispute(const LeaseId& lease, Time start,
                                                 bool raises) const;
    [[nodiscard]] const FinalWindowRow* find_window(const LeaseId& lease, Time start) const;
    // Whether the actor may speak in the dispute for this side.
    [[nodiscard]] bool speaks_for(const DisputeRow& row, settlement::DisputeParty side) const;
    [[nodiscard]] settlement::MeterRole evidence_side(const DisputeRow& row) const;  // the actor's
    [[nodiscard]] bool is_impartial(const OrganisationId& arbiter, const DisputeRow& row) const;
    [[nodiscard]] Result<DisputeRow*> find_party_dispute(const DisputeId& id);
    void add_dispute(const LeaseRow& lease, const settlement::Dispute& dispute);
    void open_mismatch(const LeaseRow& lease, const FinalWindowRow& window);
    void change_dispute(DisputeRow& row, const settlement::Dispute& next);
    void end_dispute(DisputeRow& row, const settlement::Dispute& ended);
    void change_unsettled(const LiveLease& lease, DisputeRow& row,
                          const settlement::Dispute& ended);
    void lapse(const DisputeId& id);

    // corrections.cpp
    // What counts as delivered: what became final, and what ended disputes made of it.
    [[nodiscard]] settlement::Delivered delivered(const FinalWindowRow& window) const;
    // Of a settled window: its line as posted, corrections included.
    [[nodiscard]] settlement::WaterfallLine posted_line(const LeaseRow& lease,
                                                        const FinalWindowRow& window) const;
    // What an open dispute keeps of a window's hold that is settled as `line`.
    HoldShare keep_disputed(const LeaseRow& lease, const FinalWindowRow& window,
                            const settlement::WaterfallLine& line);
    // Of a settled window, when the other one has ended; gives by how much more than before.
    HoldShare keep_again(const LeaseRow& lease, const FinalWindowRow& window);
    void correct_window(LiveLease& lease, const FinalWindowRow& window, DisputeRow& row,
                        const settlement::Dispute& ended);
    void add_correction(const LeaseRow& lease, const FinalWindowRow& window, const DisputeRow& row,
                        SettlementLineRow line);
    void post_correction(const LeaseRow& lease, const FinalWindowRow& window, const DisputeRow& row,
                         const HoldShare& again);
    void correct_voucher(const LeaseRow& lease, const DisputeRow& row, Money again);
    [[nodiscard]] bool is_open_to_dispute(const FinalWindowRow& window) const;
    [[nodiscard]] HoldShare kept_by_disputes(const LiveLease& lease) const;
    void forget_windows(LiveLease& lease);

    // frozen_proceeds.cpp
    void freeze_proceeds(const LeaseRow& lease, const FinalWindowRow& window);
    void freeze(const DisputeId& dispute, const OrganisationId& owner, Money amount,
                const FinalWindowRow& window);
    void thaw(const settlement::Dispute& dispute);
    void freeze_again(const LeaseRow& lease, const FinalWindowRow& window);
    void take_pending(const DisputeId& dispute, const OrganisationId& owner,
                      const std::string& currency, Money amount);
    [[nodiscard]] std::vector<JournalId> pending_rows(const LeaseId& lease) const;
    [[nodiscard]] Money free_pending(const DisputeId& dispute, const OrganisationId& owner,
                                     const std::string& currency) const;
};

}  // namespace suanpan::core
