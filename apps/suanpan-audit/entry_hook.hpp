#pragma once

// Further checks of entries, split so that only what needs the log's order waits for it.

#include "base/json.hpp"
#include "base/result.hpp"
#include "ledger/entry.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace suanpan::audit {

/// One entry, after its place in the tree and its form were found right.
struct EntryView {
    std::uint64_t index;
    std::string_view bytes;             // valid until its ordered step has run
    const ledger::EntryHeader& header;  // valid during prepare only

    /// The whole entry, read anew by each call: what few entries need is not made for all.
    [[nodiscard]] Json tree() const;
};

/// What remains once the order had its say: costly checks, on any thread. May be empty.
using LateCheck = std::function<Result<void>()>;
/// Runs on one thread, in the log's order. May be empty: then nothing waits.
using OrderedStep = std::function<Result<LateCheck>()>;

/// Checks of entries of one kind. An error at any of the three stages becomes the audit's fault at
/// that index, unless there is one at an earlier index.
struct EntryHook {
    std::string kind;  // empty: every kind
    /// On any thread, in no order: parse what the ordered step needs.
    std::function<Result<OrderedStep>(const EntryView&)> prepare;
};

}  // namespace suanpan::audit
