#include "ledger/tree.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::ledger {
namespace {

std::vector<std::string> some_entries(std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(std::string(i * 37 % 500, 'e') + std::to_string(i));
    return out;
}

// Many hashes are made two at a time, whole subtrees at once; the frontier takes leaf after leaf.
TEST(RootOf, AgreesWithTheFrontierForAllSizes) {
    const std::vector<std::string> entries = some_entries(600);
    const std::vector<std::string_view> views(entries.begin(), entries.end());
    const std::vector<Hash> leaves = leaf_hashes(views);
    Frontier frontier;
    EXPECT_EQ(root_of({}), empty_root());
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        frontier.append(leaf_hash(entries[size - 1]));
        ASSERT_EQ(root_of(std::span(leaves).first(size)), frontier.root()) << size;
    }
}

TEST(LeafHashes, AreThoseOfTheEntriesInTheirOrder) {
    for (std::size_t count = 0; count < 6; ++count) {
        const std::vector<std::string> entries = some_entries(count);
        const std::vector<std::string_view> views(entries.begin(), entries.end());
        const std::vector<Hash> hashes = leaf_hashes(views);
        ASSERT_EQ(hashes.size(), count);
        for (std::size_t i = 0; i < count; ++i)
            EXPECT_EQ(hashes[i], leaf_hash(entries[i]));
    }
}

}  // namespace
}  // namespace suanpan::ledger
