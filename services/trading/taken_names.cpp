#include "services/trading/taken_names.hpp"

#include "base/crypto.hpp"
#include "base/random.hpp"
#include "base/thread_name.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

namespace suanpan::services {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSaltBytes = 16;
constexpr std::chrono::milliseconds kPause = 1s;  // before what could not be read is read again

// Calls `take` with the hash of each of the request's names.
template <typename Take>
void each_name(const std::string& salt, const db::RequestNames& names, const Take& take) {
    constexpr std::string_view kEnd("\0", 1);
    if (!names.route.empty())
        take(sha256(
            {salt, "key", as_chars(names.organisation.bytes), names.route, kEnd, names.key}));
    if (!names.client_order_id.empty())
        take(sha256({salt, "order", as_chars(names.trader.bytes), names.client_order_id}));
}

struct Stopped {};

std::optional<NameFilter> try_read(const db::Pool& pool, const std::string& salt,
                                   const std::stop_token& stop) {
    try {
        NameFilter filter;
        db::stream_taken_names(pool, [&](const db::RequestNames& names) {
            if (stop.stop_requested()) throw Stopped();
            each_name(salt, names, [&filter](const Hash& name) { filter.add(name); });
        });
        return filter;
    } catch (const Stopped&) {
    } catch (const std::exception& problem) {
        spdlog::warn("the names taken could not be read, trying again: {}", problem.what());
    }
    return std::nullopt;
}

void pause(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, kPause, [] { return false; });
}

}  // namespace

TakenNames::TakenNames(const db::Pool& pool) : salt_(random_bytes(kSaltBytes)) {
    std::promise<NameFilter> read;
    stored_ = read.get_future();
    reader_ = std::jthread(
        [&pool, salt = salt_, read = std::move(read)](const std::stop_token& stop) mutable {
            name_thread("name-filter");
            for (; !stop.stop_requested(); pause(stop)) {
                auto filter = try_read(pool, salt, stop);
                if (!filter) continue;
                read.set_value(std::move(*filter));
                return;
            }
        });
}

bool TakenNames::note(const db::RequestNames& names) {
    const bool all_known = complete();
    bool taken = false;
    each_name(salt_, names, [&](const Hash& name) {
        taken = taken || !all_known || filter_.may_have(name);
        filter_.add(name);
    });
    return taken;
}

bool TakenNames::complete() {
    if (!stored_.valid()) return true;
    if (stored_.wait_for(0s) != std::future_status::ready) return false;
    NameFilter all = stored_.get();
    all.absorb(std::move(filter_));
    filter_ = std::move(all);
    spdlog::debug("{} names are taken; their filter has {} bytes", filter_.names(),
                  filter_.bytes());
    return true;
}

}  // namespace suanpan::services
