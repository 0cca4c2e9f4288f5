#pragma once

// A database for one benchmark.

#include <string>

namespace suanpan::bench {

// A migrated database in the cluster that SUANPAN_TEST_PG names; dropped at the end.
class BenchDatabase {
 public:
    explicit BenchDatabase(const std::string& name);
    ~BenchDatabase();
    BenchDatabase(const BenchDatabase&) = delete;
    BenchDatabase& operator=(const BenchDatabase&) = delete;

    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
    // The first column of the first row, as text.
    [[nodiscard]] std::string query(const std::string& sql) const;
    void execute(const std::string& sql) const { (void)query(sql); }

 private:
    std::string name_;
    std::string conninfo_;
};

}  // namespace suanpan::bench
