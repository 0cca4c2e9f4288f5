#include "db/pool.hpp"

#include "db/conninfo.hpp"

#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/transaction>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace suanpan::db {

bool is_environment_failure(const std::exception& problem) {
    if (dynamic_cast<const PoolExhausted*>(&problem) != nullptr) return true;
    if (dynamic_cast<const pqxx::broken_connection*>(&problem) != nullptr) return true;
    if (dynamic_cast<const pqxx::in_doubt_error*>(&problem) != nullptr) return true;
    if (dynamic_cast<const pqxx::transaction_rollback*>(&problem) != nullptr) return true;
    const auto* refused = dynamic_cast<const pqxx::sql_error*>(&problem);
    if (refused == nullptr) return false;
    // Classes of SQLSTATE: connection, rollback, resources, operator intervention, system.
    const std::string state = refused->sqlstate().substr(0, 2);
    return state == "08" || state == "40" || state == "53" || state == "57" || state == "58";
}

struct Connection::Impl {
    explicit Impl(const std::string& conninfo) : connection(conninfo) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        // libpqxx would otherwise open a broken connection again by itself, without its lock.
        connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
    }
    pqxx::connection connection;
};

Connection::Connection(const std::string& conninfo) : impl_(std::make_unique<Impl>(conninfo)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

pqxx::connection_base& Connection::raw() const {
    return impl_->connection;
}

bool Connection::usable() const {
    return impl_->connection.is_open();
}

void run_transaction(const Connection& connection, std::string_view name, Mode mode,
                     const std::function<void(Tx&)>& work) {
    const std::string label(name);
    const auto run = [&work](auto&& tx) {
        work(tx);
        tx.commit();
    };
    switch (mode) {
        case Mode::kRead:
            run(pqxx::transaction<pqxx::read_committed, pqxx::readwrite_policy::read_only>(
                connection.raw(), label));
            return;
        case Mode::kSnapshot:
            run(pqxx::transaction<pqxx::repeatable_read, pqxx::readwrite_policy::read_only>(
                connection.raw(), label));
            return;
        case Mode::kStatements: run(pqxx::nontransaction(connection.raw(), label)); return;
        case Mode::kWrite:
            run(pqxx::transaction<pqxx::read_committed>(connection.raw(), label));
            return;
    }
}

struct Pool::Impl {
    std::string conninfo;
    Options options;
    std::mutex mutex;
    std::condition_variable freed;
    std::vector<Connection> idle;
    std::size_t open = 0;  // idle and lent

    Connection take();
    void give_back(std::optional<Connection> connection);
};

namespace {

// Settings travel with the connection's start, so that there is no moment without them.
std::string with_settings(const std::string& conninfo, const Pool::Options& options) {
    std::string settings =
        "-c TimeZone=UTC -c client_encoding=UTF8 -c bytea_output=hex"
        " -c idle_in_transaction_session_timeout=60000 -c statement_timeout=" +
        std::to_string(options.statement_timeout.count());
    if (!options.role.empty()) settings += " -c role=" + options.role;
    return with_parameters(
        conninfo,
        {{"options", settings}, {"application_name", "suanpand"}, {"connect_timeout", "5"}});
}

}  // namespace

Pool::Pool(const std::string& conninfo, Options options) : impl_(std::make_unique<Impl>()) {
    impl_->conninfo = with_settings(conninfo, options);
    impl_->options = std::move(options);
}

Pool::~Pool() = default;

Connection Pool::connect() const {
    return Connection(impl_->conninfo);
}

const std::string& Pool::conninfo() const {
    return impl_->conninfo;
}

std::size_t Pool::open_connections() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->open;
}

Connection Pool::Impl::take() {
    std::unique_lock lock(mutex);
    const bool ready =
        freed.wait_for(lock, options.wait, [this] { return !idle.empty() || open < options.size; });
    if (!ready) throw PoolExhausted("no database connection became free in time");
    if (!idle.empty()) {
        Connection connection = std::move(idle.back());
        idle.pop_back();
        return connection;
    }
    ++open;
    lock.unlock();
    try {
        return Connection(conninfo);
    } catch (...) {
        give_back(std::nullopt);
        throw;
    }
}

void Pool::Impl::give_back(std::optional<Connection> connection) {
    {
        const std::scoped_lock lock(mutex);
        if (connection)
            idle.push_back(std::move(*connection));
        else
            --open;
    }
    freed.notify_one();
}

void Pool::run(std::string_view name, Mode mode, const std::function<void(Tx&)>& work) {
    const int attempts = mode == Mode::kWrite ? 1 : impl_->options.read_attempts;
    for (int attempt = 1;; ++attempt) {
        std::optional<Connection> connection = impl_->take();
        const auto end = [this, &connection] {
            if (!connection->usable()) connection.reset();
            impl_->give_back(std::move(connection));
        };
        try {
            run_transaction(*connection, name, mode, work);
            end();
            return;
        } catch (const pqxx::broken_connection&) {
            // What lies idle broke with it, most likely.
            connection.reset();
            impl_->give_back(std::nullopt);
            if (attempt >= attempts) throw;
        } catch (const pqxx::transaction_rollback&) {
            end();
            if (attempt >= attempts) throw;
        } catch (...) {
            end();
            throw;
        }
    }
}

}  // namespace suanpan::db
