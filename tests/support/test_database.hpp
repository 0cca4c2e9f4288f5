#pragma once

#include <string>
#include <string_view>

namespace suanpan::support {

/// An empty database of its own for one test, in the private cluster that SUANPAN_TEST_PG names
/// (`./run test` starts one; by hand: `export SUANPAN_TEST_PG="$(deploy/private-postgres start
/// DIR)"`). Dropped at the end, with whoever is still connected. No server is an error, not a
/// skipped test: std::runtime_error.
class TestDatabase {
 public:
    TestDatabase();
    /// A copy of one that nobody is connected to.
    explicit TestDatabase(const std::string& copied_from);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    /// libpq connection string, as the cluster's owner.
    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    /// Runs SQL and gives the first column of the first row as text ("" when there is none).
    /// For set-up, for damage done on purpose, and for looking; std::runtime_error when it fails.
    [[nodiscard]] std::string query(std::string_view sql) const;
    void execute(std::string_view sql) const;

 private:
    std::string name_;
    std::string conninfo_;
};

/// The owner's connection string of the private cluster: SUANPAN_TEST_PG.
std::string test_cluster();

}  // namespace suanpan::support
