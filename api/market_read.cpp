#include "api/market_read.hpp"

#include "services/trading/core_loop.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <stdexcept>

namespace suanpan::api {

namespace {

Result<void> unavailable(const std::exception& reason) {
    spdlog::warn("a request could not reach the market: {}", reason.what());
    return fail("unavailable", "the market cannot be reached now; try again in some seconds");
}

}  // namespace

Result<void> read_market(services::CoreLoop& core,
                         const std::function<void(const core::Market&)>& read) {
    // Kept apart: the core's own way to say that it is out of reach is an exception too.
    std::exception_ptr failure;
    try {
        core.inspect([&](const core::Market& market) {
            try {
                read(market);
            } catch (...) {
                failure = std::current_exception();
            }
        });
    } catch (const std::runtime_error& reason) {
        return unavailable(reason);
    }
    if (failure) std::rethrow_exception(failure);
    return {};
}

Result<void> wake_market(services::CoreLoop& core) {
    try {
        core.wake_for_time();
    } catch (const std::runtime_error& reason) {
        return unavailable(reason);
    }
    return {};
}

}  // namespace suanpan::api
