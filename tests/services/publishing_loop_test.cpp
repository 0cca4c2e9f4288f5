#include "services/publishing/publisher_loop.hpp"
#include "tests/services/publishing_fixture.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

namespace suanpan::services {
namespace {

constexpr std::int64_t kLongMs = 20'000;
constexpr std::int64_t kNeverMs = 3'600'000;

class FixedClock final : public Clock {
 public:
    [[nodiscard]] Time now() const override { return kTestTime; }
};

struct Running {
    PublishedLog log;
    FixedClock clock;
    std::atomic<int> published = 0;
    std::atomic<int> stopped = 0;
    std::atomic<int> failed = 0;

    PublisherLoop::Listeners listeners() {
        PublisherLoop::Listeners out;
        out.published = [this](const Published&) { ++published; };
        out.stopped = [this](const Error&) { ++stopped; };
        out.delayed = [this](const Error&) { ++failed; };
        return out;
    }
};

PublisherLoopOptions only_when_asked() {
    PublisherLoopOptions options;
    options.interval_ms = kNeverMs;
    options.retry_ms = 1;
    options.wake_entries = 100;
    return options;
}

TEST(PublisherLoop, PublishesByInterval) {
    Running running;
    PublisherLoopOptions options;
    options.interval_ms = 1;
    const auto publisher = running.log.publisher();
    PublisherLoop loop(*publisher, running.clock, options, running.listeners());
    loop.start();
    running.log.store.add(10);
    EXPECT_TRUE(loop.wait_published(10, kLongMs));
    running.log.store.add(10);
    EXPECT_TRUE(loop.wait_published(20, kLongMs));
    loop.stop();
    EXPECT_EQ(loop.status().published_size, 20U);
    EXPECT_EQ(loop.status().published_at, kTestTime);
    EXPECT_FALSE(loop.status().stopped);
}

TEST(PublisherLoop, PublishesWhenManyWaitOrWoken) {
    Running running;
    const auto publisher = running.log.publisher();
    PublisherLoop loop(*publisher, running.clock, only_when_asked(), running.listeners());
    running.log.store.add(1);
    loop.start();
    EXPECT_TRUE(loop.wait_published(1, kLongMs));
    running.log.store.add(100);
    loop.notify(101);
    EXPECT_TRUE(loop.wait_published(101, kLongMs));
    running.log.store.add(5);
    loop.notify(106);
    EXPECT_FALSE(loop.wait_published(106, 30));
    loop.wake();
    EXPECT_TRUE(loop.wait_published(106, kLongMs));
}

TEST(PublisherLoop, StopsForGoodOnALostCheckpoint) {
    Running running;
    running.log.store.add(10);
    running.log.store.swap_ = [](const StoredCheckpoint&) { return SwapOutcome::kLost; };
    const auto publisher = running.log.publisher();
    PublisherLoop loop(*publisher, running.clock, only_when_asked(), running.listeners());
    loop.start();
    EXPECT_FALSE(loop.wait_published(10, kLongMs));
    ASSERT_TRUE(loop.status().stopped);
    EXPECT_EQ(loop.status().stopped->code(), "checkpoint_lost");
    loop.stop();
    EXPECT_EQ(running.stopped, 1);
    EXPECT_EQ(running.published, 0);
}

TEST(PublisherLoop, RepeatsAfterAFailureOfTheEnvironment) {
    Running running;
    running.log.store.add(10);
    std::atomic<int> failures = 3;
    const auto publisher = running.log.publisher([&failures](std::string_view step) {
        if (step == "entries_read" && --failures >= 0) throw std::runtime_error("disk full");
    });
    PublisherLoop loop(*publisher, running.clock, only_when_asked(), running.listeners());
    loop.start();
    EXPECT_TRUE(loop.wait_published(10, kLongMs));
    loop.stop();
    EXPECT_EQ(running.failed, 3);
    EXPECT_EQ(running.published, 1);
    EXPECT_FALSE(loop.status().delayed);
}

TEST(PublisherLoop, WorksOffABacklogWithoutWaiting) {
    Running running;
    running.log.store.add(1000);
    auto options = running.log.options();
    options.max_entries = 100;
    Publisher publisher(options, running.log.key, running.log.store);
    PublisherLoop loop(publisher, running.clock, only_when_asked(), running.listeners());
    loop.start();
    EXPECT_TRUE(loop.wait_published(1000, kLongMs));
    loop.stop();
    EXPECT_EQ(running.published, 10);
}

// What was notified while a step found nothing was forgotten, and who asked for the log's size then
// was told that all of it is published.
TEST(PublisherLoop, AnEmptyStepForgetsNothingThatCameMeanwhile) {
    Running running;
    running.log.store.add(10);
    PublisherLoop* told = nullptr;
    struct Listening final : PublisherStore {
        MemoryStore& inner;
        std::function<void()> after_reading;
        explicit Listening(MemoryStore& store) : inner(store) {}
        std::vector<std::string> read_entries(std::uint64_t from, std::size_t max) override {
            auto entries = inner.read_entries(from, max);
            if (entries.empty() && after_reading) after_reading();
            return entries;
        }
        std::optional<StoredCheckpoint> load_checkpoint() override {
            return inner.load_checkpoint();
        }
        SwapOutcome compare_and_swap_checkpoint(std::uint64_t old_size,
                                                const StoredCheckpoint& next,
                                                std::optional<std::int64_t> term) override {
            return inner.compare_and_swap_checkpoint(old_size, next, term);
        }
    } store(running.log.store);
    std::atomic<bool> came = false;
    store.after_reading = [&] {
        if (came.exchange(true)) return;
        running.log.store.add(5);
        told->notify(15);
    };
    PublisherLoopOptions options = only_when_asked();
    Publisher publisher(running.log.options(), running.log.key, store);
    PublisherLoop loop(publisher, running.clock, options, running.listeners());
    told = &loop;
    loop.start();
    ASSERT_TRUE(loop.wait_published(10, kLongMs));
    loop.notify(10);
    loop.wake();
    for (int i = 0; i < 2'000 && !came; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ASSERT_TRUE(came);
    loop.stop();
    EXPECT_EQ(loop.status().published_size, 10U);
    EXPECT_EQ(loop.status().known_size, 15U);
}

TEST(PublisherLoop, CanBeStartedAgain) {
    Running running;
    const auto publisher = running.log.publisher();
    PublisherLoop loop(*publisher, running.clock, only_when_asked(), running.listeners());
    for (std::uint64_t size = 1; size <= 3; ++size) {
        running.log.store.add(1);
        loop.start();
        EXPECT_TRUE(loop.wait_published(size, kLongMs));
        loop.stop();
    }
    EXPECT_FALSE(loop.wait_published(4, 1));
}

}  // namespace
}  // namespace suanpan::services
