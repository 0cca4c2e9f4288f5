// Proofs in trees up to 2^62 leaves against a model that follows the RFC's recursion, and every
// way of spoiling a proof.

#include "ledger/tree.hpp"
#include "support/seed.hpp"
#include "tests/ledger/sparse_tree.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace suanpan::ledger {
namespace {

using sparse::Tree;

constexpr std::uint64_t kLargest = std::uint64_t{1} << 40;

std::string code_of(const Result<void>& result) {
    return result ? "ok" : result.error().code();
}

// All lengths are as likely as each other, and sizes beside powers of two are frequent.
std::uint64_t random_size(std::mt19937_64& random, std::uint64_t largest = kLargest) {
    const std::uint64_t top = largest >> random() % 40;
    const std::uint64_t near = std::bit_floor(top) + random() % 5;
    const std::uint64_t size = random() % 3 == 0 && near > 2 ? near - 2 : random() % top + 1;
    return std::min(size, largest);
}

struct Spoiled {
    std::string how;
    std::vector<Hash> proof;
};

// Each hash altered, dropped, doubled, exchanged with the next; one more at the end; none at all.
std::vector<Spoiled> spoil(const std::vector<Hash>& good, std::mt19937_64& random) {
    std::vector<Spoiled> out;
    for (std::size_t i = 0; i < good.size(); ++i) {
        const std::string at = " " + std::to_string(i);
        const auto place = static_cast<std::ptrdiff_t>(i);
        out.push_back({"altered" + at, good});
        out.back().proof[i][random() % 32] ^= static_cast<std::uint8_t>(1U << random() % 8);
        out.push_back({"dropped" + at, good});
        out.back().proof.erase(out.back().proof.begin() + place);
        out.push_back({"doubled" + at, good});
        out.back().proof.insert(out.back().proof.begin() + place, good[i]);
        if (i + 1 < good.size() && good[i] != good[i + 1]) {
            out.push_back({"exchanged" + at, good});
            std::swap(out.back().proof[i], out.back().proof[i + 1]);
        }
    }
    out.push_back({"longer", good});
    out.back().proof.push_back(leaf_hash("more"));
    if (good.size() > 1) out.push_back({"none", {}});
    return out;
}

struct Inclusion {
    std::uint64_t index;
    std::uint64_t size;
    Hash leaf;
    Hash root;
    std::vector<Hash> proof;

