#include "tests/chaos/history.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace suanpan::chaos {

std::string_view to_string(Kind kind) {
    static constexpr std::array<std::string_view, 9> kWords = {
        "order",   "orders",   "cancel", "replace",   "cancel-all",
        "advance", "readings", "money",  "settlement"};
    return kWords.at(static_cast<std::size_t>(kind));
}

void History::add(Exchange exchange) {
    const std::scoped_lock lock(mutex_);
    exchanges_.push_back(std::move(exchange));
}

void History::add_repeat() {
    const std::scoped_lock lock(mutex_);
    ++repeats_;
}

void History::add_violation(std::string check, std::string text) {
    const std::scoped_lock lock(mutex_);
    violations_.push_back({std::move(check), std::move(text)});
}

std::vector<Exchange> History::all() const {
    return since(0);
}

std::vector<Exchange> History::since(std::size_t from) const {
    const std::scoped_lock lock(mutex_);
    return {exchanges_.begin() + static_cast<std::ptrdiff_t>(from), exchanges_.end()};
}

std::size_t History::size() const {
    const std::scoped_lock lock(mutex_);
    return exchanges_.size();
}

HistoryCounts History::counts() const {
    const std::scoped_lock lock(mutex_);
    HistoryCounts counts;
    for (const Exchange& exchange : exchanges_) {
        counts.attempts += static_cast<std::size_t>(exchange.attempts);
        if (!exchange.is_known())
            ++counts.unknown;
        else if (exchange.is_acknowledged())
            ++counts.acknowledged;
        else
            ++counts.refused;
    }
    counts.repeated = repeats_;
    return counts;
}

std::vector<Violation> History::violations() const {
    const std::scoped_lock lock(mutex_);
    return violations_;
}

std::int64_t History::first_answer_after(std::int64_t time_us) const {
    const std::scoped_lock lock(mutex_);
    std::int64_t first = 0;
    for (const Exchange& exchange : exchanges_) {
        if (!exchange.is_known() || exchange.last_sent_us < time_us) continue;
        if (first == 0 || exchange.answered_us < first) first = exchange.answered_us;
    }
    return first;
}

std::int64_t monotonic_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace suanpan::chaos
