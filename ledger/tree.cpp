#include "ledger/tree.hpp"

#include "base/check.hpp"
#include "base/crypto.hpp"
#include "base/sha256_two.hpp"

#include <algorithm>
#include <bit>

namespace suanpan::ledger {
namespace {

constexpr char kLeafPrefix = '\0';
constexpr char kNodePrefix = '\1';

unsigned bit_length(std::uint64_t value) {
    return static_cast<unsigned>(std::bit_width(value));
}

// Below this height the paths of `index` and of the last leaf differ; above it both lie on the
// tree's right edge, where a node exists only to the left.
unsigned inner_length(std::uint64_t index, std::uint64_t size) {
    return bit_length(index ^ (size - 1));
}

unsigned border_length(std::uint64_t index, unsigned inner) {
    return inner >= 64 ? 0 : static_cast<unsigned>(std::popcount(index >> inner));
}

std::uint64_t largest_power_below(std::uint64_t n) {
    return std::uint64_t{1} << (bit_length(n - 1) - 1);
}

// Root of the leaves [begin, end): asks for complete subtrees only. REQUIRES begin < end and begin
// to be a multiple of the largest power of two in end − begin (always so inside RFC 6962's splits).
Result<Hash> range_hash(std::uint64_t begin, std::uint64_t end, const HashReader& reader) {
    const std::uint64_t count = end - begin;
    if (std::has_single_bit(count)) {
        const unsigned height = bit_length(count) - 1;
        return reader(NodeId{height, begin >> height});
    }
    const std::uint64_t split = begin + largest_power_below(count);
    const auto left = range_hash(begin, split, reader);
    if (!left) return left;
    const auto right = range_hash(split, end, reader);
    if (!right) return right;
    return node_hash(*left, *right);
}

std::string_view pair_at(std::span<const Hash> nodes, std::size_t i) {
    return as_chars(nodes[i].data(), 2 * Hash{}.size());
}

// Root of 2^k nodes: each level takes the place of the first half of the one below.
Hash complete_root(std::span<Hash> nodes) {
    for (std::size_t count = nodes.size() / 2; count > 0; count /= 2) {
        for (std::size_t i = 0; i + 1 < count; i += 2) {
            const auto both =
                sha256_two(kNodePrefix, pair_at(nodes, 2 * i), pair_at(nodes, 2 * i + 2));
            nodes[i] = both[0];
            nodes[i + 1] = both[1];
        }
        if (count == 1) nodes[0] = node_hash(nodes[0], nodes[1]);
    }
    return nodes.front();
}

struct Range {
    std::uint64_t begin;
    std::uint64_t end;
};

Result<std::vector<Hash>> hashes_of(const std::vector<Range>& ranges, const HashReader& reader) {
    std::vector<Hash> proof;
    proof.reserve(ranges.size());
    // The walk goes from the root down, the proof from the leaf up.
    for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
        const auto hash = range_hash(range->begin, range->end, reader);
        if (!hash) return fail(hash.error());
        proof.push_back(*hash);
    }
    return proof;
}

Result<void> check_length(std::size_t have, std::size_t need) {
    const std::string counts =
        "the proof has " + std::to_string(have) + " hashes, needed are " + std::to_string(need);
    if (have < need) return fail("proof_too_short", counts);
    if (have > need) return fail("proof_too_long", counts);
    return {};
}

}  // namespace

Hash leaf_hash(std::string_view entry) {
    return sha256({std::string_view(&kLeafPrefix, 1), entry});
}

std::vector<Hash> leaf_hashes(std::span<const std::string_view> entries) {
    std::vector<Hash> hashes(entries.size());
    std::size_t i = 0;
    for (; i + 1 < entries.size(); i += 2) {
        const auto both = sha256_two(kLeafPrefix, entries[i], entries[i + 1]);
        hashes[i] = both[0];
        hashes[i + 1] = both[1];
    }
    if (i < entries.size()) hashes[i] = leaf_hash(entries[i]);
    return hashes;
}

Hash node_hash(const Hash& left, const Hash& right) {
    return sha256({std::string_view(&kNodePrefix, 1), as_chars(left), as_chars(right)});
}

Hash empty_root() {
    return sha256(std::string_view{});
}

void Frontier::append_subtree(unsigned height, const Hash& root) {
    CHECK(height < 63 && size_ % (std::uint64_t{1} << height) == 0);
    CHECK(size_ <= kMaxTreeSize - (std::uint64_t{1} << height));
    Hash node = root;
    // Each carry of the addition is a pair of subtrees that becomes one.
    for (std::uint64_t rest = size_ >> height; (rest & 1) != 0; rest >>= 1) {
        node = node_hash(roots_.back(), node);
        roots_.pop_back();
    }
    roots_.push_back(node);
    size_ += std::uint64_t{1} << height;
}

Hash Frontier::root() const {
    if (roots_.empty()) return empty_root();
    Hash node = roots_.back();
    for (auto left = std::next(roots_.rbegin()); left != roots_.rend(); ++left) {
        node = node_hash(*left, node);
    }
    return node;
}

Hash root_of(std::span<const Hash> leaves) {
    Frontier frontier;
    std::vector<Hash> subtree;
    while (!leaves.empty()) {
        const std::size_t count = std::bit_floor(leaves.size());
        subtree.assign(leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(count));
        frontier.append_subtree(bit_length(count) - 1, complete_root(subtree));
        leaves = leaves.subspan(count);
    }
    return frontier.root();
}

