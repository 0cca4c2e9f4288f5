#include "core/entries.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "base/time.hpp"
#include "core/bodies.hpp"
#include "core/dispute_bodies.hpp"
#include "core/fields.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::core {
namespace {

constexpr std::size_t kSaltDigits = 32;
constexpr std::string_view kSaltMember = "\"salt\":\"";
constexpr std::string_view kNoSalt = "00000000000000000000000000000000";
constexpr std::string_view kRefused = "refused";

std::string decimal(std::int64_t value) {
    return std::to_string(value);
}

EntryDraft draft(std::string_view kind, Time time, const CommandId& cause, Json members) {
    members["kind"] = kind;
    members["v"] = 1;
    members["time"] = to_string(time);
    members["salt"] = kNoSalt;
    EntryDraft out{std::string(kind), canonical_json(members), cause};
    return out;
}

Json command_members(const Command& command) {
    Json out{{"command", to_string(command.id)},
             {"actor", command.actor.is_nil() ? std::string() : to_string(command.actor)},
             {"auth", std::string(to_string(command.auth))},
             {"body", body_to_json(command.body)}};
    if (!command.signature.empty()) out["signed"] = Json::parse(command.signature);
    return out;
}

EntryDraft derived(std::string_view kind, Time time, const CommandId& cause, Json body) {
    return draft(kind, time, cause, {{"cause", to_string(cause)}, {"body", std::move(body)}});
}

Json indices_to_json(const std::vector<LogIndex>& indices) {
    Json out = Json::array();
    for (const LogIndex index : indices)
        out.push_back(decimal(index.value));
    return out;
}

Json line_to_json(const SettlementLineRow& row) {
    const settlement::WaterfallLine& line = row.line;
    Json owners = Json::array();
    for (std::size_t i = 0; i < row.owners.size(); ++i) {
        owners.push_back(
            {{"owner", to_string(row.owners[i])}, {"amount", to_string(line.owners[i])}});
    }
    Json out{{"window", window_to_json(row.window)},
             {"lot_us", decimal(row.lot_us)},
             {"sale", to_string(line.sale)},
             {"credit", to_string(line.credit)},
             {"discount", to_string(line.discount)},
             {"amount", to_string(line.amount)},
             {"voucher", to_string(line.voucher)},
             {"buyer_fee", to_string(line.buyer_fee)},
             {"buyer_tax", to_string(line.buyer_tax)},
             {"buyer_pays", to_string(line.buyer_pays)},
             {"provider_fee", to_string(line.provider_fee)},
             {"withheld", to_string(line.withheld)},
             {"provider_gets", to_string(line.provider_gets)},
             {"owners", owners},
             {"readings", indices_to_json(row.readings)}};
    if (row.paid_us != row.lot_us) out["paid_us"] = decimal(row.paid_us);
    if (!row.agreement.is_nil()) out["agreement"] = to_string(row.agreement);
    if (!row.grant.is_nil()) out["grant"] = to_string(row.grant);
    if (!row.missed.empty()) out["guarantees"] = Json::parse(settlement::to_json(row.missed));
    return out;
}

// {"CNY":{"available":"1.000000",…},…}
Json balances_to_json(const settlement::Balances& balances) {
    Json out = Json::object();
    for (const auto& [key, amount] : balances)
        out[key.first][std::string(settlement::to_string(key.second))] = to_string(amount);
    return out;
}

Json invoices_to_json(std::span<const InvoiceRow> invoices) {
    Json out = Json::array();
    for (const InvoiceRow& each : invoices) {
        Json one{{"number", settlement::to_string(each.number)},
                 {"currency", each.invoice.currency},
                 {"net", to_string(each.invoice.net)},
                 {"tax", to_string(each.invoice.tax)}};
        if (!each.invoice.project.is_nil()) one["project"] = to_string(each.invoice.project);
        if (each.invoice.corrects) one["corrects"] = settlement::to_string(*each.invoice.corrects);
        out.push_back(std::move(one));
    }
    return out;
}

// As draft() of command_members() would, without a tree: an envelope is tens of kilobytes of
// canonical JSON already.
EntryDraft readings_draft(const Command& command, const SubmitReadings& body, Time time) {
    const std::string_view kind = entry_kind(command.body);
    CanonicalWriter out;
    out.begin_object();
    out.field("actor", command.actor.is_nil() ? std::string() : to_string(command.actor));
    out.field("auth", to_string(command.auth));
    out.key("body");
    out.begin_object();
    out.key("envelope");
    out.raw(body.envelope);
    if (body.signer) out.field("key", to_base64(as_chars(*body.signer)));
    out.end_object();
    out.field("command", to_string(command.id));
    out.field("kind", kind);
    out.field("salt", kNoSalt);
    out.field("time", to_string(time));
    out.key("v");
    out.integer(1);
    out.end_object();
    return {std::string(kind), out.take(), command.id};
}

Result<void> check_header(const Json& json) {
    if (!json.is_object()) return fail("bad_entry", "an entry is a JSON object");
    if (!json.contains("v") || json.at("v") != 1)
        return fail("bad_entry", "the entry's version is not 1");
    return {};
}

Result<Command> read_command(std::string_view kind, Fields& in) {
    const auto id = in.id<CommandId>("command");
    const std::string actor = in.text("actor");
    OrganisationId organisation;
    if (!actor.empty()) organisation = in.id<OrganisationId>("actor");
    const Auth auth = in.parsed("auth", parse_auth);
    const Json& body_json = in.member("body");
    std::string signature;
    if (in.has("signed")) {
        const auto envelope = read_envelope(in.member("signed"));
        if (!envelope) in.fault("signed", envelope.error().detail());
        if (auth != Auth::kSigned) in.fault("signed", "stands in an entry whose auth is signed");
        signature = canonical_json(in.member("signed"));
    }
    const auto finished = in.finish();
    if (!finished) return fail(finished.error());
    auto body = body_from_json(kind, body_json);
    if (!body) return fail(body.error());
    Command out(id, organisation, auth, std::move(*body));
    out.signature = std::move(signature);
    return out;
}

// The entry's own salt is the last member of that name: only "time" and "v", and a "signed" whose
// members are an envelope's, come after it, while the body before it may have members of any name.
// (Inside a JSON string the pattern cannot occur: its quotes would be escaped.)
std::size_t salt_position(std::string_view entry) {
    return entry.rfind(kSaltMember);
}

}  // namespace

