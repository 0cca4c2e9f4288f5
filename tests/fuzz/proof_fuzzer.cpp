// Any numbers and hashes as a proof: the verifier refuses every proof that the tree itself did not
// give, and never reads beyond it. Bytes: index, size, old size (8 each, big-endian), then hashes.

#include "ledger/tree.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 24) return 0;
    const std::uint64_t index = number(data);
    const std::uint64_t tree_size = number(data + 8);
    const std::uint64_t old_size = number(data + 16);
    std::vector<Hash> proof((size - 24) / 32);
    for (std::size_t i = 0; i < proof.size(); ++i)
        std::copy_n(data + 24 + 32 * i, 32, proof[i].begin());
    // Far sizes only for memory safety; inside the small tree the right proof is known.
    const Hash root = leaves()[0];
    static_cast<void>(ledger::verify_inclusion(root, index, tree_size, proof, root));
    static_cast<void>(ledger::verify_consistency(old_size, root, tree_size, root, proof));
    const std::uint64_t n = tree_size % kLeaves + 1;
    const std::uint64_t i = index % n;
    const std::uint64_t old = old_size % (n + 1);
    const auto part = [](std::uint64_t count) { return std::span(leaves()).first(count); };
    const auto good = ledger::prove_inclusion(i, n, subtree).value();
    require(
        ledger::verify_inclusion(leaves()[i], i, n, good, ledger::root_of(part(n))).has_value());
    require(
        ledger::verify_inclusion(leaves()[i], i, n, proof, ledger::root_of(part(n))).has_value() ==
        (proof == good));
    const auto steps = ledger::prove_consistency(old, n, subtree).value();
    require(ledger::verify_consistency(old, ledger::root_of(part(old)), n, ledger::root_of(part(n)),
                                       proof)
                .has_value() == (proof == steps));
    return 0;
}
