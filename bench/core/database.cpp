#include "bench/core/database.hpp"

#include "db/migrate.hpp"

#include <fmt/format.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <cstdlib>
#include <exception>
#include <stdexcept>

namespace suanpan::bench {
namespace {

std::string cluster() {
    const char* conninfo = std::getenv("SUANPAN_TEST_PG");
    if (conninfo == nullptr || *conninfo == '\0')
        throw std::runtime_error("SUANPAN_TEST_PG names no server: use ./run bench");
    return conninfo;
}

std::string run_sql(const std::string& conninfo, const std::string& sql) {
    pqxx::connection connection(conninfo);
    pqxx::nontransaction session(connection);
    const pqxx::result rows = session.exec(sql);
    return rows.empty() || rows[0].empty() ? std::string() : std::string(rows[0][0].c_str());
}

}  // namespace

BenchDatabase::BenchDatabase(const std::string& name)
    : name_(name), conninfo_(cluster() + " dbname=" + name) {
    run_sql(cluster(), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    run_sql(cluster(), "CREATE DATABASE " + name + " TEMPLATE template0");
    const auto report = db::migrate(conninfo_);
    if (!report) throw std::runtime_error(report.error().detail());
}

BenchDatabase::~BenchDatabase() {
    try {
        run_sql(cluster(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception& problem) {
        fmt::print(stderr, "left behind: {}: {}\n", name_, problem.what());
    }
}

std::string BenchDatabase::query(const std::string& sql) const {
    return run_sql(conninfo_, sql);
}

}  // namespace suanpan::bench
