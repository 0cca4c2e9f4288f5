// A full or failing disk: publishing waits and says so, nothing wrong is signed, and it goes on by
// itself when the disk is well again.

#include "services/publishing/publisher_loop.hpp"
#include "support/seed.hpp"
#include "tests/services/publishing_fixture.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <random>

namespace suanpan::services {
namespace {

// Lets one of its calls fail, the nth from now; 0: none.
class BadDisk final : public Disk {
 public:
    ::ssize_t write(int descriptor, std::string_view bytes) override {
        if (fails(write_in_)) {
            // A full disk takes what still fits.
            if (bytes.size() > 1) (void)Disk::write(descriptor, bytes.substr(0, bytes.size() / 2));
            errno = ENOSPC;
            return -1;
        }
        return Disk::write(descriptor, bytes);
    }
    int sync(int descriptor) override {
        if (fails(sync_in_)) {
            errno = EIO;
            return -1;
        }
        return Disk::sync(descriptor);
    }

    std::atomic<int> write_in_ = 0;
    std::atomic<int> sync_in_ = 0;
    std::atomic<bool> full_ = false;  // everything fails

 private:
    bool fails(std::atomic<int>& in) {
        if (full_) return true;
        return in > 0 && --in == 0;
    }
};

ledger::Checkpoint checkpoint_in(const std::optional<std::string>& note, const PublishedLog& log) {
    return ledger::open_checkpoint(note.value(), log.verifier()).value().checkpoint;
}

// What is on disk belongs together: nothing is ahead of the database, the published tree is whole.
void expect_sound(const PublishedLog& log) {
    const TileStore tiles(log.tiles());
    const auto last = read_file(log.last_signed(), 10'000);
    if (last) EXPECT_LE(checkpoint_in(last, log).size, log.store.checkpoint_->size);
    const auto note = tiles.read_checkpoint();
    if (!note) return;
    const auto shown = checkpoint_in(note, log);
    EXPECT_LE(shown.size, log.store.checkpoint_->size);
    ledger::TileBuilder again([&tiles](const ledger::TileId& tile, std::string_view bytes) {
        const auto stored = tiles.read_tile(tile);
        EXPECT_TRUE(stored && *stored == bytes) << ledger::tile_path(tile);
    });
    for (std::uint64_t i = 0; i < shown.size; ++i)
        again.append(log.store.entries_.at(i));
    again.flush();
    EXPECT_EQ(again.root(), shown.root);
}

TEST(PublisherDisk, EveryFailingCallDelaysAndIsMadeGood) {
    for (const bool of_write : {true, false}) {
        int failures = 0;
        for (int nth = 1; nth < 100; ++nth) {
            PublishedLog log;
            BadDisk disk;
            auto options = log.options();
            options.disk = &disk;
            Publisher publisher(options, log.key, log.store);
            log.store.add(300);
            ASSERT_TRUE(publisher.publish_once(kTestTime));
            log.store.add(300);
            (of_write ? disk.write_in_ : disk.sync_in_) = nth;
            bool failed = false;
            try {
                ASSERT_TRUE(publisher.publish_once(kTestTime));
            } catch (const std::system_error& error) {
                failed = true;
                EXPECT_EQ(error.code().value(), of_write ? ENOSPC : EIO);
                EXPECT_FALSE(publisher.stopped());
                expect_sound(log);
            }
            disk.write_in_ = disk.sync_in_ = 0;
            log.store.add(1);
            const auto published = publisher.publish_once(kTestTime);
            ASSERT_TRUE(published) << published.error().detail();
            expect_sound(log);
            EXPECT_EQ(publisher.published_size(), 601U);
            for (const auto& file : std::filesystem::recursive_directory_iterator(log.tiles()))
                EXPECT_FALSE(file.path().string().ends_with(".tmp")) << file.path();
            failures += failed ? 1 : 0;
            if (!failed) break;
        }
        // At least the tiles, the last-signed file and the checkpoint can fail.
        EXPECT_GE(failures, 6);
    }
}

TEST(PublisherDisk, RandomFailuresNeverMakeAContradiction) {
    std::mt19937_64 random(support::test_seed());
    PublishedLog log;
    BadDisk disk;
    auto options = log.options();
    options.disk = &disk;
    auto publisher = std::make_unique<Publisher>(options, log.key, log.store);
    for (int round = 0; round < 40; ++round) {
        log.store.add(random() % 300 + 1);
        disk.write_in_ = static_cast<int>(random() % 12);
        disk.sync_in_ = static_cast<int>(random() % 24);
        try {
            const auto done = publisher->publish_once(kTestTime);
            ASSERT_TRUE(done) << done.error().detail();
        } catch (const std::system_error&) {
        }
        if (log.store.checkpoint_) expect_sound(log);
        if (random() % 4 == 0) publisher = std::make_unique<Publisher>(options, log.key, log.store);
    }
    disk.write_in_ = 0;
    disk.sync_in_ = 0;
    ASSERT_TRUE(publisher->publish_once(kTestTime));
    EXPECT_EQ(publisher->published_size(), log.store.entries_.size());
    expect_sound(log);
}

class FixedClock final : public Clock {
 public:
    [[nodiscard]] Time now() const override { return kTestTime; }
};

TEST(PublisherDisk, LoopSaysSoAndRecoversByItself) {
    PublishedLog log;
    BadDisk disk;
    auto options = log.options();
    options.disk = &disk;
    Publisher publisher(options, log.key, log.store);
    const FixedClock clock;
    PublisherLoopOptions loop_options;
    loop_options.interval_ms = 5;
    loop_options.retry_ms = 5;
    PublisherLoop loop(publisher, clock, loop_options, {});
    log.store.add(300);
    loop.start();
    ASSERT_TRUE(loop.wait_published(300, 20'000));
    disk.full_ = true;
    log.store.add(300);
    EXPECT_FALSE(loop.wait_published(600, 200));
    ASSERT_TRUE(loop.status().delayed);
    EXPECT_EQ(loop.status().delayed->code(), "environment");
    EXPECT_NE(loop.status().delayed->detail().find("No space left"), std::string::npos)
        << loop.status().delayed->detail();
    EXPECT_EQ(log.store.checkpoint_->size, 300U);
    disk.full_ = false;
    EXPECT_TRUE(loop.wait_published(600, 20'000));
    loop.stop();
    EXPECT_FALSE(loop.status().delayed);
    expect_sound(log);
}

// The kernel's own refusal to let a file grow, as on a full disk or quota.
TEST(PublisherDisk, AFileSizeLimitOfTheSystemIsNoBetter) {
    PublishedLog log;
    log.store.add(300);
    const auto publisher = log.publisher();
    ASSERT_TRUE(publisher->publish_once(kTestTime));
    log.store.add(700);
    struct rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = before;
    small.rlim_cur = 2'000;  // a checkpoint fits, a tile does not
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_THROW((void)publisher->publish_once(kTestTime), std::system_error);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, old_handler);
    EXPECT_EQ(log.store.checkpoint_->size, 300U);
    expect_sound(log);
    ASSERT_TRUE(publisher->publish_once(kTestTime));
    EXPECT_EQ(publisher->published_size(), 1000U);
    expect_sound(log);
}

}  // namespace
}  // namespace suanpan::services
