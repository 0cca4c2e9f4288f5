#include "support/test_database.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace suanpan::support {
namespace {

TEST(TestDatabase, IsEmptyAndItsOwn) {
    const TestDatabase one;
    const TestDatabase other;
    one.execute("CREATE TABLE t (a int)");
    one.execute("INSERT INTO t (a) VALUES (3)");
    EXPECT_EQ(one.query("SELECT a FROM t"), "3");
    EXPECT_EQ(one.query("SELECT current_database()"), one.name());
    EXPECT_THROW(other.execute("SELECT a FROM t"), std::runtime_error);
}

TEST(TestDatabase, IsDroppedAtTheEnd) {
    std::string name;
    {
        const TestDatabase gone;
        name = gone.name();
    }
    const TestDatabase here;
    EXPECT_EQ(here.query("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'"), "0");
}

TEST(PrivateCluster, IsDurableAndHasNoTcp) {
    const TestDatabase here;
    EXPECT_EQ(here.query("SHOW fsync"), "on");
    EXPECT_EQ(here.query("SHOW synchronous_commit"), "on");
    EXPECT_EQ(here.query("SHOW listen_addresses"), "");
}

}  // namespace
}  // namespace suanpan::support
