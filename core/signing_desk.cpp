#include "core/signing_desk.hpp"

#include "base/bytes.hpp"
#include "core/digest_lines.hpp"
#include "core/rows.hpp"
#include "core/signed_write.hpp"

#include <fmt/format.h>

namespace suanpan::core {

std::size_t SigningDesk::count_in_force(const OrganisationId& organisation) const {
    const auto found = in_force.find(organisation);
    return found == in_force.end() ? 0 : found->second;
}

Result<void> SigningDesk::check_signer(const SigningKeyId& id,
                                       const OrganisationId& organisation) const {
    const auto found = keys.find(id);
    if (found == keys.end() || found->second.organisation != organisation)
        return fail("unknown_key", "the organisation has no such signing key");
    if (found->second.revoked) return fail("revoked_key", "the signing key has been revoked");
    return {};
}

Result<void> SigningDesk::check_unused(const SignedWriteRow& write) const {
    if (!writes.contains({write.at, write.digest})) return {};
    return fail("signature_reused", "what was signed has been carried out before");
}

void SigningDesk::put(const SigningKeyRow& row) {
    keys[row.id] = row;
    used.emplace(row.organisation, row.key);
    if (!row.revoked) in_force[row.organisation] += 1;
}

void SigningDesk::revoke(const SigningKeyId& id) {
    SigningKeyRow& row = keys.at(id);
    row.revoked = true;
    in_force.at(row.organisation) -= 1;
    touched.mark(id);
}

void SigningDesk::use_up(const SignedWriteRow& write) {
    writes.emplace(std::pair(write.at, write.digest), write);
}

// The oldest come first, and the digest of one of another time is another one.
void SigningDesk::forget_over(Time now) {
    while (!writes.empty() && is_signature_over(writes.begin()->second.at, now))
        writes.erase(writes.begin());
}

void SigningDesk::mark_changes(Rows& out) const {
    for (const SigningKeyId& id : touched.keys())
        out.signing_keys.push_back(keys.at(id));
}

void SigningDesk::add_state(Rows& out) const {
    for (const auto& [id, row] : keys)
        out.signing_keys.push_back(row);
    for (const auto& [key, row] : writes)
        out.signed_writes.push_back(row);
}

void SigningDesk::load(const Rows& rows) {
    for (const SigningKeyRow& row : rows.signing_keys)
        put(row);
    for (const SignedWriteRow& row : rows.signed_writes)
        use_up(row);
    forget_over(rows.head.last_time);
}

std::string line(const SigningKeyRow& row) {
    return fmt::format("signing_key {} {} {} {} {}", to_string(row.id), to_string(row.organisation),
                       to_hex(as_chars(row.key)), row.revoked, row.index.value);
}

std::string line(const SignedWriteRow& row) {
    return fmt::format("signed_write {} {} {} {}", to_hex(as_chars(row.digest)),
                       to_string(row.organisation), row.at.value, row.index.value);
}

}  // namespace suanpan::core
