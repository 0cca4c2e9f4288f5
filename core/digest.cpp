// A canonical text of the state, hashed. Only what can still matter goes in: history rows (trades,
// readings, settlement lines, journal) are in the log and in their tables.

#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "core/digest_lines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace suanpan::core {
namespace {

template <typename IdType>
std::string ids(const std::vector<IdType>& list) {
    std::string out;
    for (const auto& id : list)
        out += to_string(id) + ",";
    return out;
}

std::string optional_time(const std::optional<Time>& time) {
    return time ? std::to_string(time->value) : "-";
}

template <typename Strong>
std::string optional_number(const std::optional<Strong>& number) {
    return number ? std::to_string(number->value) : "-";
}

std::string window(const Window& w) {
    return fmt::format("{}..{}", w.start.value, w.end.value);
}

std::string fees(const FeeSchedule& f) {
    return fmt::format("{}/{}/{}/{}/{}/{}/{}/{}", f.buyer_maker.value, f.buyer_taker.value,
                       f.provider_maker.value, f.provider_taker.value, f.buyer_flat.value,
                       f.provider_flat.value, f.buyer_tax.value, f.provider_withholding.value);
}

std::string line(const OrganisationRow& row) {
    std::string roles;
    for (const Role role : row.roles)
        roles += std::string(to_string(role)) + ",";
    std::string kinds;
    for (const settlement::BuyerKind kind : row.kinds)
        kinds += std::string(settlement::to_string(kind)) + ",";
    return fmt::format("organisation {} {} {} {} {:?} {:?} {}", to_string(row.id), roles,
                       row.suspended, kinds, row.group, row.tax_class, row.index.value);
}

std::string line(const MarketRow& row) {
    const MarketControl& c = row.control;
    return fmt::format("market {} {} {} {} {} {} {}/{}/{}/{}/{}", to_string(row.rules.key),
                       row.rules.grid.value, row.rules.tick.value, row.rules.max_lots.value,
                       row.rules.max_ahead.value, row.index.value, c.halted,
                       optional_number(c.band_width), optional_number(c.auction_reference),
                       optional_number(c.index_reference), optional_number(c.operator_reference));
}

std::string line(const CallRow& row) {
    return fmt::format("call {:020} {} {} {} {} {}", row.index.value, to_string(row.call.market),
                       window(row.call.window), matching::canonical(row.call.floor),
                       row.call.reference.value, row.open);
}

std::string line(const LimitRow& row) {
    const Limits& l = row.limits;
    return fmt::format("limit {} {} {} {}/{}/{:?}/{} {} {} {}", to_string(row.target.organisation),
                       to_string(row.target.project), to_string(row.target.key),
                       l.open_orders.value_or(-1), optional_number(l.notional), l.currency,
                       l.orders_per_second.value_or(-1), row.counted_at.value, row.counted,
                       row.index.value);
}

std::string line(const ScheduleRow& row) {
    std::string efficiency;
    for (const auto& [name, ppm] : row.efficiency)
        efficiency += fmt::format("{}={},", name, ppm.value);
    const auto& m = row.metering;
    std::string steps;
    for (const Ppm step : m.availability_steps)
        steps += fmt::format("{},", step.value);
    std::string grades;
    for (const auto& [name, credits] : row.grades) {
        grades += fmt::format("{:?}:", name);
        for (const settlement::CreditStep& step : credits)
            grades += fmt::format("{}={},", step.below.value, step.credit.value);
    }
    std::string guarantees;
    for (const auto& [name, list] : row.guarantees)
        guarantees += fmt::format("{:?}:{}", name, settlement::to_json(list));
    return fmt::format("schedule {} {} {}/{}/{}/{}/{}/{}/{} {} {} {} {} {} {}/{} {} {} {}",
                       row.version, fees(row.fees), m.billing_window.value, m.deadline.value,
                       m.future_tolerance.value, m.mismatch_tolerance.value, m.mismatch_floor_us,
                       m.longest_reading.value, steps, row.dispute_period.value, efficiency,
                       optional_number(row.release_notice), row.metered_minimum.value, grades,
                       row.dispute_claim.value, row.dispute_rule.value, guarantees,
                       settlement::to_json(row.taxes), row.index.value);
}

std::string line(const ModelRow& row) {
    std::string peak;
    for (const auto& [name, rate] : row.peak)
        peak += fmt::format("{}={},", name, rate.value);
    return fmt::format("model {:?} {:?} {:?} {:?} {} {} {} {:?} {}", row.id, row.device, row.vendor,
                       row.kind, peak, row.memory_gib, row.memory_bandwidth_gb_s, row.source,
                       row.index.value);
}

std::string line(const SiteRow& row) {
    return fmt::format("site {} {} {:?} {}", to_string(row.id), to_string(row.organisation),
                       row.hub, row.index.value);
}

std::string line(const PoolRow& row) {
    std::string rates;
    for (const auto& [name, rate] : row.rates) {
        rates += fmt::format("{}={}{},", name, rate.rate.value, rate.attested ? "a" : "n");
    }
    return fmt::format("pool {} {} {} {} {:?} {} {} {}", to_string(row.rules.id),
                       to_string(row.rules.owner), to_string(row.rules.site), row.rules.lots.value,
                       row.model, rates, matching::canonical(row.rules.profile), row.index.value);
}

std::string line(const AttestationRow& row) {
    return fmt::format("attestation {} {} {} {} {:?} {} {} {}", to_string(row.id),
                       to_string(row.pool), row.compute_class, row.rate.value, row.benchmark,
                       row.expires.value, row.ended, row.index.value);
}

std::string line(const BlockRow& row) {
    return fmt::format("block {:020} {} {} {}", row.index.value, to_string(row.pool),
                       window(row.window), row.lots.value);
}

std::string terms(const matching::OrderTerms& t) {
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
                       to_string(t.organisation), to_string(t.market), matching::to_string(t.side),
                       matching::to_string(t.unit), t.quantity, t.limit_price.value,
                       window(t.window), t.duration ? t.duration->value : -1, t.min_duration.value,
                       matching::canonical(t.requirement), to_string(t.pool), ids(t.counterparties),
                       matching::to_string(t.time_in_force), optional_time(t.expires_at),
                       t.all_or_none, t.post_only, t.min_lots.value, t.max_excess.value,
                       matching::to_string(t.together), matching::to_string(t.self_trade),
                       matching::to_string(t.billing), t.at_market, to_string(t.project),
                       to_string(t.key));
}

