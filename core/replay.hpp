#pragma once

// Replays a log: feeds every input entry to a fresh Market and demands that it makes the entries
// that the log has next, byte for byte, salts set aside (design README, invariant 8). What differs
// is told with its index, the rule it breaks and both values. What the log says of itself (its new
// key, the log it follows) takes an index and changes nothing. Pure.

#include "base/result.hpp"
#include "base/units.hpp"
#include "core/commands.hpp"
#include "core/entries.hpp"
#include "core/market.hpp"
#include "core/replay_difference.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace suanpan::core {

class Replay {
 public:
    // Sees the rows that each command changed, history too (trades, lines, journal).
    using Watch = std::function<void(const Rows&)>;
    explicit Replay(Watch watch = {}) : watch_(std::move(watch)) {}

    // The log's origin, where it is known: what is signed for another log is `foreign_signature`.
    void expect_origin(std::string origin) { origin_ = std::move(origin); }

    // The entry at the next index. Errors, after which the replay is over: `bad_entry`,
    // `replay_differs` (with what was expected and what the log has), `time_decreases`,
    // `bad_signature` (readings, rulings, payments, signed writes), `signed_otherwise`,
    // `foreign_signature`, `unverifiable_author` (`signed`, and no signature), those of
    // ledger::read_log_statement.
    Result<void> next(std::string_view entry);
    // `replay_differs` when the log ends before the entries that must follow its last command. Of a
    // log that goes on, a checkpoint may end there: then it is no fault, see unfinished().
    Result<void> finish();

    // How many entries of the last command are still to come. The market has taken it whole.
    [[nodiscard]] std::size_t unfinished() const { return expected_.size(); }

    // After `replay_differs`: where.
    [[nodiscard]] const std::optional<Difference>& difference() const { return difference_; }

    [[nodiscard]] LogIndex size() const { return size_; }
    [[nodiscard]] const Market& market() const { return market_; }
    // Entries by kind, in order of kind; input entries by how their author is known.
    [[nodiscard]] const std::map<std::string, std::int64_t>& kinds() const { return kinds_; }
    [[nodiscard]] const std::map<std::string, std::int64_t>& authors() const { return authors_; }
    [[nodiscard]] std::int64_t signatures() const { return signatures_; }

 private:
    Result<void> pass_over(std::string_view entry);
    Result<void> follow(const std::string& entry);
    Result<void> apply(const std::string& entry);
    Result<void> check_signature(const SubmitReadings& readings);
    Result<void> check_signature(const RuleDispute& ruling);
    Result<void> check_signature(const TakePayment& payment);
    // Of a command that its author signed.
    Result<void> check_author(const LoggedEntry& logged);
    // Keeps the keys that commands are signed with, and checks what is signed.
    Result<void> check_signatures(const LoggedEntry& logged);
    tl::unexpected<Error> differs(std::string_view expected, std::string_view found);

    Watch watch_;
    std::optional<std::string> origin_;
    Market market_;
    std::deque<EntryDraft> expected_;
    std::map<MeterId, PublicKey> meter_keys_;  // the first that each had
    std::map<SigningKeyId, PublicKey> arbiter_keys_;
    std::map<SigningKeyId, PublicKey> payment_keys_;
    std::map<SigningKeyId, PublicKey> signing_keys_;
    std::map<std::string, std::int64_t> kinds_;
    std::map<std::string, std::int64_t> authors_;
    std::int64_t signatures_ = 0;
    LogIndex size_{0};
    bool after_auction_ = false;  // a call closed in the command that is being followed
    std::optional<Difference> difference_;
};

}  // namespace suanpan::core
