#pragma once

// Who owns a pool, and since when (market §3): effective-dated shares, each title confirmed by
// everybody whom it gives or takes.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "settlement/waterfall.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

namespace suanpan::settlement {

// An owner's word for a title.
struct TitleWord {
    OrganisationId owner;
    Time time;
    LogIndex index;  // of its entry
    friend bool operator==(const TitleWord&, const TitleWord&) = default;
};

struct Title {
    Time from;
    std::vector<OwnerShare> shares;  // sum to 1,000,000; each owner once
    LogIndex index;                  // of the entry that proposed it: its name within the pool
    std::vector<TitleWord> words{};  // in the order of their entries, the proposer's first
    friend bool operator==(const Title&, const Title&) = default;
};

struct ProposedTitle {
    Title title;
    std::set<OrganisationId> missing;  // whose word it waits for
    friend bool operator==(const ProposedTitle&, const ProposedTitle&) = default;
};

inline constexpr std::size_t kMaxOwners = 32;
// Of a pool, with the one that waits: those ahead, the one in force, and those before that a lease
// is still billed by.
inline constexpr std::size_t kMaxTitles = 256;

// Errors: `bad_shares` (see check_shares; an owner named twice; more than 32).
Result<void> check_owners(const std::vector<OwnerShare>& shares);

// The titles of one pool. Until the first one its provider owns it alone. What propose(), confirm()
// and check_withdrawal() give changes nothing yet.
class TitleHistory {
 public:
    explicit TitleHistory(const OrganisationId& provider) : provider_(provider) {}

    // A new title replaces one that is still proposed, if that concerns the proposer or has begun
    // unconfirmed: nobody else may undo what owners are about to agree on. It needs the word of its
    // owners and of those of the title that it follows; the proposer gives his here, and its entry
    // is the title's. Nothing asks any more who owned the pool before `asked_from`. Errors, in
    // order of precedence: `bad_shares`, `not_an_owner` (the proposer is neither, or may not
    // replace what waits), `title_in_past` (it would begin before now, or not after the last
    // confirmed title), `too_many_titles`. What was delivered keeps its owners.
    [[nodiscard]] Result<ProposedTitle> propose(Time from, const std::vector<OwnerShare>& shares,
                                                const TitleWord& proposer, Time asked_from) const;
    // `title`: its index; gives it with one word more. Errors, in order of precedence:
    // `no_title_proposed` (or another one), `title_in_past` (it began before all had confirmed it:
    // it never holds), `not_an_owner` (or has confirmed before).
    [[nodiscard]] Result<ProposedTitle> confirm(const LogIndex& title, const TitleWord& word) const;
    // By any of those whose word is needed or was given. Errors: `no_title_proposed` (or another
    // one), `not_an_owner`.
    [[nodiscard]] Result<void> check_withdrawal(const LogIndex& title,
                                                const OrganisationId& owner) const;

    // What was proposed or confirmed just now: it waits, or holds when no word is missing.
    void take(ProposedTitle title);
    // REQUIRES that one waits.
    void withdraw() { proposed_.reset(); }
    // Gives those that ended at or before `asked_from`, and forgets them.
    std::vector<Title> forget_before(Time asked_from);

    // The owners at a moment that is not forgotten, in the order of the shares: never empty.
    [[nodiscard]] std::vector<OwnerShare> owners_at(Time time) const;
    [[nodiscard]] const std::vector<Title>& confirmed() const { return confirmed_; }
    [[nodiscard]] const std::optional<ProposedTitle>& proposed() const { return proposed_; }

    void restore(std::vector<Title> confirmed, std::optional<ProposedTitle> proposed);

 private:
    [[nodiscard]] std::set<OrganisationId> concerned(const Title& title) const;
    [[nodiscard]] Result<void> check_waiting(const LogIndex& title) const;
    // How many of the confirmed ones ended at or before it.
    [[nodiscard]] std::ptrdiff_t ended_before(Time time) const;

    OrganisationId provider_;
    std::vector<Title> confirmed_;  // `from` rises
    std::optional<ProposedTitle> proposed_;
};

}  // namespace suanpan::settlement
