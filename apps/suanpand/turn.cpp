#include "apps/suanpand/turn.hpp"

#include "apps/suanpand/bystander.hpp"
#include "db/leader.hpp"
#include "db/state.hpp"
#include "services/trading/another_leads.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>

namespace suanpan::suanpand {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{250};
constexpr milliseconds kLongestPause{5'000};  // while the database is away

enum class Turn : std::uint8_t { kOurs, kTaken, kAway };

Turn look_at(db::Pool& database, FolderLock& folder) {
    if (!folder.try_take()) {
        // That the leader has it says nothing of the database, nor of this server's way there.
        database.read("still_there", db::load_epoch);
        return Turn::kTaken;
    }
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

}  // namespace

bool will_pass(const std::exception& failure) {
    return dynamic_cast<const services::AnotherLeads*>(&failure) != nullptr ||
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

bool wait_for_turn(const Config& config, db::Pool& database, FolderLock& folder,
                   const sigset_t& signals) {
    std::optional<Bystander> bystander;
    milliseconds wait = kLookAgain;
    bool told = false;
    for (Turn turn = look(database, folder); turn != Turn::kOurs; turn = look(database, folder)) {
        const bool away = turn == Turn::kAway;
        if (!away && !told) {
            std::cout << "another server leads this database or works in this data folder; "
                         "waiting for it to end"
                      << std::endl;
            told = true;
        }
        if (!bystander) bystander.emplace(config);
        bystander->set_away(away);
        wait = away ? std::min(2 * wait, kLongestPause) : kLookAgain;
        if (!pause(signals, wait)) return false;
    }
    return true;
}

}  // namespace suanpan::suanpand