std::string line(const OrderRow& row) {
    const matching::OrderView& v = row.view;
    std::string steps;
    for (const auto& step : v.rest_steps) {
        steps += fmt::format("{}:{},", step.from.value, step.lots.value);
    }
    std::string voucher = "-";
    if (row.voucher) {
        voucher = fmt::format("{}/{}/{}/{}", to_string(row.voucher->grant),
                              optional_number(row.voucher->price_cap), row.voucher->covers,
                              row.voucher->reserved.value);
    }
    return fmt::format("order {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", to_string(v.terms.id),
                       terms(v.terms), v.sequence, matching::to_string(v.state), v.rest, steps,
                       v.filled_lots, v.bound_site ? to_string(*v.bound_site) : "-",
                       v.bound_pool ? to_string(*v.bound_pool) : "-", optional_time(v.bound_start),
                       fees(row.fees), row.hold.value, row.placed_at.value, voucher,
                       row.index.value);
}

std::string line(const LeaseRow& row) {
    const auto& t = row.terms;
    const auto& f = t.fees;
    std::string voucher = "-";
    if (row.voucher) {
        voucher = fmt::format("{}/{}/{}/{}/{}", to_string(row.voucher->grant),
                              optional_number(row.voucher->price_cap), row.voucher->reserved.value,
                              row.voucher->until.value, row.voucher->month.value);
    }
    return fmt::format(
        "lease {} {} {} {} {} {} {} {} {} {}/{}/{}/{}/{} {}/{}/{}/{}/{}/{} {} {} {} {} {} {} {} {} "
        "{} {} {} {} {}",
        to_string(row.id), to_string(row.trade), to_string(row.buyer), to_string(row.provider),
        to_string(row.buy_order), to_string(row.sell_order), to_string(row.pool),
        to_string(row.market), matching::to_string(row.billing), t.price.value,
        matching::to_string(t.price_unit), t.rate.value, t.lots.value, window(t.window),
        f.buyer_fee.value, f.provider_fee.value, f.buyer_flat.value, f.provider_flat.value,
        f.buyer_tax.value, f.provider_withholding.value, to_string(row.state), to_string(row.fault),
        row.end_reason, optional_time(row.active_from), optional_time(row.active_until),
        row.buyer_metered, row.hold.value, row.metering, row.closed,
        optional_time(row.released_from), voucher, to_string(row.project), row.gauges,
        row.index.value);
}

