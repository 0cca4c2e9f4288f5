#pragma once

// The Merkle tree of RFC 6962 §2.1 over SHA-256 (ledger "Hashing").
// Sizes and indexes are counts of entries, 0 … 2^63 − 1. Nothing here does I/O.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace suanpan::ledger {

inline constexpr std::uint64_t kMaxTreeSize = 0x7FFF'FFFF'FFFF'FFFF;
inline constexpr std::size_t kMaxProofHashes = 63;  // of either proof, in a text form

Hash leaf_hash(std::string_view entry);                                    // H(0x00 ‖ entry)
std::vector<Hash> leaf_hashes(std::span<const std::string_view> entries);  // two at a time
Hash node_hash(const Hash& left, const Hash& right);                       // H(0x01 ‖ left ‖ right)
Hash empty_root();                                                         // H("")

/// A complete subtree: the leaves [index << height, (index + 1) << height).
struct NodeId {
    unsigned height = 0;
    std::uint64_t index = 0;

    friend bool operator==(const NodeId&, const NodeId&) = default;
};

/// The right edge of a tree: the roots of its complete subtrees, largest first, at most 63 hashes.
/// Appending is amortised O(1), the root O(log n). Not thread-safe; copying is cheap.
class Frontier {
 public:
    void append(const Hash& leaf) { append_subtree(0, leaf); }
    /// Appends 2^height leaves by their root. REQUIRES size() to be a multiple of 2^height.
    void append_subtree(unsigned height, const Hash& root);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;

 private:
    std::uint64_t size_ = 0;
    std::vector<Hash> roots_;  // one for each set bit of size_, highest first
};

Hash root_of(std::span<const Hash> leaves);

/// Gives the hash of a complete subtree, or why it can't. Proofs only ask for subtrees inside the
/// tree.
using HashReader = std::function<Result<Hash>(NodeId)>;

/// The frontier of the first `size` leaves.
Result<Frontier> read_frontier(std::uint64_t size, const HashReader& reader);

/// Sibling of the leaf first (RFC 6962 §2.1.1). Error `index_out_of_range` unless index < size.
Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                          const HashReader& reader);
/// RFC 6962 §2.1.2; empty for old_size 0 or old_size = new_size. Error `size_out_of_range`.
Result<std::vector<Hash>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                            const HashReader& reader);

/// Exact number of hashes of the proofs above.
unsigned inclusion_proof_length(std::uint64_t index, std::uint64_t size);
unsigned consistency_proof_length(std::uint64_t old_size, std::uint64_t new_size);

/// Errors, in this order: `index_out_of_range`, `proof_too_short`, `proof_too_long`,
/// `root_mismatch`.
Result<void> verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                              std::span<const Hash> proof, const Hash& root);
/// Errors, in this order: `size_out_of_range`, `proof_too_short`, `proof_too_long`,
/// `old_root_mismatch`, `root_mismatch` (for equal sizes: the two roots differ).
Result<void> verify_consistency(std::uint64_t old_size, const Hash& old_root,
                                std::uint64_t new_size, const Hash& new_root,
                                std::span<const Hash> proof);

}  // namespace suanpan::ledger
