#pragma once

// What the clients were told: every request with its last answer, in the order of the answers.
// Times are of the monotonic clock, which all threads of the harness share.

#include "base/ids.hpp"
#include "base/json.hpp"

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::chaos {

enum class Kind : std::uint8_t {
    kPlace,
    kPlaceMany,
    kCancel,
    kReplace,
    kCancelAll,
    kAdvance,
    kReadings,
    kMoney,
    kSettle
};
std::string_view to_string(Kind kind);

struct Exchange {
    std::string party;
    OrganisationId actor;  // whose key it was sent with
    Kind kind = Kind::kPlace;
    std::string route;  // "POST /v1/orders": an Idempotency-Key counts within it
    std::string target;
    std::string key;  // Idempotency-Key; empty for readings
    std::string body;
    std::int64_t sent_us = 0;       // the first time
    std::int64_t last_sent_us = 0;  // the time that was answered
    std::int64_t answered_us = 0;
    int attempts = 0;
    int status = 0;  // 0: the outcome is not known
    std::string answer;

    [[nodiscard]] bool is_known() const { return status != 0; }
    [[nodiscard]] bool is_acknowledged() const { return status >= 200 && status < 300; }
};

struct HistoryCounts {
    std::size_t acknowledged = 0;
    std::size_t refused = 0;
    std::size_t unknown = 0;   // for good
    std::size_t attempts = 0;  // requests that were sent
    std::size_t repeated = 0;  // acknowledged ones that were asked again, and compared
};

/// What is wrong: found by which check, and what it is.
struct Violation {
    std::string check;
    std::string text;
};

/// Thread-safe.
class History {
 public:
    void add(Exchange exchange);
    void add_repeat();
    /// Found by a client itself.
    void add_violation(std::string check, std::string text);

    [[nodiscard]] std::vector<Exchange> all() const;
    /// Those added since `from`.
    [[nodiscard]] std::vector<Exchange> since(std::size_t from) const;
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] HistoryCounts counts() const;
    [[nodiscard]] std::vector<Violation> violations() const;
    /// When the first request after `time_us` that was sent then, or later, was answered; 0: none.
    [[nodiscard]] std::int64_t first_answer_after(std::int64_t time_us) const;

 private:
    mutable std::mutex mutex_;
    std::deque<Exchange> exchanges_;
    std::size_t repeats_ = 0;
    std::vector<Violation> violations_;
};

std::int64_t monotonic_us();

}  // namespace suanpan::chaos
