#include "apps/suanpan-audit/money_totals.hpp"

#include "base/check.hpp"
#include "base/checked.hpp"
#include "base/decimal.hpp"
#include "core/entries.hpp"
#include "core/fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace suanpan::audit {
namespace {

std::size_t place_of(std::string_view part) {
    const auto found = std::ranges::find(kLineParts, part);
    CHECK(found != kLineParts.end());
    return static_cast<std::size_t>(found - kLineParts.begin());
}

bool add_to_sum(Money& sum, Money more) {
    const auto added = add(sum, more);
    if (added) sum = *added;
    return added.has_value();
}

Result<std::string> text_of(const Json& object, std::string_view name) {
    const auto field = object.is_object() ? object.find(name) : object.end();
    if (!object.is_object() || field == object.end() || !field->is_string())
        return fail("bad_entry", std::string(name) + ": must be a string");
    return field->get<std::string>();
}

Result<Money> money_of(const Json& object, std::string_view name) {
    const auto text = text_of(object, name);
    if (!text) return fail(text.error());
    auto money = parse_money(*text);
    if (!money) return fail("bad_entry", std::string(name) + ": " + money.error().detail());
    return money;
}

tl::unexpected<Error> does_not_add_up(const std::string& what) {
    return fail("line_does_not_add_up",
                "a settlement line breaks metering-settlement, the "
                "waterfall: " +
                    what);
}

// In 128 bits: no sum of a line's parts can leave them.
Result<void> check_line(const CurrencyTotals& line, const Json& json) {
    const auto part = [&](std::string_view name) { return Int128{line.part(name).value}; };
    if (part("amount") != part("sale") - part("credit") - part("discount"))
        return does_not_add_up("amount is not sale - credit - discount");
    if (part("buyer_pays") !=
        part("amount") - part("voucher") + part("buyer_fee") + part("buyer_tax"))
        return does_not_add_up("buyer_pays is not amount - voucher + buyer_fee + buyer_tax");
    if (part("provider_gets") != part("amount") - part("provider_fee") - part("withheld"))
        return does_not_add_up("provider_gets is not amount - provider_fee - withheld");
    Int128 owners = 0;
    const auto list = json.find("owners");
    if (list == json.end() || !list->is_array())
        return fail("bad_entry", "owners: must be an array");
    for (const Json& owner : *list) {
        const auto amount = money_of(owner, "amount");
        if (!amount) return fail(amount.error());
        owners += amount->value;
    }
    if (owners != part("provider_gets"))
        return does_not_add_up("the owners' amounts do not sum to provider_gets");
    return {};
}

// Only a correction may have parts below zero.
Result<void> check_signs(const CurrencyTotals& line) {
    for (std::size_t i = 0; i < kLineParts.size(); ++i) {
        if (line.parts[i].value < 0)
            return does_not_add_up(std::string(kLineParts[i]) + " is below zero");
    }
    return {};
}

Result<CurrencyTotals> read_line(const Json& json) {
    CurrencyTotals line;
    line.lines = 1;
    for (std::size_t i = 0; i < kLineParts.size(); ++i) {
        const auto money = money_of(json, kLineParts[i]);
        if (!money) return fail(money.error());
        line.parts[i] = *money;
    }
    const auto checked = check_line(line, json);
    if (!checked) return fail(checked.error());
    return line;
}

bool add_totals(CurrencyTotals& to, const CurrencyTotals& more) {
    to.deposits += more.deposits;
    to.withdrawals += more.withdrawals;
    to.lines += more.lines;
    bool fits =
        add_to_sum(to.deposited, more.deposited) && add_to_sum(to.withdrawn, more.withdrawn);
    for (std::size_t i = 0; i < kLineParts.size() && fits; ++i)
        fits = add_to_sum(to.parts[i], more.parts[i]);
    return fits;
}

// An amount is not the least of int64: the market has added it to a balance.
CurrencyTotals moved(Money amount) {
    CurrencyTotals out;
    if (amount.value >= 0) {
        out.deposits = 1;
        out.deposited = amount;
    } else {
        out.withdrawals = 1;
        out.withdrawn = Money(-amount.value);
    }
    return out;
}

bool put(Money& out, Int128 value) {
    out = Money(static_cast<std::int64_t>(value));
    return out.value == value;
}

}  // namespace