Result<Frontier> read_frontier(std::uint64_t size, const HashReader& reader) {
    if (size > kMaxTreeSize) return fail("size_out_of_range", "a log has at most 2^63 - 1 entries");
    Frontier frontier;
    while (frontier.size() < size) {
        const unsigned height = bit_length(size - frontier.size()) - 1;
        const auto hash = reader(NodeId{height, frontier.size() >> height});
        if (!hash) return fail(hash.error());
        frontier.append_subtree(height, *hash);
    }
    return frontier;
}

Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                          const HashReader& reader) {
    if (index >= size || size > kMaxTreeSize) {
        return fail("index_out_of_range", "index " + std::to_string(index) +
                                              " is not in a log of " + std::to_string(size));
    }
    std::vector<Range> siblings;
    Range here{0, size};
    while (here.end - here.begin > 1) {
        const std::uint64_t split = here.begin + largest_power_below(here.end - here.begin);
        if (index < split) {
            siblings.push_back({split, here.end});
            here.end = split;
        } else {
            siblings.push_back({here.begin, split});
            here.begin = split;
        }
    }
    return hashes_of(siblings, reader);
}

Result<std::vector<Hash>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                            const HashReader& reader) {
    if (old_size > new_size || new_size > kMaxTreeSize) {
        return fail("size_out_of_range", "no proof leads from size " + std::to_string(old_size) +
                                             " to size " + std::to_string(new_size));
    }
    if (old_size == 0 || old_size == new_size) return std::vector<Hash>{};
    std::vector<Range> parts;
    Range here{0, new_size};
    while (here.end != old_size) {
        const std::uint64_t split = here.begin + largest_power_below(here.end - here.begin);
        if (old_size <= split) {
            parts.push_back({split, here.end});
            here.end = split;
        } else {
            parts.push_back({here.begin, split});
            here.begin = split;
        }
    }
    // The old tree itself, when it is one complete subtree, is what the verifier already has.
    if (here.begin != 0) parts.push_back(here);
    return hashes_of(parts, reader);
}

unsigned inclusion_proof_length(std::uint64_t index, std::uint64_t size) {
    CHECK(index < size && size <= kMaxTreeSize);
    const unsigned inner = inner_length(index, size);
    return inner + border_length(index, inner);
}

unsigned consistency_proof_length(std::uint64_t old_size, std::uint64_t new_size) {
    CHECK(old_size <= new_size && new_size <= kMaxTreeSize);
    if (old_size == 0 || old_size == new_size) return 0;
    const auto skipped = static_cast<unsigned>(std::countr_zero(old_size));
    // An old tree of 2^k leaves is its own first hash, which is not sent.
    const unsigned first = std::has_single_bit(old_size) ? 0 : 1;
    return inclusion_proof_length(old_size - 1, new_size) - skipped + first;
}

Result<void> verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                              std::span<const Hash> proof, const Hash& root) {
    if (index >= size || size > kMaxTreeSize) {
        return fail("index_out_of_range", "index " + std::to_string(index) +
                                              " is not in a log of " + std::to_string(size));
    }
    const unsigned inner = inner_length(index, size);
    if (auto length = check_length(proof.size(), inclusion_proof_length(index, size)); !length)
        return length;
    Hash node = leaf;
    for (unsigned height = 0; height < proof.size(); ++height) {
        const bool sibling_is_left = height >= inner || (index >> height & 1) != 0;
        node = sibling_is_left ? node_hash(proof[height], node) : node_hash(node, proof[height]);
    }
    if (node != root)
        return fail("root_mismatch",
                    "the entry and the proof give a root other than the signed one");
    return {};
}

Result<void> verify_consistency(std::uint64_t old_size, const Hash& old_root,
                                std::uint64_t new_size, const Hash& new_root,
                                std::span<const Hash> proof) {
    if (old_size > new_size || new_size > kMaxTreeSize) {
        return fail("size_out_of_range", "no proof leads from size " + std::to_string(old_size) +
                                             " to size " + std::to_string(new_size));
    }
    if (auto length = check_length(proof.size(), consistency_proof_length(old_size, new_size));
        !length)
        return length;
    if (old_size == 0) {
        if (old_root == empty_root()) return {};
        return fail("old_root_mismatch", "the root of an empty log is the hash of nothing");
    }
    if (old_size == new_size) {
        if (old_root == new_root) return {};
        return fail("root_mismatch", "two roots are given for the same size");
    }
    // The path of the old tree's last leaf, taken from the top of its last complete subtree.
    const auto skipped = static_cast<unsigned>(std::countr_zero(old_size));
    const std::uint64_t path = (old_size - 1) >> skipped;
    const unsigned inner = inner_length(old_size - 1, new_size) - skipped;
    Hash old_node = old_root;
    if (!std::has_single_bit(old_size)) {
        old_node = proof.front();
        proof = proof.subspan(1);
    }
    Hash new_node = old_node;
    for (unsigned height = 0; height < proof.size(); ++height) {
        if (height >= inner || (path >> height & 1) != 0) {
            old_node = node_hash(proof[height], old_node);
            new_node = node_hash(proof[height], new_node);
        } else {
            new_node = node_hash(new_node, proof[height]);
        }
    }
    if (old_node != old_root)
        return fail("old_root_mismatch", "the proof does not lead to the old root");
    if (new_node != new_root)
        return fail("root_mismatch", "the proof does not lead to the new root");
    return {};
}

}  // namespace suanpan::ledger
