#include "tests/db/fixture.hpp"

#include <pqxx/except>
#include <pqxx/result>
#include <pqxx/transaction_base>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace suanpan::db {
namespace {

class PoolTest : public MigratedDatabase {
 protected:
    static int backend(Tx& tx) { return tx.exec1("SELECT pg_backend_pid()")[0].as<int>(); }
    void terminate(int pid) {
        database.execute("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)");
    }
};

TEST_F(PoolTest, LendsNoMoreThanItsSizeAndSaysSo) {
    Pool::Options options;
    options.size = 1;
    options.wait = std::chrono::milliseconds(50);
    Pool small(database.conninfo(), options);
    small.read("outer",
               [&small](Tx&) { EXPECT_THROW(small.read("inner", [](Tx&) {}), PoolExhausted); });
    EXPECT_NO_THROW(small.read("after", [](Tx&) {}));
}

TEST_F(PoolTest, ManyThreadsShareFewConnections) {
    Pool::Options options;
    options.size = 3;
    Pool small(database.conninfo(), options);
    std::atomic<int> sum = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 12; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 20; ++n)
                sum += small.read("one", [](Tx& tx) { return tx.exec1("SELECT 1")[0].as<int>(); });
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(sum, 240);
    EXPECT_LE(small.open_connections(), 3U);
}

TEST_F(PoolTest, AReadGoesOnWhenItsConnectionWasCut) {
    terminate(pool.read("first", backend));
    int calls = 0;
    const int alive = pool.read("again", [&](Tx& tx) {
        ++calls;
        const int pid = backend(tx);
        if (calls == 1) terminate(pid);
        tx.exec("SELECT 1");
        return pid;
    });
    EXPECT_GT(alive, 0);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(
        pool.read("role",
                  [](Tx& tx) { return tx.exec1("SELECT current_user")[0].as<std::string>(); }),
        "suanpan_app");
}

TEST_F(PoolTest, AWriteIsNeverRepeated) {
    int calls = 0;
    EXPECT_THROW(pool.write("cut",
                            [&](Tx& tx) {
                                ++calls;
                                terminate(backend(tx));
                                tx.exec("SELECT 1");
                            }),
                 pqxx::broken_connection);
    EXPECT_EQ(calls, 1);
    EXPECT_NO_THROW(pool.write("next", [](Tx& tx) { tx.exec("SELECT 1"); }));
}

TEST_F(PoolTest, AReadCannotWriteAndAFailureRollsBack) {
    EXPECT_THROW(pool.read("sly", [](Tx& tx) { tx.exec("UPDATE log_head SET epoch = 9"); }),
                 pqxx::sql_error);
    EXPECT_THROW(pool.write("half",
                            [](Tx& tx) {
                                tx.exec("UPDATE log_head SET epoch = 9");
                                throw std::runtime_error("stop");
                            }),
                 std::runtime_error);
    EXPECT_EQ(database.query("SELECT epoch FROM log_head"), "0");
}

TEST_F(PoolTest, StatementsHaveATimeOut) {
    Pool::Options options;
    options.statement_timeout = std::chrono::milliseconds(50);
    Pool hasty(database.conninfo(), options);
    try {
        hasty.read("slow", [](Tx& tx) { tx.exec("SELECT pg_sleep(5)"); });
        ADD_FAILURE();
    } catch (const std::exception& problem) {
        EXPECT_TRUE(is_environment_failure(problem)) << problem.what();
    }
}

}  // namespace
}  // namespace suanpan::db
