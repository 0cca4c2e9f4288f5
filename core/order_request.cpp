#include "core/order_request.hpp"

#include "base/decimal.hpp"
#include "base/duration.hpp"
#include "base/fields.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace suanpan::core {
namespace {

constexpr std::int64_t kMaxLots = 1'000'000'000;
constexpr std::size_t kMaxMetadata = 4'096;
constexpr std::size_t kMaxClientId = 64;
constexpr std::size_t kMaxPurpose = 64;
constexpr std::size_t kMaxCounterparties = 1'000;

Result<std::string> parse_client_id(std::string_view text) {
    const auto printable = [](char c) { return c > ' ' && c < '\x7f'; };
    if (!text.empty() && text.size() <= kMaxClientId && std::ranges::all_of(text, printable))
        return std::string(text);
    return fail("bad_client_order_id", "a client_order_id is 1 to 64 visible ASCII characters");
}

void read_cu_quantity(suanpan::Fields& fields, matching::OrderTerms& terms) {
    const auto quantity = fields.need("quantity", parse_cu);
    if (quantity && quantity->value <= 0)
        fields.fault("quantity", "out_of_range", "a quantity is above zero");
    terms.quantity = quantity.value_or(Cu(0)).value;
    const auto excess = fields.find("max_excess_cu", parse_cu);
    if (excess && excess->value < 0)
        fields.fault("max_excess_cu", "out_of_range", "this must not be negative");
    terms.max_excess = excess.value_or(Cu(0));
}

void read_together(suanpan::Fields& fields, matching::OrderTerms& terms) {
    const auto same_site = fields.find_flag("same_site");
    const auto same_pool = fields.find_flag("same_pool");
    if (same_pool.value_or(false) && same_site == false) {
        fields.fault("same_site", "contradiction",
                     "same_pool asks for one pool, which is at one site: leave same_site out");
    }
    // More than one lot comes from one site unless the buyer says otherwise (market §4).
    const bool many = terms.unit == Unit::kCu || terms.quantity > 1;
    if (same_pool.value_or(false)) {
        terms.together = matching::Together::kSamePool;
    } else if (same_site.value_or(many)) {
        terms.together = matching::Together::kSameSite;
    }
}

void read_buy(suanpan::Fields& fields, matching::OrderTerms& terms) {
    terms.unit = fields.find("unit", matching::parse_unit).value_or(Unit::kLot);
    if (terms.unit == Unit::kCu) {
        read_cu_quantity(fields, terms);
    } else {
        terms.quantity = fields.need_integer("quantity", 1, kMaxLots).value_or(0);
    }
    if (const Json* requirement = fields.find_object("requirement")) {
        auto parsed = matching::parse_requirement(*requirement);
        if (parsed) {
            terms.requirement = std::move(*parsed);
        } else {
            fields.adopt("requirement", parsed.error());
        }
    }
    terms.duration = fields.find("duration", parse_duration);
    if (terms.duration && terms.duration->value <= 0)
        fields.fault("duration", "out_of_range", "a duration is above zero");
    if (terms.duration && terms.window.start < terms.window.end &&
        terms.duration->value > terms.window.length().value)
        fields.fault("duration", "contradiction", "the duration is longer than the window");
    terms.all_or_none = fields.find_flag("all_or_none").value_or(false);
    terms.billing =
        fields.find("billing", matching::parse_billing).value_or(matching::Billing::kReserved);
    read_together(fields, terms);
}

void read_sell(suanpan::Fields& fields, matching::OrderTerms& terms) {
    terms.unit = fields.need("price_unit", matching::parse_unit).value_or(Unit::kLot);
    terms.quantity = fields.need_integer("quantity", 1, kMaxLots).value_or(0);
    terms.pool = fields.need("pool", parse_id<PoolId>).value_or(PoolId{});
    terms.min_duration = fields.find("min_duration", parse_duration).value_or(Duration(0));
    terms.counterparties =
        fields.find_list("counterparties", kMaxCounterparties, parse_id<OrganisationId>);
    std::ranges::sort(terms.counterparties);
    const auto repeated = std::ranges::unique(terms.counterparties);
    terms.counterparties.erase(repeated.begin(), repeated.end());
}

void read_time_in_force(suanpan::Fields& fields, matching::OrderTerms& terms) {
    using matching::TimeInForce;
    const auto given = fields.find("time_in_force", matching::parse_time_in_force);
    terms.expires_at = fields.find("expires_at", parse_time);
    terms.time_in_force = given.value_or(terms.expires_at ? TimeInForce::kGtd : TimeInForce::kGtc);
    if (terms.time_in_force == TimeInForce::kGtd && !terms.expires_at)
        fields.fault("expires_at", "missing", "a gtd order says when it expires");
    if (terms.time_in_force != TimeInForce::kGtd && terms.expires_at) {
        fields.fault("expires_at", "contradiction",
                     "only a gtd order expires: set time_in_force to gtd or leave this out");
    }
    terms.post_only = fields.find_flag("post_only").value_or(false);
    const bool at_once =
        terms.time_in_force == TimeInForce::kIoc || terms.time_in_force == TimeInForce::kFok;
    if (terms.post_only && at_once)
        fields.fault("post_only", "contradiction",
                     "an order that may not rest cannot be post_only");
}

void read_text(suanpan::Fields& fields, OrderRequest& input) {
    input.client_order_id = fields.find("client_order_id", parse_client_id).value_or("");
    const Json* metadata = fields.find_object("metadata");
    if (metadata == nullptr) return;
    input.metadata = canonical_json(*metadata);
    if (input.metadata.size() > kMaxMetadata)
        fields.fault("metadata", "too_long", "at most 4096 bytes of metadata are kept");
}

void read_voucher(suanpan::Fields& fields, OrderRequest& input) {
    const auto grant = fields.find("grant", parse_id<GrantId>);
    const auto purpose = fields.find_text("purpose", kMaxPurpose);
    if (grant) input.voucher = VoucherClaim{*grant, purpose.value_or("")};
    if (purpose && !grant)
        fields.fault("purpose", "contradiction", "a purpose is said of a grant: name one");
}

void check_scope(suanpan::Fields& fields, const OrderAuthor& author, Side side) {
    if (side == Side::kBuy ? author.may_buy : author.may_sell) return;
    const Role needed = side == Side::kBuy ? Role::kBuyer : Role::kProvider;
    fields.fault("side", "beyond_own_scope",
                 "this key lacks the scope " + std::string(to_string(needed)));
}

}  // namespace

