#pragma once

// A model of huge trees: RFC 6962 §2.1 by its recursion, over leaves that are all the same but for
// a few marked ones. A range without a marked leaf depends on its length alone, so each length is
// hashed once and a tree of 2^62 leaves costs some hundred hashes.

#include "ledger/tree.hpp"

#include <bit>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::ledger::sparse {

inline std::uint64_t split_of(std::uint64_t n) {
    return std::bit_floor(n - 1);
}

class Tree {
 public:
    explicit Tree(std::set<std::uint64_t> marked) : marked_(std::move(marked)) {}

    [[nodiscard]] Hash leaf(std::uint64_t index) const {
        return marked_.contains(index) ? leaf_hash("leaf " + std::to_string(index))
                                       : leaf_hash("plain");
    }
    /// Root of the leaves [begin, end).
    [[nodiscard]] Hash root(std::uint64_t begin, std::uint64_t end) const {
        if (begin == end) return empty_root();
        const auto first = marked_.lower_bound(begin);
        const bool plain = first == marked_.end() || *first >= end;
        const auto known = plain ? plain_.find(end - begin) : plain_.end();
        if (known != plain_.end()) return known->second;
        const Hash out = compute(begin, end);
        if (plain) plain_.emplace(end - begin, out);
        return out;
    }
    [[nodiscard]] Hash root(std::uint64_t size) const { return root(0, size); }

    [[nodiscard]] std::vector<Hash> inclusion(std::uint64_t index, std::uint64_t begin,
                                              std::uint64_t end) const {
        if (end - begin == 1) return {};
        const std::uint64_t split = begin + split_of(end - begin);
        auto path = index < split ? inclusion(index, begin, split) : inclusion(index, split, end);
        path.push_back(index < split ? root(split, end) : root(begin, split));
        return path;
    }
    [[nodiscard]] std::vector<Hash> consistency(std::uint64_t old_size, std::uint64_t begin,
                                                std::uint64_t end, bool known) const {
        if (old_size == end)
            return known ? std::vector<Hash>{} : std::vector<Hash>{root(begin, end)};
        const std::uint64_t split = begin + split_of(end - begin);
        auto proof = old_size <= split ? consistency(old_size, begin, split, known)
                                       : consistency(old_size, split, end, false);
        proof.push_back(old_size <= split ? root(split, end) : root(begin, split));
        return proof;
    }

    [[nodiscard]] HashReader reader(std::uint64_t size) const {
        return [this, size](NodeId node) -> Result<Hash> {
            const std::uint64_t width = std::uint64_t{1} << node.height;
            if (node.index > (size - width) / width) return fail("outside", "not in the tree");
            return root(node.index * width, (node.index + 1) * width);
        };
    }

 private:
    [[nodiscard]] Hash compute(std::uint64_t begin, std::uint64_t end) const {
        if (end - begin == 1) return leaf(begin);
        const std::uint64_t split = begin + split_of(end - begin);
        return node_hash(root(begin, split), root(split, end));
    }

    std::set<std::uint64_t> marked_;
    mutable std::map<std::uint64_t, Hash> plain_;
};

/// On which sides the path from a leaf finds its siblings, from the leaf up. Sizes whose path is
/// the same can't be told apart by a proof of inclusion: the checkpoint's signature binds the size.
inline std::string inclusion_shape(std::uint64_t index, std::uint64_t begin, std::uint64_t end) {
    if (end - begin == 1) return "";
    const std::uint64_t split = begin + split_of(end - begin);
    return index < split ? inclusion_shape(index, begin, split) + "R"
                         : inclusion_shape(index, split, end) + "L";
}

/// The same for a proof of consistency; "=" at its beginning: the old root is its own first hash.
inline std::string consistency_shape(std::uint64_t old_size, std::uint64_t begin, std::uint64_t end,
                                     bool known) {
    if (old_size == end) return known ? "=" : "+";
    const std::uint64_t split = begin + split_of(end - begin);
    return old_size <= split ? consistency_shape(old_size, begin, split, known) + "R"
                             : consistency_shape(old_size, split, end, false) + "L";
}

}  // namespace suanpan::ledger::sparse
