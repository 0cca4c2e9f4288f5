#pragma once

// Connections to PostgreSQL. Every connection acts as the application role, has time-outs, and
// never reconnects by itself (a silent reconnection would lose a lock or a setting).

#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace pqxx {
class connection_base;   // NOLINT(readability-identifier-naming): libpqxx names them
class transaction_base;  // NOLINT(readability-identifier-naming)
}  // namespace pqxx

namespace suanpan::db {

// What every query function takes.
using Tx = pqxx::transaction_base;

// No connection became free in time. The API answers 503.
class PoolExhausted : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// The environment failed (connection, resources, time-out, conflict), not the statement itself: the
// same may succeed later.
bool is_environment_failure(const std::exception& problem);

// One connection; closes on destruction. Used by one thread at a time.
class Connection {
 public:
    explicit Connection(const std::string& conninfo);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] pqxx::connection_base& raw() const;
    // False once the connection is known to be broken.
    [[nodiscard]] bool usable() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// How a transaction sees the database.
enum class Mode : std::uint8_t {
    kRead,        // read only, each statement sees what is committed
    kSnapshot,    // read only, all statements see the same moment
    kStatements,  // no transaction: each statement stands alone, and costs one round trip
    kWrite
};

// Runs `work` in one transaction called `name` and commits it. Exceptions pass through.
void run_transaction(const Connection& connection, std::string_view name, Mode mode,
                     const std::function<void(Tx&)>& work);

// Thread-safe.
class Pool {
 public:
    struct Options {
        std::size_t size = 8;
        std::chrono::milliseconds wait{5'000};                // for a free connection
        std::chrono::milliseconds statement_timeout{30'000};  // of PostgreSQL
        int read_attempts = 3;
        std::string role = "suanpan_app";  // SET ROLE; empty: as logged in
    };
    // Opens nothing yet. `conninfo` as libpq takes it; it is never logged.
    Pool(const std::string& conninfo, Options options);
    explicit Pool(const std::string& conninfo) : Pool(conninfo, Options{}) {}
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // A connection of its own, outside the bound: for the log's writer and its lock.
    [[nodiscard]] Connection connect() const;
    // The same for who speaks to libpq itself: role and time-outs included, perhaps a password too.
    [[nodiscard]] const std::string& conninfo() const;

    // Reads; repeated on a fresh connection when the connection broke or the transaction had to be
    // rolled back, so `work` must be repeatable.
    // Throws PoolExhausted, and what libpqxx throws when it fails for good.
    template <typename Work>
    auto read(std::string_view name, Work&& work) {
        return returning(name, Mode::kRead, std::forward<Work>(work));
    }
    template <typename Work>
    auto snapshot(std::string_view name, Work&& work) {
        return returning(name, Mode::kSnapshot, std::forward<Work>(work));
    }
    // Writes once; never repeated. pqxx::in_doubt_error: the outcome is unknown.
    template <typename Work>
    auto write(std::string_view name, Work&& work) {
        return returning(name, Mode::kWrite, std::forward<Work>(work));
    }

    // For tests and metrics.
    [[nodiscard]] std::size_t open_connections() const;

 private:
    void run(std::string_view name, Mode mode, const std::function<void(Tx&)>& work);

    template <typename Work>
    auto returning(std::string_view name, Mode mode, Work&& work) {
        using Value = std::invoke_result_t<Work, Tx&>;
        if constexpr (std::is_void_v<Value>) {
            run(name, mode, [&work](Tx& tx) { work(tx); });
        } else {
            std::optional<Value> value;
            run(name, mode, [&work, &value](Tx& tx) { value.emplace(work(tx)); });
            return std::move(*value);
        }
    }

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::db
