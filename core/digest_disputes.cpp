#include "base/bytes.hpp"
#include "core/digest_lines.hpp"

#include <fmt/format.h>

namespace suanpan::core {
namespace {

std::string ids(const std::vector<OrganisationId>& list) {
    std::string out;
    for (const OrganisationId& id : list)
        out += to_string(id) + ",";
    return out;
}

std::string delivered(const settlement::Delivered& d) {
    return fmt::format("{}@{}", d.lot_us, d.credit.value);
}

std::string delivered(const std::optional<settlement::Delivered>& d) {
    return d ? delivered(*d) : "-";
}

std::string offers(const std::vector<settlement::OwnerOffer>& list) {
    std::string out;
    for (const settlement::OwnerOffer& offer : list)
        out += fmt::format("{}={},", to_string(offer.by), delivered(offer.delivered));
    return out;
}

}  // namespace

std::string line(const ArbiterKeyRow& row) {
    return fmt::format("arbiter_key {} {} {} {} {}", to_string(row.id), to_string(row.organisation),
                       to_hex(as_chars(row.key)), row.revoked, row.index.value);
}

std::string line(const DisputeRow& row) {
    const settlement::Dispute& d = row.dispute;
    std::string evidence;
    for (const LogIndex index : d.evidence)
        evidence += fmt::format("{},", index.value);
    for (const std::int64_t named : d.named)
        evidence += fmt::format("/{}", named);
    std::string change = "-";
    if (row.change) {
        const settlement::WaterfallDifference& c = *row.change;
        change = fmt::format("{}/{}/{}/{}/{}/{}/{}/{}/{}/{}/{}", c.sale.value, c.credit.value,
                             c.discount.value, c.amount.value, c.voucher.value, c.buyer_fee.value,
                             c.provider_fee.value, c.buyer_tax.value, c.withheld.value,
                             c.buyer_pays.value, c.provider_gets.value);
        for (const Money owner : c.owners)
            change += fmt::format(",{}", owner.value);
    }
    return fmt::format(
        "dispute {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
        to_string(d.id), to_string(d.lease),
        fmt::format("{}..{}", d.window.start.value, d.window.end.value),
        settlement::to_string(d.reason), d.opened_by ? settlement::to_string(*d.opened_by) : "-",
        d.opened_at.value, delivered(d.final), delivered(d.claimed), settlement::to_string(d.state),
        d.claim_by.value, d.rule_by.value, evidence, offers(d.provider_offers),
        delivered(d.buyer_offer), delivered(d.result),
        d.ended_at ? std::to_string(d.ended_at->value) : "-", to_string(row.buyer),
        to_string(row.provider), row.held.value, row.reserved.value, change, to_string(row.arbiter),
        row.index.value, ids(row.owners));
}

}  // namespace suanpan::core
