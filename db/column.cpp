#include "db/column.hpp"

#include "base/decimal.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace suanpan::db {

std::string array_literal(const std::vector<Cell>& elements) {
    std::string out = "{";
    for (const Cell& element : elements) {
        if (out.size() > 1) out += ',';
        if (!element) {
            out += "NULL";
            continue;
        }
        out += '"';
        for (const char c : *element) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + '}';
}

std::vector<std::string> parse_array(std::string_view literal) {
    if (literal.size() < 2 || literal.front() != '{' || literal.back() != '}')
        throw BadRow("a stored array is not one");
    literal = literal.substr(1, literal.size() - 2);
    std::vector<std::string> elements;
    std::size_t at = 0;
    while (at < literal.size()) {
        std::string element;
        if (literal[at] == '"') {
            for (++at; at < literal.size() && literal[at] != '"'; ++at) {
                if (literal[at] == '\\') ++at;
                if (at < literal.size()) element += literal[at];
            }
            ++at;
        } else {
            while (at < literal.size() && literal[at] != ',')
                element += literal[at++];
        }
        if (at < literal.size() && literal[at] != ',') throw BadRow("a stored array is broken");
        ++at;
        elements.push_back(std::move(element));
    }
    return elements;
}

std::int64_t parse_bigint(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw BadRow("a stored number is not one");
    return value;
}

Cell Column<std::vector<matching::Step>>::encode(const std::vector<matching::Step>& steps) {
    std::vector<std::int64_t> numbers;
    numbers.reserve(2 * steps.size());
    for (const matching::Step& step : steps) {
        numbers.push_back(step.from.value);
        numbers.push_back(step.lots.value);
    }
    return Column<std::vector<std::int64_t>>::encode(numbers);
}

std::vector<matching::Step> Column<std::vector<matching::Step>>::decode(const CellView& cell) {
    const auto numbers = Column<std::vector<std::int64_t>>::decode(cell);
    if (numbers.size() % 2 != 0) throw BadRow("stored steps are not pairs");
    std::vector<matching::Step> steps;
    for (std::size_t i = 0; i < numbers.size(); i += 2)
        steps.push_back({Time(numbers[i]), Lots(numbers[i + 1])});
    return steps;
}

template <>
core::Role parse_word(std::string_view text) {
    return get(core::parse_role(text));
}
template <>
core::LeaseState parse_word(std::string_view text) {
    return get(core::parse_lease_state(text));
}
template <>
core::Fault parse_word(std::string_view text) {
    return get(core::parse_fault(text));
}
template <>
settlement::BuyerKind parse_word(std::string_view text) {
    return get(settlement::parse_buyer_kind(text));
}
template <>
settlement::MeterRole parse_word(std::string_view text) {
    return get(settlement::parse_meter_role(text));
}
template <>
settlement::AccountKind parse_word(std::string_view text) {
    return get(settlement::parse_account_kind(text));
}
template <>
settlement::ApprovalState parse_word(std::string_view text) {
    return get(settlement::parse_approval_state(text));
}
template <>
core::ReversalReason parse_word(std::string_view text) {
    return get(core::parse_reversal_reason(text));
}
template <>
Side parse_word(std::string_view text) {
    return get(matching::parse_side(text));
}
template <>
Unit parse_word(std::string_view text) {
    return get(matching::parse_unit(text));
}
template <>
matching::TimeInForce parse_word(std::string_view text) {
    return get(matching::parse_time_in_force(text));
}
template <>
matching::SelfTrade parse_word(std::string_view text) {
    return get(matching::parse_self_trade(text));
}
template <>
matching::Together parse_word(std::string_view text) {
    return get(matching::parse_together(text));
}
template <>
matching::Billing parse_word(std::string_view text) {
    return get(matching::parse_billing(text));
}
template <>
matching::OrderState parse_word(std::string_view text) {
    return get(matching::parse_order_state(text));
}
template <>
matching::EndReason parse_word(std::string_view text) {
    return get(matching::parse_end_reason(text));
}

namespace {

// Numbers in jsonb are decimal strings, as on the wire.
template <typename T, typename Encode>
std::string json_of(const std::map<std::string, T>& map, const Encode& encode) {
    Json json = Json::object();
    for (const auto& [key, value] : map)
        json[key] = encode(value);
    return canonical_json(json);
}

template <typename T, typename Decode>
std::map<std::string, T> map_of(const CellView& cell, const Decode& decode) {
    const Json json = get(parse_json(not_null(cell)));
    std::map<std::string, T> map;
    for (const auto& [key, value] : json.items())
        map.emplace(key, decode(value));
    return map;
}

std::int64_t number(const Json& json) {
    return parse_bigint(json.get_ref<const std::string&>());
}

}  // namespace

template <>
Cell TextColumn<matching::MarketKey, ColumnType::kText>::encode(const matching::MarketKey& value) {
    return matching::to_string(value);
}
template <>
matching::MarketKey TextColumn<matching::MarketKey, ColumnType::kText>::decode(
    const CellView& cell) {
    return get(matching::parse_market_key(not_null(cell)));
}

template <>
Cell TextColumn<matching::Profile, ColumnType::kJsonb>::encode(const matching::Profile& value) {
    return matching::canonical(value);
}
template <>
matching::Profile TextColumn<matching::Profile, ColumnType::kJsonb>::decode(const CellView& cell) {
    return get(matching::parse_profile(get(parse_json(not_null(cell)))));
}

template <>
Cell TextColumn<matching::Requirement, ColumnType::kJsonb>::encode(
    const matching::Requirement& value) {
    return matching::canonical(value);
}
template <>
matching::Requirement TextColumn<matching::Requirement, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return get(matching::parse_requirement(get(parse_json(not_null(cell)))));
}

