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

Result<void> TitleHistory::propose(const Title& title, const OrganisationId& proposer, Time now) {
    if (auto checked = check_owners(title.shares); !checked) return checked;
    std::set<OrganisationId> missing = concerned(title);
    if (missing.erase(proposer) == 0) {
        return fail("not_an_owner", "a title is proposed by one of the owners");
    }
    if (title.from < now || (!confirmed_.empty() && title.from <= confirmed_.back().from)) {
        return fail("title_in_past", "a title begins in the future, after the one before it");
    }
    proposed_ = ProposedTitle{title, std::move(missing)};
    confirm_if_complete();
    return {};
}

Result<bool> TitleHistory::confirm(const OrganisationId& owner, Time now) {
    if (!proposed_) return fail("no_title_proposed", "no title waits for confirmation");
    if (proposed_->title.from < now) {
        proposed_.reset();
        return fail("title_in_past", "the title began before all owners had confirmed it");
    }
    if (proposed_->missing.erase(owner) == 0) {
        return fail("not_an_owner", "the title does not wait for this organisation");
    }
    confirm_if_complete();
    return !proposed_.has_value();
}

Result<void> TitleHistory::withdraw(const OrganisationId& owner) {
    if (!proposed_) return fail("no_title_proposed", "no title waits for confirmation");
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
