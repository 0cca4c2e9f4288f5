#include "services/figures/market_sampler.hpp"

#include "base/thread_name.hpp"
#include "services/background.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace suanpan::services {

namespace {

using Monotonic = std::chrono::steady_clock;

constexpr int kShare = 20;

}  // namespace

MarketSampler::MarketSampler(db::Pool& database, std::chrono::milliseconds every)
    : database_(database),
      every_(every),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::optional<MarketSample> MarketSampler::last() const {
    const std::scoped_lock lock(mutex_);
    return last_;
}

void MarketSampler::run(const std::stop_token& stop) {
    name_thread("figures");
    give_way();
    while (!stop.stop_requested()) {
        const auto begun = Monotonic::now();
        take();
        const Monotonic::duration pause =
            std::max<Monotonic::duration>(every_, kShare * (Monotonic::now() - begun));
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, pause, [] { return false; });
    }
}

void MarketSampler::take() {
    try {
        MarketSample sample{database_.snapshot("figures", db::load_market_figures),
                            Monotonic::now()};
        const std::scoped_lock lock(mutex_);
        last_ = std::move(sample);
    } catch (const std::exception& failure) {
        // Its age is a figure too.
        spdlog::warn("the market's figures could not be read: {}", failure.what());
    }
}

}  // namespace suanpan::services
