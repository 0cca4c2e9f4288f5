#include "base/bytes.hpp"
#include "ledger/tree.hpp"
#include "tests/chaos/checks.hpp"

#include <algorithm>
#include <map>

namespace suanpan::chaos {
namespace {

// The roots of the log's first n entries, for the sizes that are asked for.
std::map<std::uint64_t, Hash> roots_of(const std::vector<std::string>& log,
                                       const std::vector<ledger::Checkpoint>& wanted) {
    std::map<std::uint64_t, Hash> roots;
    for (const ledger::Checkpoint& checkpoint : wanted)
        roots.emplace(checkpoint.size, ledger::empty_root());
    ledger::Frontier frontier;
    for (const std::string& entry : log) {
        frontier.append(ledger::leaf_hash(entry));
        const auto found = roots.find(frontier.size());
        if (found != roots.end()) found->second = frontier.root();
    }
    return roots;
}

}  // namespace

// A root fixes every entry below it: equal roots at every size that was ever shown are both
// consistency and the inclusion of every entry.
Violations check_checkpoints(const std::vector<std::string>& log,
                             const std::vector<SeenCheckpoint>& seen,
                             const ledger::Policy& policy) {
    Violations out;
    std::vector<ledger::Checkpoint> opened;
    std::vector<const SeenCheckpoint*> sources;
    std::map<std::string, std::uint64_t> largest;
    for (const SeenCheckpoint& one : seen) {
        const auto checkpoint = ledger::open_checkpoint(one.note, policy);
        if (!checkpoint) {
            out.push_back({"checkpoint", one.where + ": " + checkpoint.error().detail()});
            continue;
        }
        const std::uint64_t size = checkpoint->checkpoint.size;
        if (const auto met = ledger::meets(*checkpoint, policy); one.published && !met)
            out.push_back(
                {"published without its witnesses",
                 one.where + ", size " + std::to_string(size) + ": " + met.error().detail()});
        if (size < largest[one.where])
            out.push_back({"checkpoints only extend",
                           one.where + " showed " + std::to_string(largest[one.where]) +
                               " entries, then " + std::to_string(size)});
        largest[one.where] = std::max(largest[one.where], size);
        opened.push_back(checkpoint->checkpoint);
        sources.push_back(&one);
    }
    const auto roots = roots_of(log, opened);
    for (std::size_t i = 0; i < opened.size(); ++i) {
        const ledger::Checkpoint& checkpoint = opened[i];
        const std::string what = sources[i]->where + " has a checkpoint of " +
                                 std::to_string(checkpoint.size) + " entries";
        if (checkpoint.size > log.size()) {
            out.push_back({"checkpoint", what + ", the log has " + std::to_string(log.size())});
        } else if (roots.at(checkpoint.size) != checkpoint.root) {
            out.push_back({"checkpoint", what + " that is not of this log"});
        }
    }
    return out;
}

std::vector<SeenCheckpoint> stored_checkpoints(Sql& sql) {
    std::vector<SeenCheckpoint> out;
    for (Row& row : sql.rows("SELECT note FROM log_checkpoint ORDER BY ordinal"))
        out.push_back({"the database", std::move(row.front()), false});
    return out;
}

}  // namespace suanpan::chaos
