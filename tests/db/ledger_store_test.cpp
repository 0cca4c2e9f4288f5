#include "db/ledger_store.hpp"

#include "db/leader.hpp"
#include "tests/db/fixture.hpp"

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::db {
namespace {

class LedgerStore : public MigratedDatabase {
 protected:
    static CheckpointRow checkpoint(std::int64_t size, std::uint8_t root) {
        CheckpointRow row;
        row.size = size;
        row.root.fill(root);
        row.note = "note of " + std::to_string(size);
        return row;
    }
    bool swap(std::int64_t old_size, const CheckpointRow& next) {
        return pool.write("swap", [&](Tx& tx) { return swap_checkpoint(tx, old_size, next); });
    }
    std::optional<CheckpointRow> load() { return pool.read("load", load_checkpoint); }
};

TEST_F(LedgerStore, SwapsOnlyFromTheSizeThatIsThere) {
    EXPECT_FALSE(load());
    EXPECT_FALSE(swap(5, checkpoint(7, 1)));
    EXPECT_TRUE(swap(0, checkpoint(5, 1)));
    EXPECT_FALSE(swap(0, checkpoint(7, 2)));
    EXPECT_TRUE(swap(5, checkpoint(7, 2)));
    EXPECT_EQ(load(), checkpoint(7, 2));
}

TEST_F(LedgerStore, NeverShrinksNorChangesARoot) {
    ASSERT_TRUE(swap(0, checkpoint(5, 1)));
    EXPECT_FALSE(swap(5, checkpoint(4, 1)));
    EXPECT_FALSE(swap(5, checkpoint(5, 2)));
    EXPECT_TRUE(swap(5, checkpoint(5, 1)));
    EXPECT_EQ(load(), checkpoint(5, 1));
}

TEST_F(LedgerStore, OneOfManySwapsAtOnceWins) {
    ASSERT_TRUE(swap(0, checkpoint(5, 1)));
    std::vector<int> won(6, 0);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < won.size(); ++i) {
        threads.emplace_back(
            [&, i] { won[i] = swap(5, checkpoint(6, static_cast<std::uint8_t>(i))) ? 1 : 0; });
    }
    int winners = 0;
    for (std::size_t i = 0; i < won.size(); ++i) {
        threads[i].join();
        winners += won[i];
    }
    EXPECT_EQ(winners, 1);
}

TEST_F(LedgerStore, WhoSignsUnderALeadershipHoldsUpItsSuccessorButNoBatch) {
    auto first = Leader::try_lead(pool);
    ASSERT_TRUE(first);
    std::future<void> successor;
    pool.write("sign", [&](Tx& tx) {
        EXPECT_TRUE(still_leads(tx, first->epoch()));
        EXPECT_FALSE(still_leads(tx, first->epoch() + 1));
        database.execute(
            "SET lock_timeout = '10s'; UPDATE log_head SET last_time_s = last_time_s + 1");
        successor = std::async(std::launch::async, [&] { first->renew_epoch(); });
        EXPECT_EQ(successor.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
    });
    successor.get();
    pool.write("sign", [&](Tx& tx) {
        EXPECT_FALSE(still_leads(tx, first->epoch() - 1));
        EXPECT_TRUE(still_leads(tx, first->epoch()));
    });
}

TEST_F(LedgerStore, ReadsTheBytesInOrderAndFindsAGap) {
    for (const int index : {0, 1, 2, 4}) {
        database.execute("INSERT INTO ledger_entry VALUES (" + std::to_string(index) +
                         ", 0, 'tick', gen_random_uuid(), '\\x00ff" + "0" + std::to_string(index) +
                         "')");
    }
    EntryReader reader(pool);
    const auto read = [&reader](std::int64_t from, std::int64_t max) {
        return reader.read(LogIndex(from), max);
    };
    const std::vector<std::string> expected{std::string("\x00\xff\x01", 3),
                                            std::string("\x00\xff\x02", 3)};
    EXPECT_EQ(read(1, 2), expected);
    EXPECT_TRUE(read(5, 10).empty());
    EXPECT_THROW(read(0, 10), std::runtime_error);
    EXPECT_EQ(read(1, 2), expected);
}

TEST_F(LedgerStore, ReadsOnWhenItsConnectionWasCut) {
    EntryReader reader(pool);
    EXPECT_TRUE(reader.read(LogIndex(0), 1).empty());
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    EXPECT_TRUE(reader.read(LogIndex(0), 1).empty());
}

}  // namespace
}  // namespace suanpan::db
