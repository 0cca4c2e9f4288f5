#include "core/replay_difference.hpp"

#include "base/fields.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace suanpan::core {
namespace {

constexpr std::size_t kShownBytes = 400;
constexpr std::string_view kNothing = "nothing";

// A member of an entry of a kind (empty: any), and the rule that makes it. Within a kind in the
// order of the rules, so that a consequence is not told before its cause.
struct Rule {
    std::string_view kind;
    std::string_view member;
    std::string_view text;
};

constexpr std::array kRules = {
    Rule{"trade", "taker", "market §5 step 2 (resting orders in priority order)"},
    Rule{"trade", "maker", "market §5 step 2 (best price, then lowest sequence number)"},
    Rule{"trade", "pool", "market §5 step 2 (best price, then lowest sequence number)"},
    Rule{"trade", "window", "market §5 step 3 (the taker's whole window)"},
    Rule{"trade", "lots", "market §5 (how many lots are fillable now)"},
    Rule{"trade", "price", "market §5 step 3 (the maker's limit price)"},
    Rule{"trade", "price_unit", "market §5 step 3 (the maker's limit price)"},
    Rule{"trade", "rate_cu", "market §2 (the pool's rate)"},
    Rule{"auction", "window", "market §6 (one auction clears one instrument)"},
    Rule{"auction", "volume", "market §6 (maximum executable volume)"},
    Rule{"auction", "surplus", "market §6 (minimum surplus)"},
    Rule{"auction", "surplus_side", "market §6 (minimum surplus)"},
    Rule{"auction", "price", "market §6 (the price at maximum volume and minimum surplus)"},
    Rule{"auction", "reference", "market §7 (reference: last auction, else last index)"},
    Rule{"lease", "state", "market §8 (the states of a lease)"},
    Rule{"lease", "billing", "market §4 (billing)"},
    Rule{"lease", "fees", "market §7 (fees by the schedule at acceptance)"},
    Rule{"lease", "hold", "market §1 (a lease's hold: its exact worst case, rounded down)"},
    Rule{"lease", "voucher", "market §7 (what a grant reserves of an order and its leases)"},
    Rule{"lease", "buyer_metered", "metering-settlement, Meters (both sides in)"},
    Rule{"settlement", "window", "metering-settlement, Meters (final windows)"},
    Rule{"settlement", "lot_us", "metering-settlement, Meters (final lot-time)"},
    Rule{"settlement", "sale", "metering-settlement, waterfall step 1 (S: price x final lot-time)"},
    Rule{"settlement", "credit", "metering-settlement, waterfall step 2 (C: service credit)"},
    Rule{"settlement", "discount", "metering-settlement, waterfall step 3 (D: discount)"},
    Rule{"settlement", "amount", "metering-settlement, waterfall step 4 (A = S - C - D)"},
    Rule{"settlement", "voucher", "metering-settlement, waterfall step 5 (V: voucher)"},
    Rule{"settlement", "buyer_fee", "metering-settlement, waterfall step 6 (the buyer's fee)"},
    Rule{"settlement", "provider_fee",
         "metering-settlement, waterfall step 6 (the provider's fee)"},
    Rule{"settlement", "buyer_tax", "metering-settlement, waterfall step 7 (tax)"},
    Rule{"settlement", "withheld", "metering-settlement, waterfall step 7 (tax withheld)"},
    Rule{"settlement", "buyer_pays", "metering-settlement, waterfall step 8 (the buyer pays)"},
    Rule{"settlement", "provider_gets",
         "metering-settlement, waterfall step 8 (the provider gets)"},
    Rule{"settlement", "owners", "metering-settlement, waterfall step 8 (split by title)"},
    Rule{"settlement", "guarantees", "metering-settlement, Service level (guarantees)"},
    Rule{"settlement", "readings",
         "metering-settlement, Settlement runs (every line names its readings)"},
    Rule{"settlement", "totals", "metering-settlement, Settlement runs (the closing totals)"},
    Rule{"settlement", "leases", "metering-settlement, Settlement runs (the closing count)"},
    Rule{"dispute", "final", "metering-settlement, Meters (a mismatch: min(p, b) is final)"},
    Rule{"dispute", "claimed", "metering-settlement, Meters (the difference stays held)"},
    Rule{"dispute", "state", "metering-settlement, Disputes (how one ends)"},
    Rule{"dispute", "result", "metering-settlement, Disputes (how one ends)"},
    Rule{"correction", "corrects", "metering-settlement, Accounts (it names the original)"},
    Rule{"correction", "sale", "metering-settlement, Disputes (waterfall(new) - waterfall(old))"},
    Rule{"correction", "amount", "metering-settlement, Disputes (waterfall(new) - waterfall(old))"},
    Rule{"correction", "buyer_pays",
         "metering-settlement, Accounts (an upward correction takes what is still held)"},
    Rule{"correction", "owners", "metering-settlement, waterfall step 8 (split by title)"},
    Rule{"period_closed", "organisation", "metering-settlement, Settlement runs (one entry each)"},
    Rule{"period_closed", "balances", "metering-settlement, Settlement runs (balances at the end)"},
    Rule{"period_closed", "invoices",
         "metering-settlement, Settlement runs (invoices sum final windows, gapless numbers)"},
    Rule{"period_closed", "total", "metering-settlement, Settlement runs (the closing total)"},
    Rule{"refused", "code", "the order of refusals"},
    Rule{"", "time", "design README (log times never decrease; what is due is applied in order)"},
    Rule{"", "cause", "design README (what is due is applied in order)"},
    Rule{"", "id", "design README (derived ids)"},
};

// For what has no row above.
std::string_view rule_of_kind(std::string_view kind) {
    if (kind == "trade") return "market §5 (price-time priority)";
    if (kind == "auction") return "market §6 (call auction)";
    if (kind == "lease") return "market §7, §8 (holds, leases)";
    if (kind == "dispute" || kind == "ruling") return "metering-settlement, Disputes";
    if (kind == "correction") return "metering-settlement, Disputes (corrections)";
    if (kind == "settlement") return "metering-settlement, Settlement runs";
    if (kind == "attestation") return "market §2 (attestations)";
    if (kind == "readings") return "metering-settlement, Meters (accepting)";
    if (kind == "order" || kind == "replace") return "market §7 (risk, before anything matches)";
    if (kind == "period_closed") return "metering-settlement, Settlement runs";
    if (kind == "title") return "market §3 (titles)";
    if (kind == "transfer") return "metering-settlement, Accounts";
    return "ledger, Entries";
}

std::size_t rank_of(std::string_view kind, std::string_view member) {
    const auto found = std::ranges::find_if(kRules, [&](const Rule& rule) {
        return (rule.kind.empty() || rule.kind == kind) && rule.member == member;
    });
    return static_cast<std::size_t>(found - kRules.begin());
}

struct Place {
    std::string path;
    std::string expected;
    std::string found;
    std::size_t rank = kRules.size();  // of the first member on the way that has a rule
};

std::string shown(const Json& value) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= kShownBytes) return text;
    std::size_t end = kShownBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;  // not inside a character
    return text.substr(0, end) + "…";
}

