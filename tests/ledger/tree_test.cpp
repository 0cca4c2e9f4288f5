#include "ledger/tree.hpp"

#include "support/seed.hpp"
#include "tests/ledger/naive_tree.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <random>
#include <string>

namespace suanpan::ledger {
namespace {

Hash hash_of(std::string_view hex) {
    const std::string bytes = from_hex(hex).value();
    Hash out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

// The public Certificate Transparency reference inputs (ledger "Hashing").
const std::array<std::string_view, 8> kInputs = {"",
                                                 "00",
                                                 "10",
                                                 "2021",
                                                 "3031",
                                                 "40414243",
                                                 "5051525354555657",
                                                 "606162636465666768696a6b6c6d6e6f"};
const std::array<std::string_view, 9> kRoots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Hash> vector_leaves() {
    std::vector<Hash> out;
    for (const std::string_view input : kInputs)
        out.push_back(leaf_hash(from_hex(input).value()));
    return out;
}

std::string code_of(const Result<void>& result) {
    return result ? "ok" : result.error().code();
}

Hash flipped(Hash hash, std::size_t bit) {
    hash[bit / 8] = static_cast<std::uint8_t>(hash[bit / 8] ^ (1U << bit % 8));
    return hash;
}

TEST(Tree, RootsOfReferenceInputs) {
    const auto leaves = vector_leaves();
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
        EXPECT_EQ(to_hex(as_chars(root_of(std::span(leaves).first(size)))), kRoots[size]);
    }
    EXPECT_EQ(to_hex(as_chars(empty_root())), kRoots[0]);
}

TEST(Tree, ProofsOfReferenceInputs) {
    const auto leaves = vector_leaves();
    const auto reader = naive::reader(leaves);
    const Hash a = hash_of("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
    const Hash b = hash_of("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
    const Hash c = hash_of("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    const Hash d = hash_of("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    const Hash e = hash_of("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    EXPECT_EQ(prove_consistency(6, 8, reader).value(), (std::vector{a, b, c}));
    EXPECT_EQ(prove_consistency(2, 5, reader).value(), (std::vector{d, e}));
    EXPECT_EQ(prove_inclusion(5, 8, reader).value(), (std::vector{e, b, c}));
    EXPECT_EQ(code_of(verify_consistency(6, hash_of(kRoots[6]), 8, hash_of(kRoots[8]),
                                         std::vector{a, b, c})),
              "ok");
    EXPECT_EQ(code_of(verify_inclusion(leaves[5], 5, 8, std::vector{e, b, c}, hash_of(kRoots[8]))),
              "ok");
}

TEST(Tree, FrontierAndReadFrontierAgreeWithModel) {
    const auto leaves = naive::leaves(300);
    Frontier frontier;
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
        const Hash want = naive::root(std::span(leaves).first(size));
        EXPECT_EQ(frontier.root(), want) << size;
        EXPECT_EQ(read_frontier(size, naive::reader(leaves)).value().root(), want) << size;
        if (size < leaves.size()) frontier.append(leaves[size]);
    }
    EXPECT_EQ(read_frontier(301, naive::reader(leaves)).error().code(), "outside");
}

TEST(Tree, InclusionProofsOfAllSizesAgreeWithModelAndVerify) {
    const auto all = naive::leaves(300);
    for (std::size_t size = 1; size <= all.size(); ++size) {
        const auto leaves = std::span(all).first(size);
        const Hash root = root_of(leaves);
        // Every index of the small trees, and a spread with both ends of the large ones.
        const std::size_t step = size <= 70 ? 1 : 13;
        for (std::size_t index = (size - 1) % step; index < size; index += step) {
            const auto proof = prove_inclusion(index, size, naive::reader(leaves)).value();
            ASSERT_EQ(proof, naive::inclusion(index, leaves)) << index << " in " << size;
            ASSERT_EQ(proof.size(), inclusion_proof_length(index, size));
            ASSERT_EQ(code_of(verify_inclusion(leaves[index], index, size, proof, root)), "ok");
        }
    }
}

TEST(Tree, ConsistencyProofsOfAllSizesAgreeWithModelAndVerify) {
    const auto all = naive::leaves(300);
    std::vector<Hash> roots;
    for (std::size_t size = 0; size <= all.size(); ++size)
        roots.push_back(root_of(std::span(all).first(size)));
    for (std::size_t size = 0; size <= all.size(); ++size) {
        const auto leaves = std::span(all).first(size);
        const std::size_t step = size <= 70 ? 1 : 13;
        for (std::size_t old = size % step; old <= size; old += step) {
            const auto proof = prove_consistency(old, size, naive::reader(leaves)).value();
            ASSERT_EQ(proof, naive::consistency(old, leaves)) << old << " to " << size;
            ASSERT_EQ(proof.size(), consistency_proof_length(old, size));
            ASSERT_EQ(code_of(verify_consistency(old, roots[old], size, roots[size], proof)), "ok")
                << old << " to " << size;
        }
    }
}

TEST(Tree, VerifyInclusionNamesWhatIsWrong) {
    const auto leaves = naive::leaves(21);
    const Hash root = root_of(leaves);
    for (std::uint64_t index = 0; index < leaves.size(); ++index) {
        const auto good = prove_inclusion(index, 21, naive::reader(leaves)).value();
        const auto code = [&](const Hash& leaf, std::uint64_t i, std::uint64_t size,
                              std::span<const Hash> proof, const Hash& r) {
            return code_of(verify_inclusion(leaf, i, size, proof, r));
        };
        const Hash leaf = leaves[index];
        EXPECT_EQ(code(leaf, index, 21, good, root), "ok");
        EXPECT_EQ(code(flipped(leaf, 3), index, 21, good, root), "root_mismatch");
        EXPECT_EQ(code(leaf, index, 21, good, flipped(root, 200)), "root_mismatch");
        EXPECT_EQ(code(leaf, 21, 21, good, root), "index_out_of_range");
        EXPECT_EQ(code(leaf, index, 0, good, root), "index_out_of_range");
        EXPECT_EQ(code(leaf, index, kMaxTreeSize + 1, good, root), "index_out_of_range");
        for (std::uint64_t other = 0; other < 21; ++other) {
            if (other != index) EXPECT_NE(code(leaf, other, 21, good, root), "ok") << other;
        }
        for (std::size_t i = 0; i < good.size(); ++i) {
            auto altered = good;
            altered[i] = flipped(altered[i], 8 * i);
            EXPECT_EQ(code(leaf, index, 21, altered, root), "root_mismatch");
            auto dropped = good;
            dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_EQ(code(leaf, index, 21, dropped, root), "proof_too_short");
            auto added = good;
            added.insert(added.begin() + static_cast<std::ptrdiff_t>(i), good[i]);
            EXPECT_EQ(code(leaf, index, 21, added, root), "proof_too_long");
            if (i > 0) {
                auto swapped = good;
                std::swap(swapped[i], swapped[i - 1]);
                EXPECT_EQ(code(leaf, index, 21, swapped, root), "root_mismatch");
            }
        }
    }
}

TEST(Tree, VerifyConsistencyNamesWhatIsWrong) {
    const auto leaves = naive::leaves(23);
    const Hash root = root_of(leaves);
    for (std::uint64_t old = 1; old < 23; ++old) {
        const Hash old_root = root_of(std::span(leaves).first(old));
        const auto good = prove_consistency(old, 23, naive::reader(leaves)).value();
        const auto code = [&](const Hash& before, std::span<const Hash> proof, const Hash& after) {
            return code_of(verify_consistency(old, before, 23, after, proof));
        };
        EXPECT_EQ(code(old_root, good, root), "ok");
        // A power of two's old root takes part in both sums, so either may be found wrong first.
        EXPECT_NE(code(flipped(old_root, 0), good, root), "ok");
        EXPECT_EQ(code(old_root, good, flipped(root, 0)), "root_mismatch");
        for (std::uint64_t other = 1; other < 23; ++other) {
            if (other == old) continue;
            EXPECT_NE(code_of(verify_consistency(other, old_root, 23, root, good)), "ok");
        }
        for (std::size_t i = 0; i < good.size(); ++i) {
            auto altered = good;
            altered[i] = flipped(altered[i], i);
            EXPECT_NE(code(old_root, altered, root), "ok");
            auto dropped = good;
            dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_EQ(code(old_root, dropped, root), "proof_too_short");
            auto added = good;
            added.push_back(good[i]);
            EXPECT_EQ(code(old_root, added, root), "proof_too_long");
            if (i > 0) {
                auto swapped = good;
                std::swap(swapped[i], swapped[i - 1]);
                EXPECT_NE(code(old_root, swapped, root), "ok");
            }
        }
    }
}

TEST(Tree, ConsistencyOfEqualAndEmptySizesNeedsNoHash) {
    const auto leaves = naive::leaves(5);
    const Hash root = root_of(leaves);
    const std::vector<Hash> none;
    EXPECT_EQ(code_of(verify_consistency(0, empty_root(), 5, root, none)), "ok");
    EXPECT_EQ(code_of(verify_consistency(0, root, 5, root, none)), "old_root_mismatch");
    EXPECT_EQ(code_of(verify_consistency(5, root, 5, root, none)), "ok");
    EXPECT_EQ(code_of(verify_consistency(5, root, 5, flipped(root, 1), none)), "root_mismatch");
    EXPECT_EQ(code_of(verify_consistency(5, root, 5, root, leaves)), "proof_too_long");
    EXPECT_EQ(code_of(verify_consistency(6, root, 5, root, none)), "size_out_of_range");
    EXPECT_EQ(code_of(verify_consistency(5, root, kMaxTreeSize + 1, root, none)),
              "size_out_of_range");
}

TEST(Tree, ProofLengthsOfHugeLogsStayBounded) {
    EXPECT_EQ(inclusion_proof_length(0, kMaxTreeSize), 63U);
    EXPECT_EQ(inclusion_proof_length(kMaxTreeSize - 1, kMaxTreeSize), 62U);
    EXPECT_EQ(inclusion_proof_length(0, 1), 0U);
    std::mt19937_64 random(support::test_seed());
    for (int i = 0; i < 2000; ++i) {
        const std::uint64_t size = (random() >> 1 >> random() % 62) + 1;
        const std::uint64_t index = random() % size;
        const std::uint64_t path = index ^ (size - 1);
        const auto low = static_cast<unsigned>(std::bit_width(path));
        ASSERT_EQ(inclusion_proof_length(index, size),
                  low + static_cast<unsigned>(std::popcount(index >> low)));
        ASSERT_LE(consistency_proof_length(index, size), 64U);
    }
}

}  // namespace
}  // namespace suanpan::ledger
