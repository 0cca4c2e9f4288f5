#include "db/native_session.hpp"

#include <libpq-fe.h>
#include <pqxx/except>

#include <algorithm>
#include <memory>
#include <utility>

namespace suanpan::db {
namespace {

using ResultPtr = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr int kText = 0;
constexpr int kBinary = 1;
constexpr std::size_t kCopyChunk = 1U << 16U;
// Signature, flags, no extension (PostgreSQL, "COPY", "Binary Format").
constexpr std::string_view kCopyHead("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view kCopyEnd("\377\377", 2);

ResultPtr next_result(PGconn* connection) {
    return {PQgetResult(connection), &PQclear};
}

// PostgreSQL's FATAL and PANIC.
bool ends_connection(const PGresult* result) {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity == nullptr || std::string_view(severity) != "ERROR";
}

}  // namespace

void NativeSession::Close::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

NativeSession::NativeSession(const std::string& conninfo)
    : connection_(PQconnectdb(conninfo.c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        throw pqxx::broken_connection(PQerrorMessage(connection_.get()));
}

int NativeSession::backend() const {
    return PQbackendPID(connection_.get());
}

void NativeSession::begin() {
    execute("BEGIN", "BEGIN", Tuples(0));
}

void NativeSession::begin_snapshot() {
    execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // What is read is everything there is: that takes its time.
    execute("SET LOCAL statement_timeout = 0");
}

void NativeSession::execute(const std::string& sql) {
    enter_pipeline();
    expect_sent(PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr,
                                  nullptr, kBinary));
    queued_.push_back(sql);
}

void NativeSession::execute(const std::string& name, const std::string& sql, const Tuples& rows) {
    enter_pipeline();
    prepare(name, sql);
    send(name, rows.fields());
}

void NativeSession::execute(const RowsStatement& statement, const Tuples& rows) {
    const std::string array = layout(statement).encode(rows);
    enter_pipeline();
    prepare(statement.name, statement.sql);
    send(statement.name, {array});
}

void NativeSession::send(const std::string& name, const std::vector<CellView>& parameters) {
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const CellView& parameter : parameters) {
        values.push_back(parameter ? parameter->data() : nullptr);
        lengths.push_back(parameter ? static_cast<int>(parameter->size()) : 0);
    }
    const std::vector<int> formats(parameters.size(), kBinary);
    expect_sent(PQsendQueryPrepared(connection_.get(), name.c_str(),
                                    static_cast<int>(parameters.size()), values.data(),
                                    lengths.data(), formats.data(), kBinary));
    queued_.push_back(name);
}

void NativeSession::prepare(const std::string& name, const std::string& sql) {
    if (!prepared_.insert(name).second) return;
    expect_sent(PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr));
    queued_.push_back(name);
}

const RowLayout& NativeSession::layout(const RowsStatement& statement) {
    const auto known = layouts_.find(statement.name);
    if (known != layouts_.end()) return known->second;
    return layouts_
        .try_emplace(statement.name, RowLayout(row_type(statement.table), statement.columns))
        .first->second;
}

RowType NativeSession::row_type(const std::string& table) {
    static const std::string kSql =
        "SELECT c.reltype::bigint, a.attname, a.atttypid::bigint FROM pg_class AS c"
        " JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE c.oid = to_regclass($1)"
        " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
    leave_pipeline();
    const char* parameter = table.c_str();
    const ResultPtr result(PQexecParams(connection_.get(), kSql.c_str(), 1, nullptr, &parameter,
                                        nullptr, nullptr, kText),
                           &PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail_with(result.get(), kSql);
    RowType type;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        type.id = parse_bigint(PQgetvalue(result.get(), row, 0));
        type.attributes.push_back(
            {PQgetvalue(result.get(), row, 1), parse_bigint(PQgetvalue(result.get(), row, 2))});
    }
    return type;
}