void put_salt(std::string& entry, std::string_view salt) {
    CHECK(salt.size() == kSaltDigits);
    // A quoted name followed by a colon cannot occur inside a JSON string, whose quotes are
    // escaped.
    const std::size_t at = salt_position(entry);
    CHECK(at != std::string::npos && at + kSaltMember.size() + kSaltDigits < entry.size());
    entry.replace(at + kSaltMember.size(), kSaltDigits, salt);
}

Result<std::string> without_salt(std::string_view entry) {
    const std::size_t at = salt_position(entry);
    if (at == std::string_view::npos || at + kSaltMember.size() + kSaltDigits >= entry.size()) {
        return fail("bad_entry", "the entry has no salt");
    }
    std::string out(entry);
    out.replace(at + kSaltMember.size(), kSaltDigits, kNoSalt);
    return out;
}

EntryDraft command_entry(const Command& command, Time time) {
    const auto* const body = std::get_if<SubmitReadings>(&command.body);
    if (body != nullptr && command.signature.empty()) return readings_draft(command, *body, time);
    return draft(entry_kind(command.body), time, command.id, command_members(command));
}

EntryDraft refused_entry(const Command& command, Time time, std::string_view code) {
    Json members = command_members(command);
    members["code"] = code;
    members["refused"] = entry_kind(command.body);
    return draft(kRefused, time, command.id, std::move(members));
}

EntryDraft trade_entry(const CommandId& cause, const TradeRow& trade) {
    const matching::Fill& fill = trade.fill;
    return derived("trade", trade.time, cause,
                   {{"id", to_string(trade.id)},
                    {"lease", to_string(trade.lease)},
                    {"market", to_string(trade.market)},
                    {"maker", to_string(fill.maker)},
                    {"taker", to_string(fill.taker)},
                    {"buyer", to_string(fill.buyer)},
                    {"provider", to_string(fill.provider)},
                    {"pool", to_string(fill.pool)},
                    {"lots", decimal(fill.lots.value)},
                    {"window", window_to_json(fill.window)},
                    {"price", to_string(fill.price)},
                    {"price_unit", std::string(matching::to_string(fill.price_unit))},
                    {"rate_cu", to_string(fill.rate)}});
}

