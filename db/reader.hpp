#pragma once

// Reads of the database as somebody: as the server, to whom all is there, or as a tenant, to whom
// PostgreSQL shows what is the tenant's own whatever a query asks for (migrations, "tenants"; api
// "Identity and authority": isolation twice).

#include "base/ids.hpp"
#include "db/pool.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace suanpan::db {

// Cheap to copy; thread-safe as the pool is, which must outlive it. Each read is one transaction,
// as Pool has them; that of a tenant begins with one round trip that names the tenant, for this
// transaction alone.
class Reader {
 public:
    // For what the server does by itself, and for who may see everybody's.
    static Reader of_all(Pool& pool) { return {pool, Who::kAll, {}}; }
    // A nil organisation is nobody: it sees what is everybody's.
    static Reader of_tenant(Pool& pool, const OrganisationId& organisation) {
        return {pool, Who::kTenant, organisation};
    }
    // A tenant that sees every dispute, since it may have to rule it.
    static Reader of_arbiter(Pool& pool, const OrganisationId& organisation) {
        return {pool, Who::kArbiter, organisation};
    }

    template <typename Work>
    auto read(std::string_view name, Work&& work) const {
        return pool_->read(name, acting(std::forward<Work>(work)));
    }
    template <typename Work>
    auto snapshot(std::string_view name, Work&& work) const {
        return pool_->snapshot(name, acting(std::forward<Work>(work)));
    }

 private:
    enum class Who : std::uint8_t { kAll, kTenant, kArbiter };

    Reader(Pool& pool, Who who, const OrganisationId& organisation)
        : pool_(&pool), who_(who), organisation_(organisation) {}

    // The pool may try again, on another connection: so each time anew.
    template <typename Work>
    auto acting(Work&& work) const {
        return [this, &work](Tx& tx) {
            become(tx);
            return work(tx);
        };
    }
    void become(Tx& tx) const;

    Pool* pool_;
    Who who_;
    OrganisationId organisation_;
};

}  // namespace suanpan::db