std::string line(const FinalWindowRow& row) {
    std::string readings;
    for (const LogIndex index : row.window.readings)
        readings += fmt::format("{},", index.value);
    std::string discount = "-";
    if (row.discount) {
        const auto& agreement = row.discount->agreement;
        discount = fmt::format("{}={}", agreement ? to_string(*agreement) : "none",
                               row.discount->discount.value);
    }
    return fmt::format(
        "window {} {} {} {} {} {} {} {} {} {} {} {} {} {}", to_string(row.window.lease),
        window(row.window.window), row.window.final_at.value, row.window.lot_us, row.window.busy_us,
        row.window.disputed_us, row.window.estimated, readings, row.final_time.value,
        row.settled_by ? to_string(*row.settled_by) : "-", discount, row.dispute_until.value,
        optional_number(row.line_index), settlement::to_json(row.missed));
}

std::string line(const settlement::DiscountAgreement& row) {
    return fmt::format("agreement {} {}", to_string(row.id), settlement::to_json(row));
}

std::string line(const VolumeRow& row) {
    return fmt::format("volume {} {} {}", to_string(row.agreement), row.month.value,
                       row.volume.value);
}

std::string line(const ProgrammeRow& row) {
    const auto& programme = row.state.programme;
    return fmt::format("programme {} {} {} {} {}", to_string(programme.id),
                       settlement::to_json(programme), row.state.ungranted.value,
                       to_string(row.holder), row.index.value);
}

std::string line(const GrantRow& row) {
    const settlement::GrantState& s = row.state;
    return fmt::format("grant {} {} {} {} {} {} {} {}/{}/{}/{}/{} {}", to_string(s.grant.id),
                       to_string(s.grant.programme), to_string(s.grant.organisation),
                       s.grant.amount.value, s.grant.expires.value, s.revoked, s.ended,
                       s.left.value, s.reserved.value, s.redeemed.value, s.expired.value,
                       s.returned.value, row.index.value);
}

std::string line(const ReservationRow& row) {
    return fmt::format("reservation {} {} {} {}", to_string(row.key.grant),
                       to_hex(as_chars(row.key.holder)), row.reservation.amount.value,
                       row.reservation.month.value);
}

std::string line(const VoucherMonthRow& row) {
    return fmt::format("voucher_month {} {} {} {}", to_string(row.programme),
                       to_string(row.organisation), row.month.value, row.used.value);
}

std::string line(const RunRow& row) {
    std::string totals;
    for (const auto& [currency, sums] : row.totals) {
        totals += fmt::format("{}={}/{}/{}/{}/{}/{}/{},", currency, sums.windows, sums.sale.value,
                              sums.buyer_pays.value, sums.provider_gets.value, sums.fees.value,
                              sums.tax.value, sums.vouchers.value);
    }
    return fmt::format("run {} {}..{} {} {}/{} {} {} {} {}", to_string(row.id), row.from.value,
                       row.to.value, to_string(row.cursor), row.priced.end.value,
                       to_string(row.priced.lease), row.leases, totals, row.closed,
                       row.index.value);
}

std::string line(const PendingRow& row) {
    return fmt::format("pending {} {} {} {} {} {} {} {} {}", to_string(row.id),
                       to_string(row.organisation), row.currency, row.amount.value, row.due.value,
                       row.released, row.index.value, to_string(row.lease), to_string(row.dispute));
}

std::string line(const UserRow& row) {
    return fmt::format("user {} {} {} {} {}", to_string(row.id), to_string(row.organisation),
                       row.removed, to_string(row.registered_by), row.index.value);
}

std::string line(const PaymentKeyRow& row) {
    return fmt::format("payment_key {} {} {} {} {}", to_string(row.id), to_string(row.organisation),
                       to_hex(as_chars(row.key)), row.revoked, row.index.value);
}

