#include "base/words.hpp"

#include "core/commands.hpp"
#include "core/rows.hpp"

namespace suanpan::core {
namespace {

constexpr Words<Role, 8> kRoles("a role", {"provider", "buyer", "funder", "meter", "settlement",
                                           "operator", "auditor", "arbiter"});
constexpr Words<LeaseState, 6> kLeaseStates("a lease's state",
                                            {"scheduled", "provisioning", "active", "completed",
                                             "defaulted", "terminated"});
constexpr Words<Fault, 4> kFaults("a fault", {"none", "buyer", "provider", "operator"});
constexpr Words<Auth, 3> kAuths("auth", {"api_key", "signed", "system"});

}  // namespace

std::string_view to_string(Role role) {
    return kRoles[role];
}
std::string_view to_string(LeaseState state) {
    return kLeaseStates[state];
}
std::string_view to_string(Fault fault) {
    return kFaults[fault];
}
std::string_view to_string(Auth auth) {
    return kAuths[auth];
}
Result<Role> parse_role(std::string_view text) {
    return kRoles.parse(text);
}
Result<LeaseState> parse_lease_state(std::string_view text) {
    return kLeaseStates.parse(text);
}
Result<Fault> parse_fault(std::string_view text) {
    return kFaults.parse(text);
}
Result<Auth> parse_auth(std::string_view text) {
    return kAuths.parse(text);
}

}  // namespace suanpan::core
