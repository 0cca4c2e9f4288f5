#include "apps/suanpan-audit/workers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace suanpan::audit {
namespace {

TEST(Workers, DoEachTaskOnce) {
    for (const unsigned count : {1U, 2U, 7U}) {
        Workers workers(count);
        EXPECT_EQ(workers.count(), count);
        for (const std::size_t tasks : {0UL, 1UL, 3UL, 1'000UL}) {
            std::vector<std::atomic<int>> done(tasks);
            std::atomic<unsigned> most = 0;
            workers.run(tasks, [&](std::size_t task, unsigned worker) {
                ++done[task];
                most = std::max(most.load(), worker);
            });
            EXPECT_TRUE(std::ranges::all_of(done, [](const auto& times) { return times == 1; }));
            EXPECT_LT(most, count);
        }
    }
}

TEST(Workers, TellTheFirstOfWhatWasThrownAndGoOn) {
    Workers workers(4);
    std::atomic<int> done = 0;
    const auto run = [&] {
        workers.run(100, [&](std::size_t task, unsigned) {
            ++done;
            if (task % 10 == 7) throw std::runtime_error(std::to_string(task));
        });
    };
    try {
        run();
        FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "7");
    }
    EXPECT_EQ(done, 100);
    EXPECT_THROW(run(), std::runtime_error);
}

}  // namespace
}  // namespace suanpan::audit