template <>
Cell TextColumn<std::map<std::string, Ppm>, ColumnType::kJsonb>::encode(
    const std::map<std::string, Ppm>& value) {
    return json_of(value, [](Ppm ppm) { return std::to_string(ppm.value); });
}
template <>
std::map<std::string, Ppm> TextColumn<std::map<std::string, Ppm>, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return map_of<Ppm>(cell, [](const Json& json) { return Ppm(number(json)); });
}

template <>
Cell TextColumn<std::map<std::string, Rate>, ColumnType::kJsonb>::encode(
    const std::map<std::string, Rate>& value) {
    return json_of(value, [](Rate rate) { return std::to_string(rate.value); });
}
template <>
std::map<std::string, Rate> TextColumn<std::map<std::string, Rate>, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return map_of<Rate>(cell, [](const Json& json) { return Rate(number(json)); });
}

template <>
Cell TextColumn<std::map<std::string, core::ClassRate>, ColumnType::kJsonb>::encode(
    const std::map<std::string, core::ClassRate>& value) {
    return json_of(value, [](const core::ClassRate& rate) {
        return Json{{"rate_mcu", std::to_string(rate.rate.value)}, {"attested", rate.attested}};
    });
}
template <>
std::map<std::string, core::ClassRate>
TextColumn<std::map<std::string, core::ClassRate>, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return map_of<core::ClassRate>(cell, [](const Json& json) {
        return core::ClassRate{Rate(number(json.at("rate_mcu"))), json.at("attested").get<bool>()};
    });
}

template <>
Cell TextColumn<std::map<std::string, core::RunTotals>, ColumnType::kJsonb>::encode(
    const std::map<std::string, core::RunTotals>& value) {
    return json_of(value, [](const core::RunTotals& totals) {
        return Json{{"windows", std::to_string(totals.windows)},
                    {"sale_micro", std::to_string(totals.sale.value)},
                    {"buyer_pays_micro", std::to_string(totals.buyer_pays.value)},
                    {"provider_gets_micro", std::to_string(totals.provider_gets.value)},
                    {"fees_micro", std::to_string(totals.fees.value)},
                    {"tax_micro", std::to_string(totals.tax.value)},
                    {"vouchers_micro", std::to_string(totals.vouchers.value)}};
    });
}
template <>
std::map<std::string, core::RunTotals>
TextColumn<std::map<std::string, core::RunTotals>, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return map_of<core::RunTotals>(cell, [](const Json& json) {
        core::RunTotals totals;
        totals.windows = number(json.at("windows"));
        totals.sale = Money(number(json.at("sale_micro")));
        totals.buyer_pays = Money(number(json.at("buyer_pays_micro")));
        totals.provider_gets = Money(number(json.at("provider_gets_micro")));
        totals.fees = Money(number(json.at("fees_micro")));
        totals.tax = Money(number(json.at("tax_micro")));
        // Runs before there were vouchers.
        if (json.contains("vouchers_micro"))
            totals.vouchers = Money(number(json.at("vouchers_micro")));
        return totals;
    });
}

