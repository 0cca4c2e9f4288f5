#pragma once

// What the market keeps of the operator's requests that wait for a second person; inside of core/
// only. The commands are in core/requests.cpp.

#include "core/request_rows.hpp"
#include "core/touched.hpp"

#include <map>
#include <vector>

namespace suanpan::core {

struct Rows;

struct RequestDesk {
    std::map<ApprovalId, OperatorRequestRow> waiting;
    Touched<ApprovalId> touched;
    std::vector<ApprovalId> ended;  // by the command under way

    // That nobody waits for the same: for this key, or for a month.
    [[nodiscard]] Result<void> check_new(const OperatorAct& act) const;
    void mark_changes(Rows& out) const;
    void retire(Rows& changes);
    void add_state(Rows& out) const;
    void load(const Rows& rows);
};

}  // namespace suanpan::core
