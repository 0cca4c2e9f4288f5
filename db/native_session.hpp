#pragma once

// One transaction spoken straight to libpq, for the log's writer and for a start: statements are
// pipelined, so that a small batch is one round trip, and many rows go by COPY in binary form,
// which neither side has to parse. libpqxx knows none of this. Inside db/ only.

#include "db/row_layout.hpp"
#include "db/sql.hpp"
#include "db/tuples.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;    // NOLINT(readability-identifier-naming): libpq names them
struct pg_result;  // NOLINT(readability-identifier-naming)

namespace suanpan::db {

// Its one parameter is an array of rows of `table`, of which `columns` are given.
struct RowsStatement {
    std::string name;
    std::string sql;
    std::string table;
    std::vector<ColumnInfo> columns;
};

// A connection of its own. Not thread-safe. After an exception it is in no known state: throw it
// away. Throws pqxx::sql_error (what PostgreSQL refused), pqxx::broken_connection, and
// pqxx::in_doubt_error when the connection went after the commit had been sent.
class NativeSession {
 public:
    // `conninfo` as Pool::conninfo() gives it.
    explicit NativeSession(const std::string& conninfo);

    void begin();
    // Read only; all statements see the same moment.
    void begin_snapshot();
    // Queues the statement, prepared under `name`, with the fields of all rows as its parameters.
    void execute(const std::string& name, const std::string& sql, const Tuples& rows);
    // The same with the rows as one parameter.
    void execute(const RowsStatement& statement, const Tuples& rows);
    void execute(const std::string& sql);
    // `target`: table and columns, "orders (id, …)".
    void copy(const std::string& target, const Tuples& rows);
    // The rows of a SELECT, one after the other as they come, without their number of columns.
    // REQUIRES that `take` does not use this session.
    void copy_out(const std::string& select, const std::function<void(std::string_view)>& take);
    // Waits until all that was queued is done.
    void finish();
    void commit();

    // The server process behind it.
    [[nodiscard]] int backend() const;

 private:
    struct Close {
        void operator()(pg_conn* connection) const;
    };

    void enter_pipeline();
    void leave_pipeline();
    void prepare(const std::string& name, const std::string& sql);
    void send(const std::string& name, const std::vector<CellView>& parameters);
    const RowLayout& layout(const RowsStatement& statement);
    RowType row_type(const std::string& table);
    void expect_sent(int sent);
    void take_result(std::string_view statement);
    [[noreturn]] void fail_with(const pg_result* result, std::string_view statement);

    std::unique_ptr<pg_conn, Close> connection_;
    std::set<std::string> prepared_;
    std::map<std::string, RowLayout> layouts_;  // by the statement's name
    std::deque<std::string> queued_;            // names of statements without a result yet
    bool pipelining_ = false;
    bool committing_ = false;
};

}  // namespace suanpan::db