template <>
Cell TextColumn<core::Grades, ColumnType::kJsonb>::encode(const core::Grades& value) {
    return json_of(value, [](const std::vector<settlement::CreditStep>& steps) {
        Json list = Json::array();
        for (const settlement::CreditStep& step : steps) {
            list.push_back({{"below_ppm", std::to_string(step.below.value)},
                            {"credit_ppm", std::to_string(step.credit.value)}});
        }
        return list;
    });
}
template <>
core::Grades TextColumn<core::Grades, ColumnType::kJsonb>::decode(const CellView& cell) {
    return map_of<std::vector<settlement::CreditStep>>(cell, [](const Json& list) {
        std::vector<settlement::CreditStep> steps;
        for (const Json& step : list)
            steps.push_back(
                {Ppm(number(step.at("below_ppm"))), Ppm(number(step.at("credit_ppm")))});
        return steps;
    });
}

template <>
Cell TextColumn<settlement::DiscountAgreement, ColumnType::kJsonb>::encode(
    const settlement::DiscountAgreement& value) {
    return settlement::to_json(value);
}
template <>
settlement::DiscountAgreement TextColumn<settlement::DiscountAgreement, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return get(settlement::parse_agreement(not_null(cell)));
}

// "<ppm>", and the agreement behind a blank when there is one.
template <>
Cell TextColumn<settlement::AppliedDiscount, ColumnType::kText>::encode(
    const settlement::AppliedDiscount& value) {
    std::string out = std::to_string(value.discount.value);
    if (value.agreement) out += " " + to_string(*value.agreement);
    return out;
}
template <>
settlement::AppliedDiscount TextColumn<settlement::AppliedDiscount, ColumnType::kText>::decode(
    const CellView& cell) {
    const std::string_view text = not_null(cell);
    const std::size_t blank = text.find(' ');
    settlement::AppliedDiscount out;
    out.discount = Ppm(parse_bigint(text.substr(0, blank)));
    if (blank != std::string_view::npos)
        out.agreement = get(parse_id<AgreementId>(text.substr(blank + 1)));
    return out;
}

template <>
Cell TextColumn<settlement::Programme, ColumnType::kJsonb>::encode(
    const settlement::Programme& value) {
    return settlement::to_json(value);
}
template <>
settlement::Programme TextColumn<settlement::Programme, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return get(settlement::parse_programme(not_null(cell)));
}

namespace {

// What the vouchers of orders and of leases have in common.
template <typename Voucher>
Json voucher_to_json(const Voucher& voucher) {
    Json out{{"grant", to_string(voucher.grant)},
             {"reserved_micro", std::to_string(voucher.reserved.value)}};
    if (voucher.price_cap) out["price_cap_micro"] = std::to_string(voucher.price_cap->value);
    return out;
}
template <typename Voucher>
Voucher voucher_from_json(const Json& json) {
    Voucher out;
    out.grant = get(parse_id<GrantId>(json.at("grant").get<std::string>()));
    out.reserved = Money(number(json.at("reserved_micro")));
    if (json.contains("price_cap_micro")) out.price_cap = Price(number(json.at("price_cap_micro")));
    return out;
}

}  // namespace

template <>
Cell TextColumn<core::OrderVoucher, ColumnType::kJsonb>::encode(const core::OrderVoucher& value) {
    Json out = voucher_to_json(value);
    out["covers"] = value.covers;
    return out.dump();
}
template <>
core::OrderVoucher TextColumn<core::OrderVoucher, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    const Json json = Json::parse(not_null(cell));
    auto out = voucher_from_json<core::OrderVoucher>(json);
    out.covers = json.at("covers").get<bool>();
    return out;
}

template <>
Cell TextColumn<core::LeaseVoucher, ColumnType::kJsonb>::encode(const core::LeaseVoucher& value) {
    Json out = voucher_to_json(value);
    out["until_s"] = std::to_string(value.until.value);
    out["month"] = std::to_string(value.month.value);
    return out.dump();
}
template <>
core::LeaseVoucher TextColumn<core::LeaseVoucher, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    const Json json = Json::parse(not_null(cell));
    auto out = voucher_from_json<core::LeaseVoucher>(json);
    out.until = Time(number(json.at("until_s")));
    // Leases of before there were disputes are none that one is about.
    if (json.contains("month")) out.month = settlement::Month(number(json.at("month")));
    return out;
}

}  // namespace suanpan::db
