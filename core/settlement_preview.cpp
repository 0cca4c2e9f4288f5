#include "core/settlement_preview.hpp"

#include "core/market_impl.hpp"

namespace suanpan::core {

namespace {

// A waterfall takes a few microseconds.
constexpr std::size_t kPreviewStep = 2'000;  // windows

}  // namespace

void Market::Impl::begin_preview(SettlementPreview& preview) const {
    preview.begun = true;
    preview.run.from = preview.range.from;
    preview.run.to = preview.range.to;
    preview.run.index = next_index();
    settlement::MonthlyVolumes counted = volumes;
    for (const PricedWindow& priced : windows_by_volume(preview.run, counted)) {
        preview.discounts.emplace(std::pair(priced.order.lease, priced.window.window.window.start),
                                  *priced.window.discount);
    }
}

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
        market.begin_preview(preview);
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
