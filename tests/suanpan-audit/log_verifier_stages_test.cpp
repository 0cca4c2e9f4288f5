// Several threads, three stages of a check, and runs that go on where one stopped: the verdict is
// the same.

#include "apps/suanpan-audit/log_verifier.hpp"
#include "tests/suanpan-audit/log_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <functional>
#include <utility>

namespace suanpan::audit {
namespace {

// A hook whose ordered step is `step`.
EntryHook in_order(std::string kind, std::function<Result<void>(std::uint64_t)> step) {
    return {std::move(kind), [step = std::move(step)](const EntryView& entry) {
                return Result<OrderedStep>([&step, index = entry.index]() -> Result<LateCheck> {
                    const auto done = step(index);
                    if (!done) return fail(done.error());
                    return LateCheck{};
                });
            }};
}

TEST(LogVerifier, HooksSeeTheirKindInOrderAndMayRefuse) {
    const TestLog log(600);
    for (const unsigned threads : {1U, 2U, 5U}) {
        std::vector<std::uint64_t> orders;
        std::uint64_t all = 0;
        VerifyOptions options;
        options.threads = threads;
        options.hooks.push_back(in_order("order", [&](std::uint64_t index) -> Result<void> {
            orders.push_back(index);
            if (index == 400) return fail("bad_meter_signature", "not the meter's");
            return {};
        }));
        options.hooks.push_back(in_order("", [&](std::uint64_t index) -> Result<void> {
            EXPECT_EQ(index, all++);
            return {};
        }));
        EXPECT_EQ(log.verify(options), "bad_meter_signature 400 tile/entries/001");
        EXPECT_EQ(orders.size(), 81U);
        EXPECT_EQ(all, 400U);
    }
}

TEST(LogVerifier, HooksAreGivenWhatTheEntrySays) {
    const TestLog log(300);
    std::atomic<int> seen = 0;
    VerifyOptions options;
    options.threads = 3;
    options.hooks.push_back({"order", [&](const EntryView& entry) -> Result<OrderedStep> {
                                 EXPECT_EQ(entry.tree().at("kind"), "order");
                                 EXPECT_EQ(entry.header.kind, "order");
                                 EXPECT_EQ(entry.bytes, log.entries()[entry.index]);
                                 ++seen;
                                 return OrderedStep{};
                             }});
    EXPECT_EQ(log.verify(options), "ok");
    EXPECT_EQ(seen, 60);
}

// Faults of every stage, one behind the other: the first in the log's order is told, whichever
// thread finds it first.
TEST(LogVerifier, NamesTheFirstFaultWithAnyNumberOfThreads) {
    const TestLog log(20'000);
    const auto fails_at = [](std::uint64_t early, std::uint64_t ordered, std::uint64_t late) {
        return EntryHook{
            "", [=](const EntryView& entry) -> Result<OrderedStep> {
                const std::uint64_t index = entry.index;
                if (index == early) return fail("early", "");
                if (index != ordered && index != late) return OrderedStep{};
                return OrderedStep([=]() -> Result<LateCheck> {
                    if (index == ordered) return fail("ordered", "");
                    return LateCheck([]() -> Result<void> { return fail("late", ""); });
                });
            }};
    };
    log.flip("tile/entries/060", log.offset_in_bundle(15'500));
    const std::vector<std::pair<EntryHook, std::string>> cases = {
        {fails_at(15'501, 15'502, 15'503), "entry_altered 15500 tile/entries/060"},
        {fails_at(15'499, 15'600, 15'700), "early 15499 tile/entries/060"},
        {fails_at(15'499, 15'498, 15'700), "ordered 15498 tile/entries/060"},
        {fails_at(15'499, 15'498, 15'497), "late 15497 tile/entries/060"},
        {fails_at(14'000, 13'000, 12'000), "late 12000 tile/entries/046"},
        {fails_at(14'000, 12'001, 12'002), "ordered 12001 tile/entries/046"},
        {fails_at(0, 1, 2), "early 0 tile/entries/000"},
        {fails_at(2, 1, 0), "late 0 tile/entries/000"}};
    for (const auto& [hook, want] : cases) {
        for (const unsigned threads : {1U, 2U, 3U, 8U}) {
            VerifyOptions options;
            options.threads = threads;
            options.hooks.push_back(hook);
            EXPECT_EQ(log.verify(options), want) << threads;
        }
    }
}

TEST(LogVerifier, BundlesOfAllSizesAreReadInOrder) {
    // Small ones first, so that many are taken at a time; then the largest that there are.
    auto entries = test_entries(20'000);
    const std::string filler(60'000, 'x');
    for (std::uint64_t i = 16'000; i < 18'000; ++i)
        entries[i].insert(1, R"("filler":")" + filler + R"(",)");
    const TestLog log(std::move(entries));
    for (const unsigned threads : {1U, 3U}) {
        std::uint64_t seen = 0;
        VerifyOptions options;
        options.threads = threads;
        options.hooks.push_back(in_order("", [&](std::uint64_t index) -> Result<void> {
            EXPECT_EQ(index, seen++);
            return {};
        }));
        EXPECT_EQ(log.verify(options), "ok");
        EXPECT_EQ(seen, 20'000U);
    }
}

// A log whose bundles from `end` on are out of reach.
class CutOff final : public LogSource {
 public:
    CutOff(std::filesystem::path directory, std::string end)
        : files_(std::move(directory)), end_(std::move(end)) {}
    Result<std::string> read(std::string_view path, std::size_t max_bytes) override {
        if (path.starts_with("tile/entries/") && path >= end_) throw AuditError("out of reach");
        return files_.read(path, max_bytes);
    }
    [[nodiscard]] std::unique_ptr<LogSource> another() const override {
        return std::make_unique<CutOff>(files_.name(), end_);
    }
    [[nodiscard]] unsigned useful_readers() const override { return 1; }
    [[nodiscard]] std::string name() const override { return files_.name(); }

 private:
    DirectorySource files_;
    std::string end_;
};

TEST(LogVerifier, WhatIsOutOfReachHidesNoFaultAndLosesNoProgress) {
    const TestLog log(20'000);
    CutOff source(log.directory(), "tile/entries/040");
    for (const unsigned threads : {1U, 2U}) {
        std::uint64_t reached = 0;
        VerifyOptions options;
        options.threads = threads;
        options.at_rest = [&](const VerifyPosition& position) { reached = position.size; };
        EXPECT_THROW((void)verify_log(source, log.checkpoint().checkpoint, options), AuditError);
        EXPECT_GT(reached, 0U);
        // In the last round that was read whole.
        const std::uint64_t bad = reached - 1;
        options.hooks.push_back({"", [bad](const EntryView& entry) -> Result<OrderedStep> {
                                     if (entry.index != bad) return OrderedStep{};
                                     return OrderedStep([]() -> Result<LateCheck> {
                                         return LateCheck(
                                             []() -> Result<void> { return fail("late", ""); });
                                     });
                                 }});
        const auto found = verify_log(source, log.checkpoint().checkpoint, options);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().index, bad);
    }
}

TEST(LogVerifier, TreeOnlyDoesNotLookAtWhatEntriesSay) {
    auto entries = test_entries(700);
    entries[300] = "not even JSON";
    const TestLog log(entries);
    EXPECT_EQ(log.verify(), "bad_json 300 tile/entries/001");
    VerifyOptions options;
    options.tree_only = true;
    options.threads = 2;
    EXPECT_EQ(log.verify(options), "ok");
    log.flip("tile/entries/001", log.offset_in_bundle(300));
    EXPECT_EQ(log.verify(options), "entry_altered 300 tile/entries/001");
}

// Every position that a run could be saved at.
std::vector<VerifyPosition> positions(const TestLog& log) {
    std::vector<VerifyPosition> out;
    VerifyOptions options;
    options.at_rest = [&](const VerifyPosition& position) { out.push_back(position); };
    EXPECT_EQ(log.verify(options), "ok");
    return out;
}

TEST(LogVerifier, AResumedRunGivesTheSameSummary) {
    const TestLog log(70'000);
    DirectorySource source(log.directory());
    const auto whole = verify_log(source, log.checkpoint().checkpoint, {}).value();
    const auto saved = positions(log);
    ASSERT_GT(saved.size(), 3U);
    for (const VerifyPosition& position : saved) {
        VerifyOptions options;
        options.threads = 2;
        options.from = position;
        std::uint64_t first_seen = 0;
        options.progress = [&](std::uint64_t done, std::uint64_t) {
            if (first_seen == 0) first_seen = done;
        };
        const auto resumed = verify_log(source, log.checkpoint().checkpoint, options);
        ASSERT_TRUE(resumed) << resumed.error().detail;
        EXPECT_GT(first_seen, position.size);
        EXPECT_EQ(resumed->entries, whole.entries);
        EXPECT_EQ(resumed->entry_bytes, whole.entry_bytes);
        EXPECT_EQ(resumed->bundles, whole.bundles);
        EXPECT_EQ(resumed->hash_tiles, whole.hash_tiles);
        EXPECT_EQ(resumed->kinds, whole.kinds);
        EXPECT_EQ(resumed->first_time, whole.first_time);
        EXPECT_EQ(resumed->last_time, whole.last_time);
    }
}

TEST(LogVerifier, AResumedRunFindsWhatAWholeOneWould) {
    const TestLog log(70'000);
    const auto saved = positions(log);
    const VerifyPosition& position = saved.at(saved.size() / 2);
    VerifyOptions resumed;
    resumed.from = position;
    // In front of the position: the entries are not read again, the tiles above them are.
    log.flip("tile/1/000", 0);
    EXPECT_TRUE(log.verify().starts_with("tile_altered 0 tile/1/000"));
    EXPECT_EQ(log.verify(resumed), log.verify());
    log.flip("tile/1/000", 0);
    log.flip("tile/entries/270", 4);
    EXPECT_TRUE(log.verify().ends_with("tile/entries/270"));
    EXPECT_EQ(log.verify(resumed), log.verify());
}

TEST(LogVerifier, AResumedRunFindsARewrittenPast) {
    const TestLog log(3'000);
    auto rewritten = test_entries(3'000);
    rewritten[10] = test_entry(10, "admin");
    const TestLog other(rewritten);
    VerifyOptions options;
    options.from = positions(log).front();
    ASSERT_GT(options.from.size, 256U);
    EXPECT_EQ(other.verify(options), "inconsistent 0 tile/0/000");
    options.from.open.front().pop_back();
    EXPECT_EQ(log.verify(options), "bad_state - ");
    options.from = positions(log).front();
    options.from.size = 1'000'192;
    EXPECT_EQ(log.verify(options), "bad_state - ");
}

}  // namespace
}  // namespace suanpan::audit