EntryDraft auction_entry(const CommandId& cause, Time time, const matching::CallView& call,
                         const std::optional<Price>& reference) {
    const matching::CallResult& result = call.result;
    Json body{{"market", to_string(call.terms.market)},
              {"window", window_to_json(call.terms.window)},
              {"volume", decimal(result.volume.value)},
              {"surplus", decimal(result.surplus.value)}};
    if (result.price) body["price"] = to_string(*result.price);
    if (result.surplus_side)
        body["surplus_side"] = std::string(matching::to_string(*result.surplus_side));
    if (reference) body["reference"] = to_string(*reference);
    return derived("auction", time, cause, std::move(body));
}

EntryDraft lease_entry(const CommandId& cause, Time time, const LeaseRow& lease) {
    const settlement::FeeTerms& fees = lease.terms.fees;
    Json body{{"id", to_string(lease.id)},
              {"trade", to_string(lease.trade)},
              {"state", std::string(to_string(lease.state))},
              {"billing", std::string(matching::to_string(lease.billing))},
              {"hold", to_string(lease.hold)},
              {"buyer_metered", lease.buyer_metered},
              {"fees",
               {{"buyer_ppm", decimal(fees.buyer_fee.value)},
                {"provider_ppm", decimal(fees.provider_fee.value)},
                {"buyer_flat", to_string(fees.buyer_flat)},
                {"provider_flat", to_string(fees.provider_flat)},
                {"buyer_tax_ppm", decimal(fees.buyer_tax.value)},
                {"provider_withholding_ppm", decimal(fees.provider_withholding.value)}}}};
    if (lease.voucher) {
        body["voucher"] = {{"grant", to_string(lease.voucher->grant)},
                           {"reserved", to_string(lease.voucher->reserved)}};
        if (const auto& cap = lease.voucher->price_cap)
            body["voucher"]["price_cap"] = to_string(*cap);
    }
    return derived("lease", time, cause, std::move(body));
}

EntryDraft settlement_entry(const CommandId& cause, Time time, const RunId& run,
                            const LeaseId& lease, std::int64_t part,
                            const std::vector<SettlementLineRow>& lines) {
    Json rows = Json::array();
    for (const SettlementLineRow& line : lines)
        rows.push_back(line_to_json(line));
    return derived("settlement", time, cause,
                   {{"run", to_string(run)},
                    {"lease", to_string(lease)},
                    {"part", decimal(part)},
                    {"currency", lines.empty() ? std::string() : lines.front().currency},
                    {"lines", rows}});
}

EntryDraft readings_entry(const CommandId& cause, Time time, const SettlementPart& part) {
    return derived("settlement", time, cause,
                   {{"run", to_string(part.run)},
                    {"lease", to_string(part.lease)},
                    {"part", decimal(part.part)},
                    {"window", window_to_json(part.window)},
                    {"readings", indices_to_json(part.readings)}});
}

EntryDraft dispute_entry(const CommandId& cause, Time time, const DisputeRow& row) {
    const settlement::Dispute& dispute = row.dispute;
    Json body{{"id", to_string(dispute.id)},
              {"lease", to_string(dispute.lease)},
              {"window", window_to_json(dispute.window)},
              {"reason", std::string(settlement::to_string(dispute.reason))},
              {"state", std::string(settlement::to_string(dispute.state))},
              {"final", delivered_to_json(dispute.final)},
              {"claimed", delivered_to_json(dispute.claimed)}};
    if (dispute.opened_by)
        body["opened_by"] = std::string(settlement::to_string(*dispute.opened_by));
    if (const auto deadline = dispute.deadline()) body["deadline"] = to_string(*deadline);
    if (dispute.result) body["result"] = delivered_to_json(*dispute.result);
    return derived("dispute", time, cause, std::move(body));
}

