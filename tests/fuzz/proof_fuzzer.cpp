// Any numbers and hashes as a proof: the verifier refuses every proof that the tree itself did not
// give, and never reads beyond it. Bytes: index, size, old size (8 each, big-endian), then hashes;
// the same bytes once more as changes to the right proof, three for each.

#include "ledger/tree.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace {

using suanpan::Hash;
namespace ledger = suanpan::ledger;

void require(bool holds) {
    if (!holds) std::abort();
}

constexpr std::uint64_t kLeaves = 300;

const std::vector<Hash>& leaves() {
    static const std::vector<Hash> kAll = [] {
        std::vector<Hash> out;
        for (std::uint64_t i = 0; i < kLeaves; ++i)
            out.push_back(ledger::leaf_hash(std::to_string(i)));
        return out;
    }();
    return kAll;
}

suanpan::Result<Hash> subtree(ledger::NodeId node) {
    return ledger::root_of(
        std::span(leaves()).subspan(node.index << node.height, std::size_t{1} << node.height));
}

std::uint64_t number(const std::uint8_t* data) {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value = value << 8 | data[i];
    return value;
}

// A byte altered, a hash dropped, doubled, or exchanged with another.
std::vector<Hash> edited(std::vector<Hash> proof, std::span<const std::uint8_t> edits) {
    for (; edits.size() >= 3 && !proof.empty(); edits = edits.subspan(3)) {
        const std::size_t at = edits[1] % proof.size();
        const auto place = proof.begin() + static_cast<std::ptrdiff_t>(at);
        switch (edits[0] % 4) {
            case 0: (*place)[edits[2] % 32] ^= edits[2]; break;
            case 1: proof.erase(place); break;
            case 2: proof.insert(place, Hash(*place)); break;
            default: std::swap(*place, proof[edits[2] % proof.size()]);
        }
    }
    return proof;
}

struct Trees {
    std::uint64_t index;
    std::uint64_t old_size;
    std::uint64_t size;
    Hash old_root;
    Hash root;
};

bool is_included(const Trees& trees, std::span<const Hash> proof) {
    return ledger::verify_inclusion(leaves()[trees.index], trees.index, trees.size, proof,
                                    trees.root)
        .has_value();
}

bool is_consistent(const Trees& trees, std::span<const Hash> proof) {
    return ledger::verify_consistency(trees.old_size, trees.old_root, trees.size, trees.root, proof)
        .has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 24) return 0;
    const std::uint64_t index = number(data);
    const std::uint64_t tree_size = number(data + 8);
    const std::uint64_t old_size = number(data + 16);
    const std::span<const std::uint8_t> rest(data + 24, size - 24);
    std::vector<Hash> proof(rest.size() / 32);
    for (std::size_t i = 0; i < proof.size(); ++i)
        std::copy_n(rest.data() + 32 * i, 32, proof[i].begin());
    // Far sizes only for memory safety; inside the small tree the right proof is known.
    const Hash root = leaves()[0];
    static_cast<void>(ledger::verify_inclusion(root, index, tree_size, proof, root));
    static_cast<void>(ledger::verify_consistency(old_size, root, tree_size, root, proof));

    Trees trees{};
    trees.size = tree_size % kLeaves + 1;
    trees.index = index % trees.size;
    trees.old_size = old_size % (trees.size + 1);
    trees.old_root = ledger::root_of(std::span(leaves()).first(trees.old_size));
    trees.root = ledger::root_of(std::span(leaves()).first(trees.size));
    const auto path = ledger::prove_inclusion(trees.index, trees.size, subtree).value();
    const auto steps = ledger::prove_consistency(trees.old_size, trees.size, subtree).value();
    for (const auto& some : {proof, path, edited(path, rest)})
        require(is_included(trees, some) == (some == path));
    for (const auto& some : {proof, steps, edited(steps, rest)})
        require(is_consistent(trees, some) == (some == steps));
    return 0;
}