const Json* find(const Json& value, const std::string& member) {
    const auto found = value.find(member);
    return found == value.end() ? nullptr : &*found;
}

class Search {
 public:
    explicit Search(std::string_view kind) : kind_(kind) {}

    // REQUIRES that they differ. Descends into the first member that differs.
    Place run(const Json& expected, const Json& found) {
        const Json* left = &expected;
        const Json* right = &found;
        while (left != nullptr && right != nullptr && step(left, right)) {
        }
        place_.expected = left == nullptr ? std::string(kNothing) : shown(*left);
        place_.found = right == nullptr ? std::string(kNothing) : shown(*right);
        return place_;
    }

 private:
    bool step(const Json*& left, const Json*& right) {
        if (left->is_object() && right->is_object()) return into_object(left, right);
        if (left->is_array() && right->is_array()) return into_array(left, right);
        return false;
    }

    bool into_object(const Json*& left, const Json*& right) {
        std::set<std::pair<std::size_t, std::string>> members;
        for (const Json* side : {left, right}) {
            for (const auto& item : side->items()) {
                // The rules are about what the body says: it comes first.
                const std::size_t rank = item.key() == "body" ? 0 : rank_of(kind_, item.key());
                members.emplace(rank, item.key());
            }
        }
        for (const auto& [rank, member] : members) {
            const Json* const mine = find(*left, member);
            const Json* const theirs = find(*right, member);
            if (mine != nullptr && theirs != nullptr && *mine == *theirs) continue;
            place_.path += "/" + pointer_segment(member);
            if (place_.rank == kRules.size()) place_.rank = rank_of(kind_, member);
            left = mine;
            right = theirs;
            return true;
        }
        return false;
    }

