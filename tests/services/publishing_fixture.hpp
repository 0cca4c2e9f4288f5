#pragma once

// A log in memory instead of the database, and a publisher over it in a temporary folder.

#include "base/time.hpp"
#include "services/publishing/publisher.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::services {

inline std::string test_entry(std::uint64_t i) {
    std::string salt = std::to_string(i);
    salt.insert(0, 32 - salt.size(), '0');
    return R"({"kind":"tick","salt":")" + salt + R"(","time":")" +
           to_string(Time(1'795'161'600 + static_cast<std::int64_t>(i))) + R"(","v":1})";
}

/// Thread-safe, so that the loop's tests can add entries while it runs.
class MemoryStore final : public PublisherStore {
 public:
    void add(std::uint64_t count) {
        const std::scoped_lock lock(mutex_);
        for (std::uint64_t i = 0; i < count; ++i)
            entries_.push_back(test_entry(entries_.size()));
    }

    std::vector<std::string> read_entries(std::uint64_t from, std::size_t max) override {
        const std::scoped_lock lock(mutex_);
        if (broken_) throw std::runtime_error("the database is out of reach");
        std::vector<std::string> out;
        for (std::uint64_t i = from; i < entries_.size() && out.size() < max; ++i)
            out.push_back(entries_[i]);
        return out;
    }

    std::optional<StoredCheckpoint> load_checkpoint() override {
        const std::scoped_lock lock(mutex_);
        return checkpoint_;
    }

    [[nodiscard]] std::optional<std::int64_t> term() const override { return term_; }

    SwapOutcome compare_and_swap_checkpoint(std::uint64_t old_size, const StoredCheckpoint& next,
                                            std::optional<std::int64_t> term) override {
        const std::scoped_lock lock(mutex_);
        if (term != term_) return SwapOutcome::kStale;
        if (swap_) return swap_(next);
        if (old_size != (checkpoint_ ? checkpoint_->size : 0)) return SwapOutcome::kLost;
        checkpoint_ = next;
        return SwapOutcome::kOk;
    }

    // The test's hands on the database.
    std::vector<std::string> entries_;
    std::optional<StoredCheckpoint> checkpoint_;
    std::optional<std::int64_t> term_;
    std::function<SwapOutcome(const StoredCheckpoint&)> swap_;
    bool broken_ = false;

 private:
    std::mutex mutex_;
};

inline SigningKey test_log_key() {
    Seed seed{};
    seed.fill(5);
    return SigningKey(seed);
}

inline constexpr Time kTestTime{1'795'161'600};
inline constexpr std::string_view kTestOrigin = "market.example/log";

struct PublishedLog {
    support::TempDir folder;
    SigningKey key = test_log_key();
    MemoryStore store;

    [[nodiscard]] std::filesystem::path tiles() const { return folder.path() / "log"; }
    [[nodiscard]] std::filesystem::path last_signed() const {
        return folder.path() / "private" / "last-signed";
    }
    [[nodiscard]] PublisherOptions options() const {
        PublisherOptions out;
        out.origin = kTestOrigin;
        out.tile_directory = tiles();
        out.last_signed_file = last_signed();
        return out;
    }
    std::unique_ptr<Publisher> publisher(Publisher::FaultPoint fault = {}) {
        return std::make_unique<Publisher>(options(), key, store, std::move(fault));
    }
    [[nodiscard]] ledger::VerifierKey verifier() const {
        return ledger::make_verifier_key(kTestOrigin, ledger::KeyType::kEd25519, key.public_key());
    }
};

inline std::string code_of(const Result<std::optional<Published>>& result) {
    if (!result) return result.error().code();
    return *result ? "published" : "nothing";
}

/// Everything that an outsider can check of the files: the checkpoint's signature, every tile and
// bundle of its size, and that these give its root.
inline void expect_whole(const PublishedLog& log, std::uint64_t size) {
    const TileStore tiles(log.tiles());
    const auto note = tiles.read_checkpoint();
    ASSERT_TRUE(note);
    const auto opened = ledger::open_checkpoint(*note, log.verifier());
    ASSERT_TRUE(opened) << opened.error().detail();
    ASSERT_EQ(opened->checkpoint.size, size);
    ledger::TileBuilder again([&tiles](const ledger::TileId& tile, std::string_view bytes) {
        const auto stored = tiles.read_tile(tile);
        ASSERT_TRUE(stored) << ledger::tile_path(tile);
        EXPECT_EQ(*stored, bytes) << ledger::tile_path(tile);
    });
    for (std::uint64_t i = 0; i < size; ++i)
        again.append(log.store.entries_.at(i));
    again.flush();
    EXPECT_EQ(again.root(), opened->checkpoint.root);
    EXPECT_EQ(read_file(log.last_signed(), 10'000), *note);
    EXPECT_EQ(log.store.checkpoint_->note, *note);
}

}  // namespace suanpan::services
