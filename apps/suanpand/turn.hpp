#pragma once

// A server that finds another one leading waits for its turn, whatever becomes of the database
// meanwhile.

#include "apps/suanpand/files.hpp"
#include "apps/suanpand/front.hpp"
#include "db/pool.hpp"

#include <chrono>
#include <csignal>
#include <exception>
#include <stdexcept>

namespace suanpan::suanpand {

// Until nobody else leads the database or works in the data folder (who leads no more may still
// publish): then the folder is held, and the address too unless it is taken. Says over HTTP that it
// waits. False: a signal came first. REQUIRES that `signals` are blocked.
bool wait_for_turn(db::Pool& database, FolderLock& folder, Front& front, const sigset_t& signals);

// The database does not answer, where that is told as a value elsewhere.
class DatabaseAway : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

// It may go well the next time: another server was quicker, or the database went away.
bool will_pass(const std::exception& failure);
// False: a signal came first.
bool pause(const sigset_t& signals, std::chrono::milliseconds time);

}  // namespace suanpan::suanpand
