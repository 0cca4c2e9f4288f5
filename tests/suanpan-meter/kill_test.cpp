// The meter is killed at any moment, again and again. What anybody saw of it may never be
// contradicted: no two readings with one id and other bytes, and one unbroken chain.

#include "apps/suanpan-meter/simulated_source.hpp"
#include "apps/suanpan-meter/spool_folder.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"
#include "tests/suanpan-meter/chain_world.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>

namespace suanpan::meter {
namespace {

constexpr int kRounds = 100;

// In the child: measures a second a turn, and shows each batch of readings once it is durable.
[[noreturn]] void measure_for_ever(const std::filesystem::path& folder, int shown,
                                   std::int64_t second) {
    SpoolFolder spools(folder, 1U << 26U);
    ChainSpool& spool = spools.open({some_lease(), some_meter()});
    SimulatedSource source(4, Lots(3));
    ReadingMaker maker(some_lease(), some_meter(), {Lots(3), Duration(1), kMicro},
                       spool.content().state);
    maker.set_active(window_at(0, 10'000'000));
    while (true) {
        Sample sample;
        sample.moment = moment_at(++second);
        source.read(sample);
        const auto readings = maker.add(sample, kMostInRecord);
        if (!spool.put(readings, maker.state())) std::abort();
        // Anything that waits may be sent at any time.
        std::vector<settlement::Reading> waiting;
        for (const auto& [key, reading] : spool.content().waiting)
            waiting.push_back(reading);
        if (waiting.empty()) continue;
        const std::string batch =
            settlement::make_batch(
                {some_lease(), some_meter(), settlement::MeterRole::kProvider, waiting}) +
            "\n";
        if (::write(shown, batch.data(), batch.size()) < 0) std::abort();
        if (waiting.size() < 8) continue;
        std::vector<ReadingAnswer> answers;
        for (const auto& reading : waiting)
            answers.push_back({{reading.epoch, reading.seq}, "accepted", "", ""});
        spool.answer(answers);
        if (second % 5 == 0 && !spool.compact()) std::abort();
    }
}

std::string run_and_kill(const std::filesystem::path& folder, std::int64_t second,
                         std::int64_t life_us) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::close(pipe[0]);
        measure_for_ever(folder, pipe[1], second);
    }
    ::close(pipe[1]);
    // What fits into the pipe is enough; the child waits when it is full.
    ::usleep(static_cast<::useconds_t>(life_us));
    ::kill(child, SIGKILL);
    std::string seen;
    std::array<char, 65'536> chunk{};
    ::ssize_t got = 0;
    while ((got = ::read(pipe[0], chunk.data(), chunk.size())) > 0)
        seen.append(chunk.data(), static_cast<std::size_t>(got));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return seen;
}

using Seen = std::map<ReadingKey, settlement::Reading>;

void take(const std::string& lines, Seen& seen) {
    std::string_view rest = lines;
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
        const auto batch = settlement::parse_batch(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        ASSERT_TRUE(batch);
        for (const auto& reading : batch->readings) {
            const auto [known, fresh] =
                seen.emplace(ReadingKey{reading.epoch, reading.seq}, reading);
            ASSERT_EQ(known->second, reading) << "one id, two readings";
        }
    }
}

TEST(Kill, NoReadingIsEverContradicted) {
    std::mt19937_64 random(support::test_seed());
    const support::TempDir dir;
    Seen seen;
    for (int round = 0; round < kRounds; ++round) {
        const auto life_us = std::uniform_int_distribution<std::int64_t>(1'000, 80'000)(random);
        // Each life begins later than what any earlier one saw.
        const std::string lines =
            run_and_kill(dir.path(), (round + 1) * std::int64_t{500}, life_us);
        take(lines, seen);
        for (const SpoolContent& content : read_spools(dir.path())) {
            for (const auto& [key, reading] : content.waiting) {
                const auto [known, fresh] = seen.emplace(key, reading);
                ASSERT_EQ(known->second, reading) << "round " << round;
            }
        }
        ASSERT_FALSE(HasFailure()) << "round " << round;
    }
    ASSERT_GT(seen.size(), 10U);
    const settlement::Reading* last = nullptr;
    for (const auto& [key, reading] : seen) {
        if (last != nullptr) {
            EXPECT_EQ(reading.epoch, last->epoch);
            EXPECT_EQ(reading.seq, last->seq + 1);
            EXPECT_EQ(reading.prev, last->hash);
            EXPECT_EQ(reading.window.start, last->window.end);
        }
        last = &reading;
    }
    std::cout << seen.size() << " readings in " << kRounds << " lives\n";
}

}  // namespace
}  // namespace suanpan::meter
