#include "settlement/window_sums.hpp"

#include <algorithm>
#include <limits>

namespace suanpan::settlement {
namespace {

std::int64_t part_of(std::int64_t from, std::int64_t to, const Window& span, const Window& part) {
    const Int128 rise = Int128{to} - from;
    const std::int64_t length = span.length().value;
    const Int128 upper = rise * (part.end.value - span.start.value) / length;
    const Int128 lower = rise * (part.start.value - span.start.value) / length;
    return static_cast<std::int64_t>(upper - lower);
}

std::int64_t saturated(std::int64_t a, std::int64_t b) {
    const Int128 sum = Int128{a} + b;
    return static_cast<std::int64_t>(
        std::min(sum, Int128{std::numeric_limits<std::int64_t>::max()}));
}

void insert_window(std::vector<Window>& windows, Window added) {
    auto first = std::lower_bound(windows.begin(), windows.end(), added,
                                  [](const Window& a, const Window& b) { return a.end < b.start; });
    auto last = first;
    for (; last != windows.end() && last->start <= added.end; ++last) {
        added.start = std::min(added.start, last->start);
        added.end = std::max(added.end, last->end);
    }
    if (first == last) {
        windows.insert(first, added);
    } else {
        *first = added;
        windows.erase(std::next(first), last);
    }
}

}  // namespace

void insert_index(std::vector<LogIndex>& indices, LogIndex index) {
    if (indices.empty() || indices.back() < index) {
        indices.push_back(index);
        return;
    }
    const auto at = std::lower_bound(indices.begin(), indices.end(), index);
    if (*at != index) indices.insert(at, index);
}

void WindowSums::add(const Segment& segment, const Window& window) {
    const Window part{std::max(segment.span.start, window.start),
                      std::min(segment.span.end, window.end)};
    spoke = true;
    lot_us = saturated(lot_us, part_of(segment.lot_from, segment.lot_to, segment.span, part));
    busy_us = saturated(busy_us, part_of(segment.busy_from, segment.busy_to, segment.span, part));
    estimated = estimated || segment.estimated || part != segment.span;
    if (!segment.gap) insert_window(covered, part);
    for (const LogIndex index : segment.indices)
        insert_index(indices, index);
}

void WindowSums::add(const WindowSums& other) {
    lot_us = saturated(lot_us, other.lot_us);
    busy_us = saturated(busy_us, other.busy_us);
    spoke = spoke || other.spoke;
    estimated = estimated || other.estimated;
    for (const Window& window : other.covered)
        insert_window(covered, window);
    for (const LogIndex index : other.indices)
        insert_index(indices, index);
}

bool WindowSums::covers(const Window& window) const {
    return std::any_of(covered.begin(), covered.end(),
                       [&](const Window& part) { return part.contains(window); });
}

}  // namespace suanpan::settlement
