#include "settlement/title.hpp"

#include "settlement/shares.hpp"

#include <algorithm>
#include <iterator>
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

Result<ProposedTitle> TitleHistory::propose(Time from, const std::vector<OwnerShare>& shares,
                                            const TitleWord& proposer, Time asked_from) const {
    if (auto checked = check_owners(shares); !checked) return fail(checked.error());
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
    if (std::ssize(confirmed_) - ended_before(asked_from) >= std::ptrdiff_t{kMaxTitles}) {
        return fail(
            "too_many_titles",
            "a pool has at most 256 titles that are ahead, in force, or that a lease is "
            "still billed by; one more can be proposed when leases under old ones are over");
    }
    return ProposedTitle{std::move(title), std::move(missing)};
}

Result<void> TitleHistory::check_waiting(const LogIndex& title) const {
    if (proposed_ && proposed_->title.index == title) return {};
    return fail("no_title_proposed", "this title does not wait for confirmation");
}

Result<ProposedTitle> TitleHistory::confirm(const LogIndex& title, const TitleWord& word) const {
    if (auto waiting = check_waiting(title); !waiting) return fail(waiting.error());
    if (proposed_->title.from < word.time) {
        return fail("title_in_past",
                    "the title began before all owners had confirmed it: propose another");
    }
    ProposedTitle out = *proposed_;
    if (out.missing.erase(word.owner) == 0) {
        return fail("not_an_owner", "the title does not wait for this organisation");
    }
    out.title.words.push_back(word);
    return out;
}

Result<void> TitleHistory::check_withdrawal(const LogIndex& title,
                                            const OrganisationId& owner) const {
    if (auto waiting = check_waiting(title); !waiting) return waiting;
    if (!concerned(proposed_->title).contains(owner)) {
        return fail("not_an_owner", "the title does not concern this organisation");
    }
    return {};
}

void TitleHistory::take(ProposedTitle title) {
    proposed_.reset();
    if (title.missing.empty())
        confirmed_.push_back(std::move(title.title));
    else
        proposed_ = std::move(title);
}

std::ptrdiff_t TitleHistory::ended_before(Time time) const {
    const auto next = std::ranges::upper_bound(confirmed_, time, {}, &Title::from);
    return std::max<std::ptrdiff_t>(0, next - confirmed_.begin() - 1);
}

std::vector<Title> TitleHistory::forget_before(Time asked_from) {
    const auto kept = confirmed_.begin() + ended_before(asked_from);
    std::vector<Title> out(std::move_iterator(confirmed_.begin()), std::move_iterator(kept));
    confirmed_.erase(confirmed_.begin(), kept);
    return out;
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
