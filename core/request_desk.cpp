#include "core/request_desk.hpp"

#include "base/bytes.hpp"
#include "core/digest_lines.hpp"
#include "core/rows.hpp"

#include <fmt/format.h>

namespace suanpan::core {
namespace {

std::string text_of(const OperatorAct& act) {
    if (const auto* month = std::get_if<CloseMonth>(&act))
        return settlement::to_string(month->month);
    const auto& key = std::get<TrustKey>(act);
    return fmt::format("{} {} {}", to_string(key.id), to_string(key.organisation),
                       to_hex(as_chars(key.key)));
}

bool is_same(const OperatorAct& one, const OperatorAct& other) {
    if (one.index() != other.index()) return false;
    const auto* key = std::get_if<TrustKey>(&one);
    return key == nullptr || key->id == std::get<TrustKey>(other).id;
}

}  // namespace

std::string_view action_of(const OperatorAct& act) {
    return std::holds_alternative<TrustKey>(act) ? "register_payment_key" : "close_period";
}

Hash content_of(const OperatorAct& act) {
    return sha256(std::string(action_of(act)) + "\n" + text_of(act) + "\n");
}

Result<void> RequestDesk::check_new(const OperatorAct& act) const {
    for (const auto& [id, row] : waiting) {
        if (!is_same(row.act, act)) continue;
        return fail("already_requested", "the request " + to_string(id) + " for " +
                                             text_of(row.act) +
                                             " waits for another person of the operator");
    }
    return {};
}

void RequestDesk::mark_changes(Rows& out) const {
    for (const ApprovalId& id : touched.keys()) {
        if (const auto found = waiting.find(id); found != waiting.end())
            out.operator_requests.push_back(found->second);
    }
}

void RequestDesk::retire(Rows& changes) {
    for (const ApprovalId& id : ended) {
        changes.operator_requests.push_back(waiting.at(id));
        waiting.erase(id);
    }
    ended.clear();
}

void RequestDesk::add_state(Rows& out) const {
    for (const auto& [id, row] : waiting)
        out.operator_requests.push_back(row);
}

void RequestDesk::load(const Rows& rows) {
    for (const OperatorRequestRow& row : rows.operator_requests)
        waiting.emplace(row.approval.id, row);
}

std::string line(const OperatorRequestRow& row) {
    const settlement::Approval& asked = row.approval;
    return fmt::format("operator_request {} {} {} {} {} {} {} {}", to_string(asked.id),
                       asked.action, text_of(row.act), to_hex(as_chars(asked.content)),
                       asked.requested_by, asked.requested_at.value, asked.expires_at.value,
                       row.index.value);
}

}  // namespace suanpan::core