Money CurrencyTotals::part(std::string_view name) const {
    return parts[place_of(name)];
}

std::vector<EntryHook> MoneyTotals::hooks() {
    return {{"transfer", [this](const EntryView& entry) { return transfer(entry); }},
            {"settlement", [this](const EntryView& entry) { return settlement(entry); }},
            {"correction", [this](const EntryView& entry) { return correction(entry); }}};
}

Result<AccountTotals> MoneyTotals::accounts(const CurrencyTotals& totals) {
    const auto part = [&](std::string_view name) { return Int128{totals.part(name).value}; };
    const Int128 cash = Int128{totals.withdrawn.value} - totals.deposited.value;
    AccountTotals out;
    const bool fits =
        put(out.cash, cash) && put(out.fees, part("buyer_fee") + part("provider_fee")) &&
        put(out.tax, part("buyer_tax") + part("withheld")) && put(out.vouchers, -part("voucher")) &&
        put(out.organisations, part("provider_gets") - part("buyer_pays") - cash);
    if (!fits) return fail("overflow", "the accounts' balances do not fit 64 bits");
    return out;
}

Result<OrderedStep> MoneyTotals::transfer(const EntryView& entry) {
    const auto logged = core::parse_entry(entry.bytes);
    if (!logged) return fail(logged.error());
    if (!logged->command) return fail("bad_entry", "the entry is no command");
    const core::CommandBody& body = logged->command->body;
    if (const auto* request = std::get_if<core::RequestCash>(&body)) {
        const ApprovalId id{logged->command->id.bytes};
        return [this, id,
                asked = CashRequest{request->move.currency,
                                    request->move.amount}]() -> Result<LateCheck> {
            requests_[id] = asked;
            return LateCheck{};
        };
    }
    if (const auto* approved = std::get_if<core::ApproveCash>(&body))
        return [this, id = approved->id] { return approve(id); };
    if (const auto* rejected = std::get_if<core::RejectCash>(&body)) {
        return [this, id = rejected->id]() -> Result<LateCheck> {
            requests_.erase(id);
            return LateCheck{};
        };
    }
    if (const auto* payment = std::get_if<core::TakePayment>(&body)) {
        return [this, notice = payment->notice] {
            return add_to(notice.currency, moved(notice.amount));
        };
    }
    return OrderedStep{};  // a bond stays with its organisation
}

Result<LateCheck> MoneyTotals::approve(const ApprovalId& id) {
    const auto found = requests_.find(id);
    if (found == requests_.end()) {
        return fail("unknown_approval",
                    "no entry before asks for what is approved: " + to_string(id));
    }
    const CashRequest asked = found->second;
    requests_.erase(found);
    return add_to(asked.currency, moved(asked.amount));
}

Result<OrderedStep> MoneyTotals::settlement(const EntryView& entry) {
    const Json tree = entry.tree();
    const auto body = tree.find("body");
    if (body == tree.end()) return fail("bad_entry", "body: is missing");
    const auto lines = body->find("lines");
    if (lines == body->end()) return OrderedStep{};  // the command, further readings, the closing
    auto currency = text_of(*body, "currency");
    if (!currency) return fail(currency.error());
    if (!lines->is_array()) return fail("bad_entry", "lines: must be an array");
    CurrencyTotals more;
    for (const Json& json : *lines) {
        const auto line = read_line(json);
        if (!line) return fail(line.error());
        if (const auto signs = check_signs(*line); !signs) return fail(signs.error());
        if (!add_totals(more, *line)) return fail("overflow", "the lines' sums do not fit 64 bits");
    }
    return [this, currency = std::move(*currency), more] { return add_to(currency, more); };
}

