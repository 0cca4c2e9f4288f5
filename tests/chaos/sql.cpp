#include "tests/chaos/sql.hpp"

#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <utility>

namespace suanpan::chaos {
namespace {

constexpr std::chrono::seconds kPatience{60};

using ResultPtr = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

void Sql::Close::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

Sql::Sql(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        throw SqlError(PQerrorMessage(connection_.get()));
}

std::vector<Row> Sql::rows(const std::string& statement) {
    const ResultPtr result(PQexec(connection_.get(), statement.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw SqlError(statement.substr(0, 200) + ": " + PQerrorMessage(connection_.get()));
    std::vector<Row> out;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        Row& fields = out.emplace_back();
        for (int field = 0; field < PQnfields(result.get()); ++field) {
            fields.emplace_back(PQgetvalue(result.get(), row, field),
                                static_cast<std::size_t>(PQgetlength(result.get(), row, field)));
        }
    }
    return out;
}

std::string Sql::value(const std::string& statement) {
    const auto found = rows(statement);
    return found.empty() ? std::string() : found.front().front();
}

void Sql::execute(const std::string& statement) {
    rows(statement);
}

Postgres::Postgres(std::filesystem::path script, std::filesystem::path folder)
    : script_(std::move(script)), folder_(std::move(folder)) {
    conninfo_ = run({"start", folder_.string()});
}

std::string Postgres::run(const std::vector<std::string>& arguments) const {
    const support::TempDir dir;
    support::ChildProcess::Options options;
    options.program = script_;
    options.arguments = arguments;
    options.output = dir.path() / "output";
    support::ChildProcess process(options);
    const auto status = process.wait(kPatience);
    std::string output = process.output();
    if (status != 0) throw std::runtime_error("private-postgres " + arguments[0] + ": " + output);
    while (output.ends_with('\n'))
        output.pop_back();
    return output;
}

void Postgres::start() const {
    run({"start", folder_.string()});
}

void Postgres::crash() const {
    run({"stop", folder_.string(), "immediate"});
}

void Postgres::kill() const {
    run({"kill", folder_.string()});
}

std::filesystem::path Postgres::socket() const {
    const std::size_t begin = conninfo_.find("host=") + 5;
    return std::filesystem::path(conninfo_.substr(begin, conninfo_.find(' ', begin) - begin)) /
           ".s.PGSQL.5432";
}

}  // namespace suanpan::chaos
