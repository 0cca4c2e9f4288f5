#include "services/publishing/log_applier.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "core/entries.hpp"
#include "ledger/entry.hpp"
#include "ledger/succession.hpp"

#include <iterator>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::size_t kBatchEntries = 2'000;
constexpr std::size_t kSaltBytes = 16;

tl::unexpected<Error> differs(std::uint64_t index) {
    return fail("replay_differs",
                "entry " + std::to_string(index) +
                    " is not what the rules give at its place: run `suanpan-audit "
                    "replay` over the published log");
}

}  // namespace

LogApplier::LogApplier(db::Leader& leader) : leader_(leader) {
    market_.load(leader.load_state());
    size_ = static_cast<std::uint64_t>(market_.head().size.value);
    batch_.expected = market_.head().size;
}

void LogApplier::keep(std::string kind, const CommandId& cause, Time time, std::string bytes) {
    const LogIndex index(static_cast<std::int64_t>(size_));
    batch_.entries.push_back({index, time, std::move(kind), cause, std::move(bytes)});
    ++size_;
}

Result<void> LogApplier::next(const std::string& entry) {
    if (expected_.empty() && batch_.entries.size() >= kBatchEntries) write();
    if (expected_.empty() && ledger::is_log_statement(entry)) {
        const auto header = ledger::parse_entry(entry);
        if (!header) return fail(header.error());
        const Time time = market_.pass_over(header->time);
        keep(header->kind, random_id<CommandId>(time), time, entry);
        return {};
    }
    const auto plain = core::without_salt(entry);
    if (!plain) return fail(plain.error());
    if (expected_.empty()) return apply(entry, *plain);
    if (expected_.front().bytes != *plain) return differs(size_);
    keep(std::move(expected_.front().kind), expected_.front().cause, time_, entry);
    expected_.pop_front();
    return {};
}

Result<void> LogApplier::apply(const std::string& entry, const std::string& plain) {
    const auto logged = core::parse_entry(entry);
    if (!logged) return fail("bad_entry", logged.error().detail());
    if (!logged->command) return differs(size_);
    const bool unread = logged->refused && logged->code == core::kCommitFailed;
    core::CommandOutcome outcome =
        unread ? market_.refuse(*logged->command, Error(core::kCommitFailed, ""), logged->time)
               : market_.apply(*logged->command, logged->time);
    if (outcome.entries.empty() || outcome.entries.front().bytes != plain) return differs(size_);
    time_ = outcome.time;
    keep(outcome.entries.front().kind, outcome.entries.front().cause, time_, entry);
    expected_.assign(std::make_move_iterator(outcome.entries.begin() + 1),
                     std::make_move_iterator(outcome.entries.end()));
    return {};
}

std::uint64_t LogApplier::finish() {
    const std::uint64_t before = size_;
    for (core::EntryDraft& draft : expected_) {
        core::put_salt(draft.bytes, to_hex(random_bytes(kSaltBytes)));
        keep(std::move(draft.kind), draft.cause, time_, std::move(draft.bytes));
    }
    expected_.clear();
    write();
    return size_ - before;
}

void LogApplier::write() {
    if (batch_.entries.empty() && batch_.side.empty()) return;
    batch_.changes = market_.take_changes();
    leader_.write(batch_);
    batch_ = db::Batch{};
    batch_.expected = market_.head().size;
}

}  // namespace suanpan::services
