// Who owns a pool (market §3): titles that are proposed, and hold once all whom they give or take
// have confirmed them.

#include "base/words.hpp"
#include "core/market_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace suanpan::core {

using settlement::OwnerShare;
using settlement::ProposedTitle;
using settlement::Title;
using settlement::TitleHistory;

namespace {

constexpr Words<TitleState, 5> kStates("a title's state",
                                       {"proposed", "confirmed", "refused", "replaced", "past"});

TitleRow waiting_row(const PoolId& pool, const settlement::ProposedTitle& proposed) {
    return {pool,
            proposed.title,
            TitleState::kProposed,
            {proposed.missing.begin(), proposed.missing.end()}};
}

TitleRow confirmed_row(const PoolId& pool, const Title& title) {
    return {pool, title, TitleState::kConfirmed};
}

}  // namespace

std::string_view to_string(TitleState state) {
    return kStates[state];
}
Result<TitleState> parse_title_state(std::string_view text) {
    return kStates.parse(text);
}

std::string line(const TitleRow& row) {
    std::string shares;
    for (const OwnerShare& share : row.title.shares)
        shares += fmt::format("{}={},", to_string(share.owner), share.share.value);
    std::string words;
    for (const settlement::TitleWord& word : row.title.words)
        words += fmt::format("{}@{}#{},", to_string(word.owner), word.time.value, word.index.value);
    std::string missing;
    for (const OrganisationId& owner : row.missing)
        missing += to_string(owner) + ",";
    return fmt::format("title {} {} {} {} {} {} {} {}", to_string(row.pool), row.title.index.value,
                       row.title.from.value, shares, to_string(row.state), words, missing,
                       to_string(row.refused_by));
}

std::vector<const LeaseRow*> Market::Impl::leases_of(const PoolId& pool) const {
    std::vector<const LeaseRow*> out;
    for (auto at = leases_of_pool.lower_bound({pool, LeaseId{}});
         at != leases_of_pool.end() && at->first == pool; ++at)
        out.push_back(&leases.at(at->second).row);
    return out;
}

// A voucher must not come back as money to whom it pays for.
Result<void> Market::Impl::check_vouchers_of(const PoolId& pool, const Title& title) const {
    const bool paid = std::ranges::any_of(leases_of(pool), [&](const LeaseRow* lease) {
        return lease->voucher && lease->terms.window.end > title.from &&
               is_one_of(title.shares, lease->buyer);
    });
    if (!paid) return {};
    return fail("owner_has_voucher",
                "a new owner, or one of its group, has a lease of the pool that a voucher pays a "
                "part of; the title can change when that is over");
}

// Windows that are billed or disputed begin no earlier, and new ones begin later than now.
Time Market::Impl::owners_asked_from(const PoolId& pool) const {
    Time out = now();
    for (const LeaseRow* lease : leases_of(pool))
        out = std::min(out, lease->terms.window.start);
    return out;
}

Result<ProposedTitle> Market::Impl::check_title(const TitleHistory& history, const PoolId& pool,
                                                Time from, const std::vector<OwnerShare>& shares,
                                                const OrganisationId& proposer) const {
    if (const auto checked = settlement::check_owners(shares); !checked)
        return fail(checked.error());
    for (const OwnerShare& share : shares) {
        if (!organisations.contains(share.owner)) {
            return fail("unknown_organisation",
                        "an owner is not registered: " + to_string(share.owner));
        }
    }
    auto proposed =
        history.propose(from, shares, {proposer, now(), outcome.index}, owners_asked_from(pool));
    if (!proposed) return proposed;
    const auto free = check_vouchers_of(pool, proposed->title);
    if (!free) return fail(free.error());
    return proposed;
}

// Only what all have confirmed counts for others: who is merely named has said nothing yet.
void Market::Impl::take_title(const PoolId& pool, ProposedTitle title) {
    TitleRow row = waiting_row(pool, title);
    if (title.missing.empty()) row.state = TitleState::kConfirmed;
    titles.at(pool).take(std::move(title));
    title_rows[row.title.index] = row;
    if (row.state == TitleState::kConfirmed) note_owners(row.title.shares);
    outcome.title = std::move(row);
}

