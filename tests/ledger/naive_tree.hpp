#pragma once

// RFC 6962 §2.1 word for word: the model that the real tree is compared with.

#include "base/crypto.hpp"
#include "ledger/tree.hpp"

#include <span>
#include <string>
#include <vector>

namespace suanpan::ledger::naive {

inline std::size_t split_of(std::size_t n) {
    std::size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

inline Hash join(const Hash& left, const Hash& right) {
    return sha256(std::string("\1") + std::string(as_chars(left)) + std::string(as_chars(right)));
}

inline Hash root(std::span<const Hash> leaves) {
    if (leaves.empty()) return sha256("");
    if (leaves.size() == 1) return leaves.front();
    const std::size_t k = split_of(leaves.size());
    return join(root(leaves.first(k)), root(leaves.subspan(k)));
}

inline std::vector<Hash> inclusion(std::size_t m, std::span<const Hash> leaves) {
    if (leaves.size() == 1) return {};
    const std::size_t k = split_of(leaves.size());
    auto path = m < k ? inclusion(m, leaves.first(k)) : inclusion(m - k, leaves.subspan(k));
    path.push_back(m < k ? root(leaves.subspan(k)) : root(leaves.first(k)));
    return path;
}

inline std::vector<Hash> subproof(std::size_t m, std::span<const Hash> leaves, bool known) {
    if (m == leaves.size()) return known ? std::vector<Hash>{} : std::vector<Hash>{root(leaves)};
    const std::size_t k = split_of(leaves.size());
    auto proof =
        m <= k ? subproof(m, leaves.first(k), known) : subproof(m - k, leaves.subspan(k), false);
    proof.push_back(m <= k ? root(leaves.subspan(k)) : root(leaves.first(k)));
    return proof;
}

inline std::vector<Hash> consistency(std::size_t m, std::span<const Hash> leaves) {
    return m == 0 ? std::vector<Hash>{} : subproof(m, leaves, true);
}

/// Leaf hashes of the entries "entry-0", "entry-1", …
inline std::vector<Hash> leaves(std::size_t count) {
    std::vector<Hash> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(leaf_hash("entry-" + std::to_string(i)));
    return out;
}

/// Complete subtrees straight from the leaves.
inline HashReader reader(std::span<const Hash> leaves) {
    return [leaves](NodeId node) -> Result<Hash> {
        const std::size_t width = std::size_t{1} << node.height;
        if ((node.index + 1) * width > leaves.size()) return fail("outside", "not in the tree");
        return root(leaves.subspan(node.index * width, width));
    };
}

}  // namespace suanpan::ledger::naive
