#include "core/signing_desk.hpp"

#include "base/bytes.hpp"
#include "core/digest_lines.hpp"
#include "core/rows.hpp"

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

void SigningDesk::mark_changes(Rows& out) const {
    for (const SigningKeyId& id : touched.keys())
        out.signing_keys.push_back(keys.at(id));
}

void SigningDesk::add_state(Rows& out) const {
    for (const auto& [id, row] : keys)
        out.signing_keys.push_back(row);
}

void SigningDesk::load(const Rows& rows) {
    for (const SigningKeyRow& row : rows.signing_keys)
        put(row);
}

std::string line(const SigningKeyRow& row) {
    return fmt::format("signing_key {} {} {} {} {}", to_string(row.id), to_string(row.organisation),
                       to_hex(as_chars(row.key)), row.revoked, row.index.value);
}

}  // namespace suanpan::core
