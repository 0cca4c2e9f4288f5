#pragma once

// C2SP tlog-proof: one file that proves an entry's place in the log, offline (ledger "Notes and
// checkpoints", "Receipt").

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "ledger/checkpoint.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::ledger {

inline constexpr std::size_t kMaxReceiptBytes = 131'072;

struct Receipt {
    std::uint64_t index = 0;
    std::vector<Hash> proof;  // sibling of the leaf first, at most 63
    std::string checkpoint;   // the signed note, verbatim
    std::string extra;        // the format's optional opaque bytes: authenticated by nothing

    friend bool operator==(const Receipt&, const Receipt&) = default;
};

std::string to_string(const Receipt& receipt);
/// Error `bad_receipt`.
Result<Receipt> parse_receipt(std::string_view text);

/// That `entry` is in the log, at the receipt's index, under the signed checkpoint. Gives the
/// checkpoint. Errors: those of open_checkpoint and verify_inclusion.
Result<SignedCheckpoint> verify_receipt(const Receipt& receipt, std::string_view entry,
                                        const VerifierKey& log,
                                        std::span<const VerifierKey> witnesses = {});
/// The same under a policy: one of its logs signed and its quorum of witnesses cosigned. Also
/// `too_few_witnesses`.
Result<SignedCheckpoint> verify_receipt(const Receipt& receipt, std::string_view entry,
                                        const Policy& policy);

}  // namespace suanpan::ledger
