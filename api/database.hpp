#pragma once

// The database as handlers have it. There is no way to it that forgets who asks: a handler reads
// through its Call, as the caller.

#include "db/pool.hpp"
#include "db/reader.hpp"
#include "services/iam/authenticator.hpp"

#include <string_view>
#include <utility>

namespace suanpan::api {

class Database {
 public:
    // `pool` must outlive it.
    explicit Database(db::Pool& pool) : pool_(&pool) {}

    // The operator sees all; others what is their own.
    [[nodiscard]] db::Reader as(const services::Caller& caller) const {
        if (caller.is_operator()) return all_rows();
        return caller.has(core::Role::kArbiter)
                   ? db::Reader::of_arbiter(*pool_, caller.organisation)
                   : db::Reader::of_tenant(*pool_, caller.organisation);
    }
    // Past all policies: for what is made of everybody's rows and shows nobody's, and on routes of
    // the operator's own people. A style rule knows who uses it.
    [[nodiscard]] db::Reader all_rows() const { return db::Reader::of_all(*pool_); }

    template <typename Work>
    auto write(std::string_view name, Work&& work) const {
        return pool_->write(name, std::forward<Work>(work));
    }

 private:
    db::Pool* pool_;
};

}  // namespace suanpan::api
