#pragma once

// Drops stored answers a day after they were given (api "Idempotency-Key").

#include "db/pool.hpp"
#include "services/clock.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace suanpan::services {

// Works on a thread of its own from construction to destruction.
class ExpireLoop {
 public:
    ExpireLoop(db::Pool& database, const Clock& clock);

 private:
    void run(const std::stop_token& stop);

    db::Pool& database_;
    const Clock& clock_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace suanpan::services
