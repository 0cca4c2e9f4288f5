#include "api/json/cancelled.hpp"
#include "api/json/cash.hpp"
#include "api/json/render.hpp"
#include "api/json/verdict.hpp"
#include "base/bytes.hpp"
#include "core/entries.hpp"
#include "core/market.hpp"
#include "ledger/entry.hpp"
#include "ledger/succession.hpp"
#include "tests/chaos/checks.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>

namespace suanpan::chaos {
namespace {

using core::CommandOutcome;

Json order_json(const CommandOutcome& outcome, const OrderId& id) {
    Json out = Json::object();
    for (const core::OrderRow& order : outcome.orders) {
        if (order.view.terms.id == id) out = api::to_json(order);
    }
    return out;
}

Json fills_json(const CommandOutcome& outcome, const OrderId& id) {
    Json out = Json::array();
    for (const core::TradeRow& trade : outcome.trades) {
        if (trade.fill.buy == id || trade.fill.sell == id) out.push_back(api::to_json(trade));
    }
    return out;
}

Json verdicts_json(const CommandOutcome& outcome) {
    CanonicalWriter out;
    out.begin_array();
    for (const settlement::ReadingVerdict& verdict : outcome.readings)
        api::write_json(out, verdict);
    out.end_array();
    return parse_json(out.take()).value();
}

// What the rules give where the claim stands.
Json expected_body(const Claim& claim, const core::Command& command,
                   const CommandOutcome& outcome) {
    switch (claim.kind) {
        case Kind::kPlace:
        case Kind::kPlaceMany:
        case Kind::kReplace: {
            Json out = order_json(outcome, outcome.order.value_or(OrderId{}));
            out["fills"] = fills_json(outcome, outcome.order.value_or(OrderId{}));
            return out;
        }
        case Kind::kCancel: return order_json(outcome, outcome.order.value_or(OrderId{}));
        case Kind::kCancelAll:
            return api::cancelled_json(outcome, matching::EndReason::kByRequest, command.actor);
        case Kind::kAdvance:
            for (const core::LeaseRow& lease : outcome.leases) {
                if (to_string(lease.id) == claim.body.value("id", ""))
                    return api::to_json(lease, claim.actor);
            }
            return {};
        case Kind::kReadings: return verdicts_json(outcome);
        case Kind::kMoney: return outcome.cash ? api::to_json(*outcome.cash) : Json();
        case Kind::kSettle: return outcome.run ? api::to_json(*outcome.run) : Json();
    }
    return {};
}

// The part of the answer that follows from the rules alone.
Json told_body(const Claim& claim) {
    if (claim.kind == Kind::kReadings) return claim.body["readings"];
    Json out = claim.body;
    for (const char* own :
         {"client_order_id", "metadata", "worst_cost", "reference", "reference_salt"})
        out.erase(own);
    return out;
}

// Nothing: the claim is what the rules give.
std::optional<std::string> difference(const Claim& claim, const core::Command& command,
                                      const CommandOutcome& outcome) {
    if (command.actor != claim.actor) return "the entry there is another's";
    if (claim.status >= 300) {
        if (!outcome.refusal) return "the rules accept it";
        const std::string told = claim.body.value("code", "");
        const std::string given = outcome.refusal->code();
        const bool ended = given == "order_not_found" && told == "order_closed";
        if (told == given || ended) return std::nullopt;
        return "the rules refuse it with " + given;
    }
    if (outcome.refusal) return "the rules refuse it with " + outcome.refusal->code();
    if (claim.kind == Kind::kReadings) {
        const auto* readings = std::get_if<core::SubmitReadings>(&command.body);
        if (readings == nullptr || readings->envelope != claim.sent)
            return "the entry there is not that envelope";
        if (claim.repeats) return std::nullopt;
    }
    const Json expected = expected_body(claim, command, outcome);
    const Json told = told_body(claim);
    if (expected == told) return std::nullopt;
    return "the rules give " + expected.dump();
}

class Replayer {
 public:
    Replayer(const std::vector<Claim>& claims, std::int64_t founded) : founded_(founded) {
        for (const Claim& claim : claims) {
            claims_[claim.index].push_back(&claim);
            if (!claim.sent.empty()) sent_.insert(claim.sent);
        }
    }

    // False: nothing behind it can be compared.
    bool next(const std::string& entry) {
        const bool good = expected_.empty() ? take(entry) : follow(entry);
        ++index_;
        return good;
    }

    Replayed finish() {
        if (!expected_.empty()) wrong("the log ends within a command");
        for (const auto& [index, claims] : claims_) {
            if (index < index_) continue;
            for (const Claim* claim : claims)
                out_.violations.push_back({"acknowledged and lost", claim->where});
        }
        out_.digest = to_hex(as_chars(core::digest(market_.state())));
        return std::move(out_);
    }