std::string line(const CashRow& row) {
    const settlement::Approval& a = row.approval;
    return fmt::format("cash {} {} {} {} {} {} {} {} {} {} {} {} {} {}", to_string(a.id),
                       to_hex(as_chars(a.content)), row.move.amount.value, row.move.currency,
                       to_string(row.move.organisation), a.requested_by, a.requested_at.value,
                       a.expires_at.value, settlement::to_string(a.state),
                       a.decided_by.value_or("-"), optional_time(a.decided_at), row.payment,
                       to_string(row.journal), row.reversed) +
           fmt::format(" {}", row.index.value);
}

std::string balances(const settlement::Balances& list) {
    std::string out;
    for (const auto& [key, amount] : list)
        out += fmt::format("{}/{}={},", key.first, settlement::to_string(key.second), amount.value);
    return out;
}

std::string line(const PeriodRow& row) {
    return fmt::format("period {} {} {} {} {}", row.month.value, row.organisations,
                       balances(row.total), row.closed, row.index.value);
}

std::string line(const PeriodBalanceRow& row) {
    return fmt::format("period_balance {} {} {} {}", to_string(row.organisation), row.month.value,
                       balances(row.balances), optional_number(row.index));
}

std::string line(const InvoiceRow& row) {
    const settlement::Invoice& i = row.invoice;
    return fmt::format("invoice {} {} {} {} {} {} {} {} {} {}", settlement::to_string(row.number),
                       to_string(i.organisation), to_string(i.project), i.period.value, i.currency,
                       i.net.value, i.tax.value,
                       i.corrects ? settlement::to_string(*i.corrects) : "-", row.issued.value,
                       row.index.value);
}

std::string line(const InvoiceSumRow& row) {
    return fmt::format("invoice_sum {} {} {} {} {} {}", to_string(row.organisation),
                       to_string(row.project), row.period.value, row.currency, row.net.value,
                       row.tax.value);
}

std::string line(const BalanceRow& row) {
    return fmt::format("balance {} {} {} {}", to_string(row.account.organisation),
                       row.account.currency, settlement::to_string(row.account.kind),
                       row.balance.value);
}

class LineHasher {
 public:
    // Every line begins with its kind and its key, so sorting the lines sorts the rows by key.
    template <typename Row>
    void add(const std::vector<Row>& rows) {
        std::vector<std::string> lines;
        lines.reserve(rows.size());
        for (const Row& row : rows)
            lines.push_back(line(row));
        std::ranges::sort(lines);
        for (const std::string& text : lines) {
            const Hash next = sha256({as_chars(hash_), text});
            hash_ = next;
        }
    }
    void add_head(const HeadRow& head) {
        hash_ = sha256(fmt::format("head {} {} {}", head.size.value, head.last_time.value,
                                   head.next_sequence));
    }
    [[nodiscard]] const Hash& hash() const { return hash_; }

 private:
    Hash hash_{};
};

}  // namespace

Hash digest(Rows state) {
    // A balance of zero is the same as none.
    std::erase_if(state.balances, [](const BalanceRow& row) { return row.balance.value == 0; });
    LineHasher hasher;
    hasher.add_head(state.head);
    hasher.add(state.organisations);
    hasher.add(state.meters);
    hasher.add(state.meter_keys);
    hasher.add(state.markets);
    hasher.add(state.calls);
    hasher.add(state.limits);
    hasher.add(state.schedules);
    hasher.add(state.models);
    hasher.add(state.sites);
    hasher.add(state.pools);
    hasher.add(state.titles);
    hasher.add(state.attestations);
    hasher.add(state.blocks);
    hasher.add(state.orders);
    hasher.add(state.leases);
    hasher.add(state.windows);
    hasher.add(state.runs);
    hasher.add(state.agreements);
    hasher.add(state.volumes);
    hasher.add(state.programmes);
    hasher.add(state.grants);
    hasher.add(state.reservations);
    hasher.add(state.voucher_months);
    hasher.add(state.arbiter_keys);
    hasher.add(state.disputes);
    hasher.add(state.pending);
    hasher.add(state.users);
    hasher.add(state.payment_keys);
    hasher.add(state.cash);
    hasher.add(state.operator_requests);
    hasher.add(state.periods);
    hasher.add(state.period_balances);
    hasher.add(state.invoices);
    hasher.add(state.invoice_sums);
    hasher.add(state.projects);
    hasher.add(state.project_budgets);
    hasher.add(state.signing_keys);
    hasher.add(state.signed_writes);
    hasher.add(state.balances);
    return hasher.hash();
}

}  // namespace suanpan::core
