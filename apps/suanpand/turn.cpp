#include "apps/suanpand/turn.hpp"

#include "db/leader.hpp"
#include "db/state.hpp"
#include "services/trading/another_leads.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace suanpan::suanpand {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{250};
constexpr milliseconds kLongestPause{5'000};  // while the database is away
constexpr std::chrono::seconds kAddressPatience{10};

enum class Turn : std::uint8_t { kOurs, kTaken, kAway };

Turn look_at(db::Pool& database, FolderLock& folder) {
    // First whether this server can get there at all: else it would keep the folder from who can.
    database.read("still_there", db::load_epoch);
    if (!folder.try_take()) return Turn::kTaken;
    // What is taken here is given back at once; the market takes it for good.
    return db::Leader::try_lead(database) ? Turn::kOurs : Turn::kTaken;
}

Turn look(db::Pool& database, FolderLock& folder) {
    Turn turn = Turn::kAway;
    try {
        turn = look_at(database, folder);
    } catch (const std::exception& failure) {
        if (!db::is_environment_failure(failure)) throw;
        spdlog::warn("this server waits, and the database cannot be used: {}", failure.what());
    }
    // Who cannot lead must not keep the folder from those who can.
    if (turn != Turn::kOurs) folder.give_back();
    return turn;
}

// Says that this server waits, and why: once to who reads the output, always over HTTP.
class Teller {
 public:
    explicit Teller(Front& front) : front_(front) {}

    void tell(bool away) {
        if (!away && !std::exchange(told_why_, true)) {
            std::cout << "another server leads this database or works in this data folder; "
                         "waiting for it to end"
                      << std::endl;
        }
        front_.stand(away ? Standing::kAway : Standing::kWaits);
        // Again and again: who has the address may end.
        if (front_.try_open()) {
            if (!std::exchange(told_where_, true))
                std::cout << "its health is told on " << front_.url() << std::endl;
        } else if (!std::exchange(told_silent_, true)) {
            spdlog::info("while this server waits it answers nobody: {}", front_.refusal());
        }
    }

 private:
    Front& front_;
    bool told_why_ = false;
    bool told_where_ = false;
    bool told_silent_ = false;
};

}  // namespace

bool will_pass(const std::exception& failure) {
    return dynamic_cast<const services::AnotherLeads*>(&failure) != nullptr ||
           dynamic_cast<const DatabaseAway*>(&failure) != nullptr ||
           db::is_environment_failure(failure);
}

bool pause(const sigset_t& signals, milliseconds time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const std::chrono::nanoseconds rest = time - seconds;
    const timespec wait{seconds.count(), rest.count()};
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    if (signal <= 0) return true;
    spdlog::info("stopping before this server led: signal {}", signal);
    return false;
}

namespace {

// False: a signal came first.
bool wait_for_lead(db::Pool& database, FolderLock& folder, Teller& teller,
                   const sigset_t& signals) {
    milliseconds wait = kLookAgain;
    for (Turn turn = look(database, folder); turn != Turn::kOurs; turn = look(database, folder)) {
        const bool away = turn == Turn::kAway;
        teller.tell(away);
        wait = away ? std::min(2 * wait, kLongestPause) : kLookAgain;
        if (!pause(signals, wait)) return false;
    }
    return true;
}

}  // namespace

// Who has the address leads. Another server that waits on this machine may have taken it, and only
// leads, or lets go of it, when it finds the turn free: so that is given back for a moment.
bool wait_for_turn(db::Pool& database, FolderLock& folder, Front& front, const sigset_t& signals) {
    Teller teller(front);
    const auto give_up = std::chrono::steady_clock::now() + kAddressPatience;
    while (wait_for_lead(database, folder, teller, signals)) {
        front.stand(Standing::kBegins);
        if (front.try_open()) return true;
        folder.give_back();
        if (std::chrono::steady_clock::now() >= give_up) throw std::runtime_error(front.refusal());
        if (!pause(signals, kLookAgain)) return false;
    }
    return false;
}

}  // namespace suanpan::suanpand