    [[nodiscard]] std::string verify(std::uint64_t i, std::uint64_t n) const {
        return code_of(verify_inclusion(leaf, i, n, proof, root));
    }
};

Inclusion inclusion_of(const Tree& tree, std::uint64_t index, std::uint64_t size) {
    return {index, size, tree.leaf(index), tree.root(size), tree.inclusion(index, 0, size)};
}

void expect_included(const Tree& tree, const Inclusion& in) {
    const auto proof = prove_inclusion(in.index, in.size, tree.reader(in.size));
    ASSERT_TRUE(proof) << proof.error().detail();
    ASSERT_EQ(*proof, in.proof);
    ASSERT_EQ(in.proof.size(), inclusion_proof_length(in.index, in.size));
    ASSERT_EQ(in.verify(in.index, in.size), "ok");
}

// Another index or size is refused unless its path has the same shape, which it can have only at
// another size.
void expect_only_here(const Inclusion& in, std::uint64_t index, std::uint64_t size) {
    if (index == in.index && size == in.size) return;
    const std::string code = in.verify(index, size);
    if (index >= size) {
        ASSERT_EQ(code, "index_out_of_range");
        return;
    }
    const bool same =
        sparse::inclusion_shape(index, 0, size) == sparse::inclusion_shape(in.index, 0, in.size);
    ASSERT_FALSE(same && size == in.size);
    ASSERT_EQ(code == "ok", same) << index << " in " << size << ", proven " << in.index << " in "
                                  << in.size;
}

TEST(InclusionProof, OfEveryIndexInEverySizeTo300) {
    const Tree tree({0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 255, 256, 257, 299});
    for (std::uint64_t size = 1; size <= 300; ++size) {
        for (std::uint64_t index = 0; index < size; ++index)
            ASSERT_NO_FATAL_FAILURE(expect_included(tree, inclusion_of(tree, index, size)))
                << index << " in " << size;
    }
}

TEST(InclusionProof, SpoiledIsRefusedAtEverySizeTo300) {
    std::mt19937_64 random(support::test_seed());
    for (std::uint64_t size = 1; size <= 300; ++size) {
        const std::uint64_t index = random() % size;
        const Tree tree({index});
        const Inclusion in = inclusion_of(tree, index, size);
        for (const Spoiled& bad : spoil(in.proof, random)) {
            ASSERT_NE(code_of(verify_inclusion(in.leaf, index, size, bad.proof, in.root)), "ok")
                << bad.how << " of " << index << " in " << size;
        }
        for (std::uint64_t other = 0; other <= size; ++other)
            ASSERT_NO_FATAL_FAILURE(expect_only_here(in, other, size));
        for (std::uint64_t other = 0; other <= 301; ++other)
            ASSERT_NO_FATAL_FAILURE(expect_only_here(in, index, other));
    }
}

TEST(InclusionProof, InHugeTreesAgreesWithModelAndSpoiledIsRefused) {
    std::mt19937_64 random(support::test_seed());
    for (std::size_t round = 0; round < 400; ++round) {
        const std::uint64_t size = random_size(random, round % 8 == 0 ? kMaxTreeSize : kLargest);
        const std::uint64_t index = random() % 4 == 0 ? size - 1 : random() % size;
        SCOPED_TRACE(std::to_string(index) + " in " + std::to_string(size));
        const Tree tree({index, random() % size, random() % size, size - 1});
        const Inclusion in = inclusion_of(tree, index, size);
        ASSERT_NO_FATAL_FAILURE(expect_included(tree, in));
        for (const Spoiled& bad : spoil(in.proof, random)) {
            ASSERT_NE(code_of(verify_inclusion(in.leaf, index, size, bad.proof, in.root)), "ok")
                << bad.how;
        }
        for (int bit = 0; bit < 63; ++bit)
            ASSERT_NO_FATAL_FAILURE(expect_only_here(in, index ^ (std::uint64_t{1} << bit), size));
        for (const std::uint64_t other : {size + 1, size - 1, size * 2, size / 2 + 1})
            ASSERT_NO_FATAL_FAILURE(expect_only_here(in, index, other % kMaxTreeSize));
    }
}

struct Consistency {
    std::uint64_t old_size;
    std::uint64_t size;
    Hash old_root;
    Hash root;
    std::vector<Hash> proof;

