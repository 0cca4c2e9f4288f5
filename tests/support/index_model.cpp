#include "support/index_model.hpp"

#include <algorithm>
#include <set>

namespace suanpan::support {

namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWeek = 7 * kDay;

std::int64_t narrowed(Wide value) {
    return static_cast<std::int64_t>(value);
}

std::int64_t price_per_cu(const ModelTrade& trade) {
    if (!trade.per_lot) return trade.price_micro;
    return narrowed(Wide{trade.price_micro} * 1'000 / trade.rate_mcu);
}

std::int64_t cu_seconds(const ModelTrade& trade) {
    const Wide exact = Wide{trade.lots} * (trade.end - trade.start) * trade.rate_mcu;
    return narrowed((exact + 999) / 1'000);
}

// The trades lie one behind the other on a line, cheapest first, each as long as its volume. What
// lies in the first and in the last tenth of the line does not count.
ModelValue cell_of(std::vector<ModelTrade> trades, std::int64_t at) {
    std::ranges::sort(trades, [](const ModelTrade& a, const ModelTrade& b) {
        return std::pair(price_per_cu(a), a.order) < std::pair(price_per_cu(b), b.order);
    });
    Wide length = 0;
    for (const ModelTrade& trade : trades)
        length += cu_seconds(trade);
    const Wide first = length / 10;
    const Wide last = length - first;
    Wide sum = 0;
    Wide at_line = 0;
    for (const ModelTrade& trade : trades) {
        const Wide begin = std::max(at_line, first);
        at_line += cu_seconds(trade);
        const Wide end = std::min(at_line, last);
        if (begin < end) sum += (end - begin) * price_per_cu(trade);
    }
    ModelValue value;
    value.price_micro = narrowed(sum / (last - first));
    value.cu_seconds = narrowed(length);
    value.trades = std::ssize(trades);
    value.since = at;
    return value;
}

// Those of the day before, the newest 5,000 of them.
std::vector<ModelTrade> looked_back(const std::vector<ModelTrade>& trades, std::int64_t at) {
    std::vector<ModelTrade> out;
    for (const ModelTrade& trade : trades) {
        if (trade.time >= at - kDay && trade.time < at) out.push_back(trade);
    }
    std::ranges::sort(out, [](const auto& a, const auto& b) { return a.id > b.id; });
    if (out.size() > 5'000) out.resize(5'000);
    return out;
}

bool is_cell(const ModelKey& key) {
    return !key.first.empty() && !key.second.empty();
}

bool covers(const ModelKey& key, const ModelKey& cell) {
    return (key.first.empty() || key.first == cell.first) &&
           (key.second.empty() || key.second == cell.second);
}

void fix_cells(ModelFixing& fixing, const std::vector<ModelTrade>& trades, std::int64_t at) {
    std::map<ModelKey, std::vector<ModelTrade>> cells;
    for (const ModelTrade& trade : trades) {
        if (!trade.excluded) cells[{trade.hub, trade.firmness}].push_back(trade);
    }
    for (const auto& [key, counted] : cells) {
        if (counted.size() < 5) continue;
        ModelValue value = cell_of(counted, at);
        if (value.price_micro == 0) continue;
        const auto before = fixing.find(key);
        value.level_micro = before == fixing.end()
                                ? 1'000'000'000
                                : narrowed(Wide{before->second.level_micro} * value.price_micro /
                                           before->second.price_micro);
        fixing[key] = value;
    }
}

void fix_covering(ModelFixing& fixing, const ModelFixing& before, const ModelKey& key,
                  std::int64_t at) {
    ModelValue value;
    Wide worth = 0;
    Wide to = 0;
    Wide from = 0;
    for (const auto& [cell, now] : fixing) {
        if (!is_cell(cell) || !covers(key, cell) || now.since < at - kWeek) continue;
        value.cu_seconds += now.cu_seconds;
        value.trades += now.trades;
        value.since = std::max(value.since, now.since);
        worth += Wide{now.cu_seconds} * now.price_micro;
        const auto earlier = before.find(cell);
        if (earlier == before.end() || earlier->second.since < at - kWeek) continue;
        to += Wide{earlier->second.cu_seconds} * now.price_micro;
        from += Wide{earlier->second.cu_seconds} * earlier->second.price_micro;
    }
    if (value.cu_seconds == 0) return;
    value.price_micro = narrowed(worth / value.cu_seconds);
    const auto last = before.find(key);
    value.level_micro = last == before.end() ? 1'000'000'000 : last->second.level_micro;
    if (last != before.end() && from > 0)
        value.level_micro = narrowed(value.level_micro * to / from);
    fixing[key] = value;
}

}  // namespace

std::map<std::int64_t, ModelFixing> model_index(const std::vector<ModelTrade>& trades,
                                                std::int64_t until) {
    std::set<std::string> hubs{""};
    std::set<std::int64_t> hours;
    for (const ModelTrade& trade : trades) {
        hubs.insert(trade.hub);
        for (std::int64_t at = (trade.time / kHour + 1) * kHour; at <= trade.time + kDay;
             at += kHour)
            hours.insert(at);
    }
    std::map<std::int64_t, ModelFixing> out;
    ModelFixing last;
    for (const std::int64_t at : hours) {
        if (at > until) break;
        ModelFixing fixing = last;
        fix_cells(fixing, looked_back(trades, at), at);
        for (const std::string& hub : hubs) {
            for (const char* firmness : {"", "firm", "preemptible"}) {
                const ModelKey key{hub, firmness};
                if (!is_cell(key)) fix_covering(fixing, last, key, at);
            }
        }
        if (!fixing.empty()) out[at] = fixing;
        last = fixing;
    }
    return out;
}

}  // namespace suanpan::support
