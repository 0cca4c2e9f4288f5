#include "settlement/title.hpp"

#include "settlement/shares.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::settlement {

Result<void> check_owners(const std::vector<OwnerShare>& shares) {
    std::vector<Ppm> parts;
    std::set<OrganisationId> owners;
    for (const OwnerShare& share : shares) {
        parts.push_back(share.share);
        owners.insert(share.owner);
    }
    if (auto checked = check_shares(parts); !checked) return checked;
    if (owners.size() != shares.size() || shares.size() > kMaxOwners) {
        return fail("bad_shares", "a title names at most 32 owners, each of them once");
    }
    return {};
}

std::set<OrganisationId> TitleHistory::concerned(const Title& title) const {
    std::set<OrganisationId> out;
    for (const OwnerShare& share : title.shares)
        out.insert(share.owner);
    for (const OwnerShare& share : owners_at(title.from))
        out.insert(share.owner);
    return out;
}

Result<void> TitleHistory::propose(Time from, const std::vector<OwnerShare>& shares,
                                   const TitleWord& proposer) {
    if (auto checked = check_owners(shares); !checked) return checked;
    Title title{from, shares, proposer.index, {proposer}};
    std::set<OrganisationId> missing = concerned(title);
    if (missing.erase(proposer.owner) == 0) {
        return fail("not_an_owner", "a title is proposed by one of the owners, old or new");
    }
    if (proposed_ && proposed_->title.from >= proposer.time &&
        !concerned(proposed_->title).contains(proposer.owner)) {
        return fail("not_an_owner",
                    "another title waits for confirmation, which only those whom it concerns may "
                    "replace");
    }
    if (from < proposer.time || (!confirmed_.empty() && from <= confirmed_.back().from)) {
        return fail("title_in_past", "a title begins now or later, after the one before it");
    }
    proposed_ = ProposedTitle{std::move(title), std::move(missing)};
    confirm_if_complete();
    return {};
}

Result<void> TitleHistory::check_waiting(const LogIndex& title) const {
    if (proposed_ && proposed_->title.index == title) return {};
    return fail("no_title_proposed", "this title does not wait for confirmation");
}

Result<bool> TitleHistory::confirm(const LogIndex& title, const TitleWord& word) {
    if (auto waiting = check_waiting(title); !waiting) return fail(waiting.error());
    if (proposed_->title.from < word.time) {
        return fail("title_in_past",
                    "the title began before all owners had confirmed it: propose another");
    }
    if (proposed_->missing.erase(word.owner) == 0) {
        return fail("not_an_owner", "the title does not wait for this organisation");
    }
    proposed_->title.words.push_back(word);
    confirm_if_complete();
    return !proposed_.has_value();
}

Result<void> TitleHistory::withdraw(const LogIndex& title, const OrganisationId& owner) {
    if (auto waiting = check_waiting(title); !waiting) return waiting;
    if (!concerned(proposed_->title).contains(owner)) {
        return fail("not_an_owner", "the title does not concern this organisation");
    }
    proposed_.reset();
    return {};
}

void TitleHistory::confirm_if_complete() {
    if (!proposed_->missing.empty()) return;
    confirmed_.push_back(std::move(proposed_->title));
    proposed_.reset();
}

std::vector<OwnerShare> TitleHistory::owners_at(Time time) const {
    const auto next = std::ranges::upper_bound(confirmed_, time, {}, &Title::from);
    if (next == confirmed_.begin()) return {OwnerShare{provider_, Ppm(kPpm)}};
    return std::prev(next)->shares;
}

void TitleHistory::restore(std::vector<Title> confirmed, std::optional<ProposedTitle> proposed) {
    confirmed_ = std::move(confirmed);
    proposed_ = std::move(proposed);
}

}  // namespace suanpan::settlement