OrderRequest read_order(const OrderAuthor& author, const Json& body, Faults& faults,
                        std::string pointer) {
    suanpan::Fields fields(body, faults, std::move(pointer));
    OrderRequest input;
    matching::OrderTerms& terms = input.terms;
    terms.organisation = author.organisation;
    const auto side = fields.need("side", matching::parse_side);
    terms.side = side.value_or(Side::kBuy);
    terms.market =
        fields.need("market", matching::parse_market_key).value_or(matching::MarketKey{});
    const auto price = fields.need("limit_price", parse_price);
    if (price && price->value <= 0)
        fields.fault("limit_price", "out_of_range", "a price is above zero");
    terms.limit_price = price.value_or(Price(0));
    terms.window = read_window(fields, "window", true).value_or(Window{});
    if (side) check_scope(fields, author, *side);
    if (side == Side::kSell) {
        read_sell(fields, terms);
    } else {
        read_buy(fields, terms);
        read_voucher(fields, input);
    }
    read_time_in_force(fields, terms);
    terms.at_market = fields.find_flag("at_market").value_or(false);
    if (terms.at_market) terms.together = matching::Together::kAnywhere;
    terms.project = fields.find("project", parse_id<ProjectId>).value_or(ProjectId{});
    terms.key = author.key;
    terms.min_lots = Lots(fields.find_integer("min_lots", 1, kMaxLots).value_or(0));
    const bool lots = terms.side == Side::kSell || terms.unit == Unit::kLot;
    if (lots && terms.quantity > 0 && terms.min_lots.value > terms.quantity)
        fields.fault("min_lots", "contradiction", "min_lots is more than the quantity");
    terms.self_trade =
        fields.find("stp", matching::parse_self_trade).value_or(matching::SelfTrade::kCancelNewest);
    read_text(fields, input);
    // Without a side nobody can say which of its fields belong there.
    if (side) fields.finish();
    return input;
}

matching::OrderFilter read_order_filter(const Json& body, Faults& faults) {
    suanpan::Fields fields(body, faults);
    matching::OrderFilter filter;
    filter.organisation = fields.find("organisation", parse_id<OrganisationId>);
    filter.market = fields.find("market", matching::parse_market_key);
    filter.side = fields.find("side", matching::parse_side);
    filter.project = fields.find("project", parse_id<ProjectId>);
    filter.key = fields.find("key", parse_id<ApiKeyId>);
    fields.finish();
    return filter;
}

}  // namespace suanpan::core