    bool into_array(const Json*& left, const Json*& right) {
        std::size_t i = 0;
        while (i < left->size() && i < right->size() && left->at(i) == right->at(i))
            ++i;
        place_.path += "/" + std::to_string(i);
        left = i < left->size() ? &left->at(i) : nullptr;
        right = i < right->size() ? &right->at(i) : nullptr;
        return true;
    }

    std::string_view kind_;
    Place place_;
};

std::string kind_in(const Json& entry) {
    const Json* const kind = entry.is_object() ? find(entry, "kind") : nullptr;
    return kind != nullptr && kind->is_string() ? kind->get<std::string>() : std::string();
}

// A refusal stands for what was refused.
std::string subject_of(const Json& entry) {
    const Json* const refused = entry.is_object() ? find(entry, "refused") : nullptr;
    return refused != nullptr && refused->is_string() ? refused->get<std::string>()
                                                      : kind_in(entry);
}

std::string rule_for(const Json& expected, const Json& found, const Place& place,
                     bool after_auction) {
    const std::string kind = kind_in(expected);
    if (kind == "trade" && after_auction)
        return "market §6 (call auction; §5 for what is matched after it)";
    const bool same_kind = kind == kind_in(found);
    if (same_kind && kind != "refused" && place.rank < kRules.size())
        return std::string(kRules[place.rank].text);
    const std::string subject = subject_of(kind.empty() ? found : expected);
    return std::string(rule_of_kind(subject));
}

Json parsed(std::string_view entry) {
    auto json = parse_json(entry);
    return json ? std::move(*json) : Json(std::string(entry.substr(0, kShownBytes)));
}

}  // namespace

Difference find_difference(LogIndex index, std::string_view expected, std::string_view found,
                           bool after_auction) {
    const Json mine = expected.empty() ? Json() : parsed(expected);
    const Json theirs = found.empty() ? Json() : parsed(found);
    Place place;
    const std::string kind = kind_in(expected.empty() ? theirs : mine);
    if (expected.empty() || found.empty()) {
        place.expected = expected.empty() ? std::string(kNothing) : shown(mine);
        place.found = found.empty() ? std::string(kNothing) : shown(theirs);
    } else if (kind_in(mine) != kind_in(theirs)) {
        place.path = "/kind";
        place.expected = shown(mine);
        place.found = shown(theirs);
    } else {
        place = Search(kind).run(mine, theirs);
    }
    return Difference{index,      kind,           rule_for(mine, theirs, place, after_auction),
                      place.path, place.expected, place.found};
}

std::string to_string(const Difference& difference) {
    const std::string where = difference.path.empty() ? "" : "at " + difference.path + " ";
    return "entry " + std::to_string(difference.index.value) + " (" + difference.kind +
           ") breaks " + difference.rule + ": " + where + "the rules give " + difference.expected +
           ", the log has " + difference.found;
}

}  // namespace suanpan::core