void Market::Impl::end_title(const PoolId& pool, TitleState state,
                             const OrganisationId& refused_by) {
    TitleRow row = waiting_row(pool, titles.at(pool).proposed().value());
    row.state = state;
    row.refused_by = refused_by;
    title_rows[row.title.index] = row;
    outcome.title = row;
}

void Market::Impl::forget_titles(const PoolId& pool) {
    for (Title& title : titles.at(pool).forget_before(owners_asked_from(pool))) {
        for (const OwnerShare& share : title.shares) {
            const auto named = title_owners.find(share.owner);
            if (--named->second == 0) title_owners.erase(named);
        }
        const LogIndex index = title.index;
        title_rows[index] = TitleRow{pool, std::move(title), TitleState::kPast};
    }
}

Result<void> Market::Impl::handle(const ProposeTitle& body) {
    const auto found = titles.find(body.pool);
    if (found == titles.end()) return fail("unknown_pool", "there is no such pool");
    auto next = check_title(found->second, body.pool, body.from, body.shares, command->actor);
    if (!next) return fail(next.error());
    accept();
    if (found->second.proposed()) end_title(body.pool, TitleState::kReplaced, OrganisationId());
    take_title(body.pool, std::move(*next));
    forget_titles(body.pool);
    return {};
}

Result<void> Market::Impl::handle(const ConfirmTitle& body) {
    const auto found = titles.find(body.pool);
    if (found == titles.end()) return fail("unknown_pool", "there is no such pool");
    auto next = found->second.confirm(body.title, {command->actor, now(), outcome.index});
    if (!next) return fail(next.error());
    if (next->missing.empty()) {
        // It may have bought with a voucher since it was named.
        const auto free = check_vouchers_of(body.pool, next->title);
        if (!free) return free;
    }
    accept();
    take_title(body.pool, std::move(*next));
    return {};
}

Result<void> Market::Impl::handle(const RefuseTitle& body) {
    const auto found = titles.find(body.pool);
    if (found == titles.end()) return fail("unknown_pool", "there is no such pool");
    TitleHistory& history = found->second;
    if (const auto done = history.check_withdrawal(body.title, command->actor); !done) return done;
    accept();
    end_title(body.pool, TitleState::kRefused, command->actor);
    history.withdraw();
    return {};
}

std::vector<OwnerShare> Market::Impl::owners_at(const LeaseRow& lease, Time time) const {
    return titles.at(lease.pool).owners_at(time);
}

void Market::Impl::add_titles(Rows& out) const {
    for (const auto& [pool, history] : titles) {
        for (const Title& title : history.confirmed())
            out.titles.push_back(confirmed_row(pool, title));
        if (history.proposed()) out.titles.push_back(waiting_row(pool, *history.proposed()));
    }
}

void Market::Impl::load_titles(const Rows& rows) {
    std::map<PoolId, std::vector<Title>> confirmed;
    std::map<PoolId, settlement::ProposedTitle> proposed;
    for (const TitleRow& row : rows.titles) {
        if (row.state == TitleState::kProposed) {
            proposed[row.pool] = {row.title, {row.missing.begin(), row.missing.end()}};
            continue;
        }
        confirmed[row.pool].push_back(row.title);
        for (const OwnerShare& share : row.title.shares)
            ++title_owners[share.owner];
    }
    for (const auto& [id, pool] : pools) {
        std::ranges::sort(confirmed[id], {}, &Title::from);
        TitleHistory history(pool.rules.owner);
        const auto waiting = proposed.find(id);
        history.restore(std::move(confirmed[id]),
                        waiting == proposed.end() ? std::nullopt : std::optional(waiting->second));
        titles.emplace(id, std::move(history));
    }
}

}  // namespace suanpan::core
