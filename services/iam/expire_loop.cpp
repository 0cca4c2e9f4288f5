#include "services/iam/expire_loop.hpp"

#include "base/thread_name.hpp"
#include "db/queries/identity.hpp"
#include "db/side_rows.hpp"
#include "services/background.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

namespace suanpan::services {

namespace {

constexpr std::chrono::minutes kEvery{10};

}  // namespace

ExpireLoop::ExpireLoop(db::Pool& database, const Clock& clock)
    : database_(database),
      clock_(clock),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void ExpireLoop::run(const std::stop_token& stop) {
    name_thread("expiry");
    give_way();
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, stop, kEvery, [] { return false; }) && !stop.stop_requested()) {
        try {
            const Time before(clock_.now().value - db::kAnswerKept.value);
            database_.write("expire_responses",
                            [before](db::Tx& tx) { return db::expire_responses(tx, before); });
        } catch (const std::exception& error) {
            spdlog::warn("stored answers could not be dropped now: {}", error.what());
        }
    }
}

}  // namespace suanpan::services
