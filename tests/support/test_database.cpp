#include "support/test_database.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <stdexcept>

namespace suanpan::support {
namespace {

std::string run_sql(const std::string& conninfo, const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo.c_str()),
                                                                  &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        throw std::runtime_error(PQerrorMessage(connection.get()));
    }
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        throw std::runtime_error(sql + ": " + PQresultErrorMessage(result.get()));
    }
    if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return {};
    return PQgetvalue(result.get(), 0, 0);
}

/// Tests run side by side in processes of their own: the name must not depend on a seed.
std::string fresh_name() {
    std::random_device device;
    return "suanpan_test_" + std::to_string(getpid()) + "_" + std::to_string(device());
}

}  // namespace

std::string test_cluster() {
    const char* conninfo = std::getenv("SUANPAN_TEST_PG");
    if (conninfo == nullptr || *conninfo == '\0') {
        throw std::runtime_error(
            "no PostgreSQL for the tests: use ./run test, or set SUANPAN_TEST_PG to what "
            "deploy/private-postgres prints");
    }
    return conninfo;
}

TestDatabase::TestDatabase() : TestDatabase(std::string("template0")) {}

TestDatabase::TestDatabase(const std::string& copied_from) : name_(fresh_name()) {
    const std::string cluster = test_cluster();
    run_sql(cluster, "CREATE DATABASE " + name_ + " TEMPLATE " + copied_from);
    // In a connection string the last of two equal keywords counts.
    conninfo_ = cluster + " dbname=" + name_;
}

TestDatabase::~TestDatabase() {
    try {
        run_sql(test_cluster(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception& error) {
        // The cluster goes with the test run; a test that broke the server must not fail twice.
        std::cerr << "left behind: " << name_ << ": " << error.what() << '\n';
    }
}

std::string TestDatabase::query(std::string_view sql) const {
    return run_sql(conninfo_, std::string(sql));
}

void TestDatabase::execute(std::string_view sql) const {
    run_sql(conninfo_, std::string(sql));
}

}  // namespace suanpan::support
