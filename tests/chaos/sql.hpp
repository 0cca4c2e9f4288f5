#pragma once

// The harness's own eyes on the database: as its owner, past the server and past every proxy.

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;  // NOLINT(readability-identifier-naming): libpq names it

namespace suanpan::chaos {

using Row = std::vector<std::string>;  // NULL is empty

class SqlError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// One connection. Not thread-safe. Throws SqlError.
class Sql {
 public:
    explicit Sql(const std::string& conninfo);

    std::vector<Row> rows(const std::string& statement);
    /// The first field of the first row; empty without rows.
    std::string value(const std::string& statement);
    void execute(const std::string& statement);

 private:
    struct Close {
        void operator()(pg_conn* connection) const;
    };
    std::unique_ptr<pg_conn, Close> connection_;
};

/// A private PostgreSQL (deploy/private-postgres) in `folder`, which is broken and mended here.
/// Throws std::runtime_error when it does not do as told.
class Postgres {
 public:
    Postgres(std::filesystem::path script, std::filesystem::path folder);

    void start() const;
    /// `stop -m immediate`: recovery follows.
    void crash() const;
    /// SIGKILL of the whole server.
    void kill() const;
    /// Of the maintenance database.
    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
    [[nodiscard]] std::filesystem::path socket() const;

 private:
    std::string run(const std::vector<std::string>& arguments) const;

    std::filesystem::path script_;
    std::filesystem::path folder_;
    std::string conninfo_;
};

}  // namespace suanpan::chaos
