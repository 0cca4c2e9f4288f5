#pragma once

// Which names may be taken: Idempotency-Keys and client_order_ids. Nearly every request comes with
// fresh ones, and PostgreSQL need not be asked about a name that is surely new. Inside
// services/trading only.
//
// Why "surely new" is right. The names of commands are stored by the leader's batches alone: every
// batch carries the fencing epoch, so after take-over nobody else can store one. What was stored
// before leadership is read here, from a moment after it began; what a batch may store is noted
// before the batch is built. The other writers of stored answers (settlement runs, API keys, whole
// batches of items) keep them under routes of their own, which no command has. A name that is noted
// and then not stored (refused, failed), or is deleted when it expires, costs one question.
// Until all is read every name may be taken. And were a name missed all the same, the table's
// unique index would fail the batch: memory is built anew, names too, and the request, alone, asks.

#include "db/pool.hpp"
#include "db/queries/trading.hpp"
#include "services/trading/name_filter.hpp"

#include <future>
#include <string>
#include <thread>

namespace suanpan::services {

// One thread, the core's, calls.
class TakenNames {
 public:
    // Begins to read what is stored, with a connection of its own, and does not wait for it.
    // REQUIRES leadership, and that it decided the batches before it.
    explicit TakenNames(const db::Pool& pool);

    // Notes the names of a request. True: one of them may have been taken before.
    bool note(const db::RequestNames& names);
    // All that is stored has been read.
    bool complete();

 private:
    const std::string salt_;  // so that nobody can choose names that seem to be taken
    NameFilter filter_;
    std::future<NameFilter> stored_;  // valid until it was taken in
    std::jthread reader_;
};

}  // namespace suanpan::services