Result<OrderedStep> MoneyTotals::correction(const EntryView& entry) {
    const Json tree = entry.tree();
    const auto body = tree.find("body");
    if (body == tree.end()) return fail("bad_entry", "body: is missing");
    auto currency = text_of(*body, "currency");
    if (!currency) return fail(currency.error());
    auto line = read_line(*body);
    if (!line) return fail(line.error());
    return [this, currency = std::move(*currency), more = *line] { return add_to(currency, more); };
}

Result<LateCheck> MoneyTotals::add_to(const std::string& currency, const CurrencyTotals& more) {
    constexpr std::size_t kMostCurrencies = 1'000;  // there are not so many in the world
    if (!totals_.contains(currency) && totals_.size() == kMostCurrencies)
        return fail("bad_entry", "the log has more than 1,000 currencies");
    CurrencyTotals& totals = totals_[currency];
    if (!add_totals(totals, more) || !accounts(totals))
        return fail("overflow", "the log's sums in " + currency + " do not fit 64 bits");
    return LateCheck{};
}

Json MoneyTotals::state() const {
    Json requests = Json::object();
    for (const auto& [id, asked] : requests_) {
        requests[to_string(id)] = {{"currency", asked.currency},
                                   {"amount", to_string(asked.amount)}};
    }
    Json out = Json::object();
    for (const auto& [currency, totals] : totals_) {
        Json& json = out[currency];
        json = {{"deposits", std::to_string(totals.deposits)},
                {"withdrawals", std::to_string(totals.withdrawals)},
                {"lines", std::to_string(totals.lines)},
                {"deposited", to_string(totals.deposited)},
                {"withdrawn", to_string(totals.withdrawn)}};
        for (std::size_t i = 0; i < kLineParts.size(); ++i)
            json[std::string(kLineParts[i])] = to_string(totals.parts[i]);
    }
    return {{"currencies", std::move(out)}, {"requests", std::move(requests)}};
}

Result<void> MoneyTotals::restore(const Json& state) {
    core::Fields in(state);
    const Json& currencies = in.member("currencies");
    const Json& requests = in.member("requests");
    if (const auto finished = in.finish(); !finished)
        return fail("bad_state", finished.error().detail());
    if (auto restored = restore_requests(requests); !restored) return restored;
    return restore_totals(currencies);
}

Result<void> MoneyTotals::restore_requests(const Json& state) {
    if (!state.is_object()) return fail("bad_state", "the requests are no object");
    for (const auto& item : state.items()) {
        const auto id = parse_id<ApprovalId>(item.key());
        core::Fields in(item.value());
        CashRequest asked{in.text("currency"), in.parsed("amount", parse_money)};
        if (const auto finished = in.finish(); !finished || !id)
            return fail("bad_state", finished ? id.error().detail() : finished.error().detail());
        requests_[*id] = std::move(asked);
    }
    return {};
}

Result<void> MoneyTotals::restore_totals(const Json& state) {
    if (!state.is_object()) return fail("bad_state", "the totals are no object");
    for (const auto& item : state.items()) {
        core::Fields in(item.value());
        CurrencyTotals totals;
        totals.deposits = in.integer("deposits");
        totals.withdrawals = in.integer("withdrawals");
        totals.lines = in.integer("lines");
        totals.deposited = in.parsed("deposited", parse_money);
        totals.withdrawn = in.parsed("withdrawn", parse_money);
        for (std::size_t i = 0; i < kLineParts.size(); ++i)
            totals.parts[i] = in.parsed(kLineParts[i], parse_money);
        if (const auto finished = in.finish(); !finished)
            return fail("bad_state", finished.error().detail());
        if (!accounts(totals)) return fail("bad_state", "the totals do not fit 64 bits");
        totals_[item.key()] = totals;
    }
    return {};
}

}  // namespace suanpan::audit