void NativeSession::copy(const std::string& target, const Tuples& rows) {
    leave_pipeline();
    const std::string sql = "COPY " + target + " FROM STDIN (FORMAT binary)";
    const ResultPtr ready(PQexec(connection_.get(), sql.c_str()), &PQclear);
    if (PQresultStatus(ready.get()) != PGRES_COPY_IN) fail_with(ready.get(), sql);
    const auto put = [this](std::span<const char> data) {
        for (; !data.empty(); data = data.subspan(std::min(kCopyChunk, data.size()))) {
            const auto part = static_cast<int>(std::min(kCopyChunk, data.size()));
            expect_sent(PQputCopyData(connection_.get(), data.data(), part) == 1 ? 1 : 0);
        }
    };
    put(kCopyHead);
    put(rows.data());
    put(kCopyEnd);
    expect_sent(PQputCopyEnd(connection_.get(), nullptr) == 1 ? 1 : 0);
    take_result(sql);
}

void NativeSession::copy_out(const std::string& select,
                             const std::function<void(std::string_view)>& take) {
    leave_pipeline();
    const std::string sql = "COPY (" + select + ") TO STDOUT (FORMAT binary)";
    const ResultPtr ready(PQexec(connection_.get(), sql.c_str()), &PQclear);
    if (PQresultStatus(ready.get()) != PGRES_COPY_OUT) fail_with(ready.get(), sql);
    // A message is a row; the head comes with the first, and the end is one of its own.
    std::size_t skip = kCopyHead.size();
    while (true) {
        char* bytes = nullptr;
        const int size = PQgetCopyData(connection_.get(), &bytes, 0);
        const std::unique_ptr<char, decltype(&PQfreemem)> owner(bytes, &PQfreemem);
        if (size == -1) break;
        if (size < 0) fail_with(nullptr, sql);
        std::string_view row(bytes, static_cast<std::size_t>(size));
        row.remove_prefix(std::min(std::exchange(skip, 0), row.size()));
        if (row.empty() || row == kCopyEnd) continue;
        take(row.substr(2));
    }
    take_result(sql);
}

void NativeSession::finish() {
    if (!pipelining_) return;
    expect_sent(PQpipelineSync(connection_.get()));
    for (; !queued_.empty(); queued_.pop_front())
        take_result(queued_.front());
    const ResultPtr end = next_result(connection_.get());
    if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) fail_with(end.get(), "pipeline");
}

void NativeSession::commit() {
    committing_ = true;
    execute("COMMIT", "COMMIT", Tuples(0));
    leave_pipeline();
    committing_ = false;
}

void NativeSession::enter_pipeline() {
    if (pipelining_) return;
    if (PQenterPipelineMode(connection_.get()) != 1) fail_with(nullptr, "pipeline");
    pipelining_ = true;
}

void NativeSession::leave_pipeline() {
    if (!pipelining_) return;
    finish();
    if (PQexitPipelineMode(connection_.get()) != 1) fail_with(nullptr, "pipeline");
    pipelining_ = false;
}

void NativeSession::expect_sent(int sent) {
    if (sent != 1) fail_with(nullptr, queued_.empty() ? std::string_view("send") : queued_.back());
}

void NativeSession::take_result(std::string_view statement) {
    const ResultPtr result = next_result(connection_.get());
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail_with(result.get(), statement);
    const ResultPtr none = next_result(connection_.get());
    if (none) fail_with(none.get(), statement);
}

void NativeSession::fail_with(const pg_result* result, std::string_view statement) {
    const std::string what =
        std::string(statement) + ": " +
        (result != nullptr ? PQresultErrorMessage(result) : PQerrorMessage(connection_.get()));
    const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    if (state == nullptr || ends_connection(result)) {
        if (committing_) throw pqxx::in_doubt_error(what);
        throw pqxx::broken_connection(what);
    }
    throw pqxx::sql_error(what, std::string(statement), state);
}

}  // namespace suanpan::db