 private:
    bool wrong(const std::string& what) {
        out_.violations.push_back({"replay", "entry " + std::to_string(index_) + ": " + what});
        return false;
    }

    bool follow(const std::string& entry) {
        const auto plain = core::without_salt(entry);
        if (!plain || *plain != expected_.front().bytes)
            return wrong("the rules give " + expected_.front().bytes + ", the log has " + entry);
        expected_.pop_front();
        if (claims_.contains(index_)) wrong("an answer names what is no command's entry");
        return true;
    }

    bool take(const std::string& entry) {
        if (ledger::is_log_statement(entry)) {
            const auto header = ledger::parse_entry(entry);
            if (!header) return wrong(header.error().detail());
            market_.pass_over(header->time);
            return true;
        }
        const auto logged = core::parse_entry(entry);
        if (!logged || !logged->command) return wrong("no command: " + entry);
        if (logged->time < market_.head().last_time) wrong("the time decreases");
        const bool unread = logged->refused && logged->code == core::kCommitFailed;
        CommandOutcome outcome =
            unread ? market_.refuse(*logged->command, Error(core::kCommitFailed, ""), logged->time)
                   : market_.apply(*logged->command, logged->time);
        market_.take_changes();
        const auto plain = core::without_salt(entry);
        if (outcome.entries.empty() || !plain || outcome.entries.front().bytes != *plain) {
            return wrong("the rules give " +
                         (outcome.entries.empty() ? "nothing" : outcome.entries.front().bytes) +
                         ", the log has " + entry);
        }
        expected_.assign(outcome.entries.begin() + 1, outcome.entries.end());
        compare(*logged->command, outcome, entry);
        return true;
    }

    // Readings need no key: those that were sent again are in the log again, and count once.
    [[nodiscard]] bool is_sent_again(const core::Command& command) const {
        const auto* readings = std::get_if<core::SubmitReadings>(&command.body);
        return readings != nullptr && sent_.contains(readings->envelope);
    }

    void compare(const core::Command& command, const CommandOutcome& outcome,
                 const std::string& entry) {
        const auto found = claims_.find(index_);
        const bool steps = std::holds_alternative<core::Settle>(command.body);
        if (found == claims_.end()) {
            const bool whose = !command.actor.is_nil() && index_ >= founded_;
            if (whose && !steps && !is_sent_again(command))
                out_.violations.push_back(
                    {"applied twice", "entry " + std::to_string(index_) +
                                          " is of no answered request: " + entry.substr(0, 600)});
            return;
        }
        std::size_t first = 0;
        for (const Claim* claim : found->second) {
            if (!claim->repeats) ++first;
            const auto differs = difference(*claim, command, outcome);
            if (!differs) {
                ++out_.compared;
                continue;
            }
            out_.violations.push_back(
                {"answered otherwise than the rules",
                 "entry " + std::to_string(index_) + ", " + claim->where + "; " + *differs});
        }
        if (first > 1)
            out_.violations.push_back({"one entry for two requests", found->second.front()->where});
    }

    std::int64_t founded_;
    std::unordered_map<std::int64_t, std::vector<const Claim*>> claims_;
    std::set<std::string> sent_;  // envelopes of readings
    core::Market market_;
    std::deque<core::EntryDraft> expected_;
    std::int64_t index_ = 0;
    Replayed out_;
};

}  // namespace

Replayed check_replay(const std::vector<std::string>& log, const std::vector<Claim>& claims,
                      std::int64_t founded) {
    Replayer replayer(claims, founded);
    for (const std::string& entry : log) {
        if (!replayer.next(entry)) break;
    }
    return replayer.finish();
}

Violations check_real_time(const std::vector<Claim>& claims) {
    std::vector<const Claim*> by_answer;
    for (const Claim& claim : claims) {
        if (!claim.repeats) by_answer.push_back(&claim);
    }
    std::vector<const Claim*> by_sending = by_answer;
    std::ranges::sort(by_answer, {}, &Claim::answered_us);
    std::ranges::sort(by_sending, {}, &Claim::sent_us);
    Violations out;
    const Claim* highest = nullptr;  // of those answered before
    auto answered = by_answer.begin();
    for (const Claim* claim : by_sending) {
        for (; answered != by_answer.end() && (*answered)->answered_us < claim->sent_us;
             ++answered) {
            if (highest == nullptr || (*answered)->index > highest->index) highest = *answered;
        }
        if (highest == nullptr || highest->index < claim->index) continue;
        out.push_back({"real-time order",
                       "entry " + std::to_string(claim->index) + " was sent after entry " +
                           std::to_string(highest->index) + " was answered: " + claim->where});
    }
    return out;
}

}  // namespace suanpan::chaos
