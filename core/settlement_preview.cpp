#include "core/settlement_preview.hpp"

#include "core/market_impl.hpp"

namespace suanpan::core {

namespace {

// A waterfall takes a few microseconds.
constexpr std::size_t kPreviewStep = 2'000;  // windows

}  // namespace

// The volumes of the months that these windows are in are taken down when the first of them comes.
void Market::Impl::preview_prices(SettlementPreview& preview) const {
    auto next = unpriced.upper_bound(preview.run.priced);
    for (std::size_t seen = 0; next != unpriced.end() && seen < kPreviewStep; ++seen) {
        const auto& [order, final_at] = *next++;
        preview.run.priced = order;
        if (final_at < preview.run.from || preview.run.to <= final_at) continue;
        const LiveLease& lease = leases.at(order.lease);
        const FinalWindowRow& window = unsettled_window(lease, order.end);
        const Time start = window.window.window.start;
        const settlement::Month month = settlement::month_of(start);
        for (const settlement::DiscountAgreement& agreement : agreements_of(lease.row)) {
            if (!preview.counted.all().contains({agreement.id, month}))
                preview.counted.restore(agreement.id, month, volumes.at(agreement.id, month));
        }
        preview.discounts.emplace(std::pair(order.lease, start),
                                  price(lease.row, window, preview.counted));
    }
    preview.priced = next == unpriced.end();
}

// Gives how many windows it would settle.
std::int64_t Market::Impl::preview_lease(SettlementPreview& preview, const LiveLease& lease) const {
    std::int64_t windows = 0;
    for (FinalWindowRow window : lease.unsettled) {
        if (!is_in_range(preview.run, window)) continue;
        const Time start = window.window.window.start;
        const auto discount = preview.discounts.find({lease.row.id, start});
        if (discount != preview.discounts.end()) window.discount = discount->second;
        const auto line = bill(lease.row, window, delivered(window));
        add_line(preview.run.totals[lease.row.market.currency], line);
        ++windows;
    }
    return windows;
}

Result<void> Market::preview_settlement(SettlementPreview& preview) const {
    const Impl& market = *impl_;
    if (!preview.begun) {
        const auto checked = market.check_range(preview.range, market.next_index());
        if (!checked) return checked;
        preview.begun = true;
        preview.run.from = preview.range.from;
        preview.run.to = preview.range.to;
        preview.run.index = market.next_index();
    }
    if (!preview.priced) {
        market.preview_prices(preview);
        return {};
    }
    std::size_t seen = 0;
    auto next = market.leases.upper_bound(preview.run.cursor);
    for (; next != market.leases.end() && seen < kPreviewStep; ++next) {
        const std::int64_t windows = market.preview_lease(preview, next->second);
        preview.run.leases += windows > 0 ? 1 : 0;
        preview.run.cursor = next->first;
        seen += 1 + static_cast<std::size_t>(windows);
    }
    preview.run.closed = next == market.leases.end();
    return {};
}

}  // namespace suanpan::core