EntryDraft attestation_entry(const CommandId& cause, Time time, const AttestationRow& revoked,
                             const LeaseId& lease, Rate measured) {
    return derived("attestation", time, cause,
                   {{"id", to_string(revoked.id)},
                    {"pool", to_string(revoked.pool)},
                    {"class", revoked.compute_class},
                    {"rate_cu", to_string(revoked.rate)},
                    {"measured_cu", to_string(measured)},
                    {"lease", to_string(lease)},
                    {"what", "revoked_by_probe"}});
}

EntryDraft correction_entry(const CommandId& cause, Time time, const SettlementLineRow& line) {
    Json body = line_to_json(line);
    body["lease"] = to_string(line.lease);
    body["run"] = to_string(line.run);
    body["currency"] = line.currency;
    body["dispute"] = to_string(line.dispute);
    if (line.corrects) body["corrects"] = decimal(line.corrects->value);
    return derived("correction", time, cause, std::move(body));
}

EntryDraft period_entry(const CommandId& cause, Time time, const PeriodBalanceRow& row,
                        std::span<const InvoiceRow> invoices) {
    return derived("period_closed", time, cause,
                   {{"period", settlement::to_string(row.month)},
                    {"organisation", to_string(row.organisation)},
                    {"balances", balances_to_json(row.balances)},
                    {"invoices", invoices_to_json(invoices)}});
}

EntryDraft more_invoices_entry(const CommandId& cause, Time time, const PeriodBalanceRow& row,
                               std::span<const InvoiceRow> invoices) {
    return derived("period_closed", time, cause,
                   {{"period", settlement::to_string(row.month)},
                    {"organisation", to_string(row.organisation)},
                    {"invoices", invoices_to_json(invoices)}});
}

EntryDraft period_closed_entry(const CommandId& cause, Time time, const PeriodRow& period) {
    return derived("period_closed", time, cause,
                   {{"period", settlement::to_string(period.month)},
                    {"closed", true},
                    {"organisations", decimal(period.organisations)},
                    {"total", balances_to_json(period.total)}});
}

EntryDraft run_closed_entry(const CommandId& cause, Time time, const RunRow& run) {
    Json totals = Json::object();
    for (const auto& [currency, sums] : run.totals) {
        totals[currency] = {{"windows", decimal(sums.windows)},
                            {"sale", to_string(sums.sale)},
                            {"buyer_pays", to_string(sums.buyer_pays)},
                            {"provider_gets", to_string(sums.provider_gets)},
                            {"fees", to_string(sums.fees)},
                            {"tax", to_string(sums.tax)}};
        if (sums.vouchers.value != 0) totals[currency]["vouchers"] = to_string(sums.vouchers);
    }
    return derived("settlement", time, cause,
                   {{"run", to_string(run.id)},
                    {"closed", true},
                    {"from", decimal(run.from.value)},
                    {"to", decimal(run.to.value)},
                    {"leases", decimal(run.leases)},
                    {"totals", totals}});
}

Result<LoggedEntry> parse_entry(std::string_view bytes) {
    const auto json = parse_json(bytes, JsonLimits{kMaxEntryBytes, JsonLimits{}.max_depth});
    if (!json) return fail("bad_entry", json.error().detail());
    const auto header = check_header(*json);
    if (!header) return fail(header.error());
    Fields in(*json);
    LoggedEntry out;
    out.kind = in.text("kind");
    in.member("v");
    out.time = in.time("time");
    if (in.text("salt").size() != kSaltDigits) in.fault("salt", "must be 32 hexadecimal digits");
    if (in.has("cause")) {
        in.id<CommandId>("cause");
        in.member("body");
        const auto finished = in.finish();
        if (!finished) return fail(finished.error());
        return out;
    }
    std::string kind = out.kind;
    if (out.kind == kRefused) {
        out.refused = true;
        out.code = in.text("code");
        kind = in.text("refused");
    }
    auto command = read_command(kind, in);
    if (!command) return fail(command.error());
    out.command.emplace(std::move(*command));
    return out;
}

}  // namespace suanpan::core
