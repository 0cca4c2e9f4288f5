#pragma once

// C2SP tlog-policy: which logs and witnesses are trusted, and how many of the witnesses must have
// cosigned before a checkpoint counts (ledger "Publishing", "A witness policy"). Line by line:
//
//     log <vkey> [<url>]
//     witness <name> <vkey> [<url>]
//     group <name> <k | any | all> <member>…
//     quorum <name | none>
//
// Words are divided by spaces and tabs; empty lines and lines that begin with '#' say nothing.
// Names are bytes without a meaning outside of the file; a witness's key has a name of its own.

#include "base/result.hpp"
#include "ledger/note.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::ledger {

inline constexpr std::size_t kMaxPolicyBytes = 262'144;
inline constexpr std::size_t kMaxPolicyLogs = 64;
inline constexpr std::size_t kMaxPolicyWitnesses = 64;  // fewer than a note's signatures
inline constexpr std::size_t kMaxPolicyGroups = 64;

struct PolicyLog {
    VerifierKey key;  // Ed25519; its name is the log's origin
    std::string url;  // empty: not given

    friend bool operator==(const PolicyLog&, const PolicyLog&) = default;
};

struct PolicyWitness {
    std::string name;
    VerifierKey key;  // cosignature/v1
    std::string url;  // the submission prefix; empty: not given

    friend bool operator==(const PolicyWitness&, const PolicyWitness&) = default;
};

struct PolicyGroup {
    std::string name;
    std::size_t threshold = 1;         // 1 … members.size()
    std::vector<std::string> members;  // witnesses and groups of lines before

    friend bool operator==(const PolicyGroup&, const PolicyGroup&) = default;
};

struct Policy {
    std::vector<PolicyLog> logs;
    std::vector<PolicyWitness> witnesses;
    std::vector<PolicyGroup> groups;
    std::string quorum;  // a witness, a group, or empty for `none`

    friend bool operator==(const Policy&, const Policy&) = default;
};

/// Error `bad_policy`; the detail begins with the number of the line.
Result<Policy> parse_policy(std::string_view text);
std::string to_string(const Policy& policy);

/// Whether witnesses with these keys are a quorum. Keys that the policy doesn't list count nothing,
/// repeated ones once. REQUIRES a policy that parse_policy could have given.
bool is_met(const Policy& policy, std::span<const VerifierKey> cosigners);

/// The fewest witnesses that can be a quorum; 0 for `none`.
std::size_t fewest_cosigners(const Policy& policy);

std::vector<VerifierKey> log_keys(const Policy& policy);
std::vector<VerifierKey> witness_keys(const Policy& policy);

}  // namespace suanpan::ledger
