#include "services/publishing/publish_waiters.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

namespace suanpan::services {
namespace {

std::future<bool> wait(PublishWaiters& waiters, std::uint64_t size, std::int64_t timeout_ms) {
    auto answer = std::make_shared<std::promise<bool>>();
    auto future = answer->get_future();
    waiters.wait(size, timeout_ms, [answer](bool published) { answer->set_value(published); });
    return future;
}

constexpr std::int64_t kLongMs = 60'000;
constexpr std::chrono::milliseconds kSoon{50};

TEST(PublishWaiters, AreToldWhenTheirSizeIsReached) {
    PublishWaiters waiters;
    auto late = wait(waiters, 20, kLongMs);
    auto early = wait(waiters, 10, 2 * kLongMs);  // a later deadline does not hide it
    waiters.published(10);
    EXPECT_TRUE(early.get());
    EXPECT_EQ(late.wait_for(kSoon), std::future_status::timeout);
    waiters.published(25);
    EXPECT_TRUE(late.get());
    EXPECT_TRUE(wait(waiters, 25, 0).get());
    EXPECT_FALSE(wait(waiters, 26, 0).get());
}

TEST(PublishWaiters, AreToldWhenTheirTimeIsOver) {
    PublishWaiters waiters;
    auto patient = wait(waiters, 5, kLongMs);
    EXPECT_FALSE(wait(waiters, 5, 20).get());
    EXPECT_EQ(patient.wait_for(kSoon), std::future_status::timeout);
    waiters.published(5);
    EXPECT_TRUE(patient.get());
}

TEST(PublishWaiters, AreReleasedAtTheEnd) {
    std::future<bool> left;
    {
        PublishWaiters waiters;
        auto released = wait(waiters, 5, kLongMs);
        waiters.release();
        EXPECT_FALSE(released.get());
        EXPECT_FALSE(wait(waiters, 5, kLongMs).get());
    }
    {
        PublishWaiters waiters;
        left = wait(waiters, 5, kLongMs);
    }
    EXPECT_FALSE(left.get());
}

// The server stopped while the waiters' thread still held answers that it had taken.
TEST(PublishWaiters, AreAllToldWhenReleaseReturns) {
    PublishWaiters waiters;
    std::atomic<int> answered = 0;
    for (int i = 0; i < 20; ++i) {
        waiters.wait(5, kLongMs, [&answered](bool) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            ++answered;
        });
    }
    waiters.release();
    EXPECT_EQ(answered, 20);
    waiters.release();
}

TEST(PublishWaiters, AreBounded) {
    PublishWaiters waiters;
    std::atomic<int> answered = 0;
    for (int i = 0; i < 10'000; ++i)
        waiters.wait(1, kLongMs, [&answered](bool) { ++answered; });
    EXPECT_EQ(answered, 0);
    EXPECT_FALSE(wait(waiters, 1, kLongMs).get());
    waiters.release();
    while (answered < 10'000)
        std::this_thread::yield();
}

}  // namespace
}  // namespace suanpan::services