    [[nodiscard]] std::string verify(std::uint64_t m, std::uint64_t n) const {
        return code_of(verify_consistency(m, old_root, n, root, proof));
    }
    [[nodiscard]] std::string verify(const std::vector<Hash>& other) const {
        return code_of(verify_consistency(old_size, old_root, size, root, other));
    }
};

Consistency consistency_of(const Tree& tree, std::uint64_t old_size, std::uint64_t size) {
    return {old_size, size, tree.root(old_size), tree.root(size),
            old_size == 0 ? std::vector<Hash>{} : tree.consistency(old_size, 0, size, true)};
}

void expect_consistent(const Tree& tree, const Consistency& in) {
    const auto proof = prove_consistency(in.old_size, in.size, tree.reader(in.size));
    ASSERT_TRUE(proof) << proof.error().detail();
    ASSERT_EQ(*proof, in.proof);
    ASSERT_EQ(in.proof.size(), consistency_proof_length(in.old_size, in.size));
    if (in.size <= kLargest) ASSERT_LE(in.proof.size(), kMaxProofHashes);
    ASSERT_EQ(in.verify(in.old_size, in.size), "ok");
}

// REQUIRES 0 < old sizes; the roots of the two sizes to differ.
void expect_only_between(const Consistency& in, std::uint64_t old_size, std::uint64_t size) {
    const std::string code = in.verify(old_size, size);
    if (old_size > size) {
        ASSERT_EQ(code, "size_out_of_range");
        return;
    }
    const bool same = sparse::consistency_shape(old_size, 0, size, true) ==
                      sparse::consistency_shape(in.old_size, 0, in.size, true);
    ASSERT_EQ(code == "ok", same) << old_size << " to " << size << ", proven " << in.old_size
                                  << " to " << in.size;
}

TEST(ConsistencyProof, BetweenAllSizesTo300) {
    const Tree tree({0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 255, 256, 257, 299});
    for (std::uint64_t size = 0; size <= 300; ++size) {
        for (std::uint64_t old_size = 0; old_size <= size; ++old_size)
            ASSERT_NO_FATAL_FAILURE(expect_consistent(tree, consistency_of(tree, old_size, size)))
                << old_size << " to " << size;
    }
}

TEST(ConsistencyProof, SpoiledIsRefusedAtEverySizeTo300) {
    std::mt19937_64 random(support::test_seed());
    for (std::uint64_t size = 2; size <= 300; ++size) {
        const std::uint64_t old_size = random() % (size - 1) + 1;
        const Tree tree({old_size, size - 1});
        const Consistency in = consistency_of(tree, old_size, size);
        for (const Spoiled& bad : spoil(in.proof, random))
            ASSERT_NE(in.verify(bad.proof), "ok")
                << bad.how << " of " << old_size << " to " << size;
        for (std::uint64_t other = 1; other <= size + 1; ++other)
            ASSERT_NO_FATAL_FAILURE(expect_only_between(in, other, size));
        for (std::uint64_t other = 1; other <= 301; ++other)
            ASSERT_NO_FATAL_FAILURE(expect_only_between(in, old_size, other));
    }
}

TEST(ConsistencyProof, InHugeTreesAgreesWithModelAndSpoiledIsRefused) {
    std::mt19937_64 random(support::test_seed());
    for (std::size_t round = 0; round < 400; ++round) {
        const std::uint64_t size =
            random_size(random, round % 8 == 0 ? kMaxTreeSize - 1 : kLargest) + 1;
        const std::uint64_t old_size =
            random() % 3 == 0 ? std::min(random_size(random), size - 1) : random() % (size - 1) + 1;
        SCOPED_TRACE(std::to_string(old_size) + " to " + std::to_string(size));
        const Tree tree({random() % size, random() % old_size, old_size, size - 1});
        const Consistency in = consistency_of(tree, old_size, size);
        ASSERT_NO_FATAL_FAILURE(expect_consistent(tree, in));
        for (const Spoiled& bad : spoil(in.proof, random))
            ASSERT_NE(in.verify(bad.proof), "ok") << bad.how;
        Consistency other = in;
        other.old_root[round % 32] ^= 1;
        ASSERT_NE(other.verify(old_size, size), "ok");
        other = in;
        other.root[round % 32] ^= 1;
        ASSERT_EQ(other.verify(old_size, size), "root_mismatch");
        for (const std::uint64_t wrong : {size + 1, size - 1, size / 2 + 1})
            ASSERT_NO_FATAL_FAILURE(expect_only_between(in, old_size, wrong));
        for (const std::uint64_t wrong : {old_size + 1, old_size - 1, old_size * 2, size})
            ASSERT_NO_FATAL_FAILURE(
                expect_only_between(in, std::max<std::uint64_t>(wrong, 1), size));
    }
}

// A log that was rewritten can't be made to look like the old one that went on.
TEST(ConsistencyProof, NoneLeadsFromOneHistoryToAnother) {
    std::mt19937_64 random(support::test_seed());
    for (std::size_t round = 0; round < 200; ++round) {
        const std::uint64_t size = random_size(random) + 1;
        const std::uint64_t old_size = random() % (size - 1) + 1;
        const std::uint64_t changed = random() % old_size;
        const Tree told({});
        const Tree tree({changed});
        for (const auto& proof : {tree.consistency(old_size, 0, size, true),
                                  told.consistency(old_size, 0, size, true)}) {
            ASSERT_NE(code_of(verify_consistency(old_size, told.root(old_size), size,
                                                 tree.root(size), proof)),
                      "ok")
                << old_size << " to " << size << ", changed at " << changed;
        }
    }
}

}  // namespace
}  // namespace suanpan::ledger
