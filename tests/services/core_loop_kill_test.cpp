// The server is killed between apply and answer, while many send orders: nothing acknowledged is
// lost, nothing is done twice, and what starts again is what the log says.
#include "services/trading/core_loop.hpp"
#include "support/seed.hpp"
#include "tests/services/trading_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

namespace suanpan::services {
namespace {

constexpr std::array<std::string_view, 4> kPoints{"applied", "begun", "written", "committed"};
constexpr int kKilled = 9;
constexpr int kCallers = 8;

// What a caller of the server that dies tells the one that lives on; small enough to be written to
// a pipe in one piece.
struct Note {
    CommandId command;
    bool answered = false;
    OrderId order;  // nil when it was refused
    std::int64_t caller = 0;
    std::int64_t number = 0;
};

Submission numbered_order(const Parties& parties, std::int64_t caller, std::int64_t number) {
    const Window window{Time(kDawn.value + 3600), Time(kDawn.value + 7200)};
    const bool sell = number % 2 == 0;
    const std::int64_t price = 1'000'000 + (caller + number) % 3 * 1'000;
    const core::PlaceOrder order =
        sell ? make_sell(parties, 0, 1, price, window) : make_buy(parties, 0, 1, price, window);
    Submission out = make_submission(make_command(order.terms.organisation, order));
    IdempotencyKey key;
    key.organisation = order.terms.organisation;
    key.route = "POST /v1/orders";
    key.key = std::to_string(caller) + "-" + std::to_string(number);
    key.for_ever = true;
    out.side.emplace_back(db::OrderTextRow{key.key, "", "00"});
    out.idempotency = std::move(key);
    return out;
}

OrderId order_of(const Answered& answer) {
    const auto id = parse_id<OrderId>(answer->resource);
    return id ? *id : OrderId{};
}

// Where and when a process dies: at a point of the batch after so many, in which round.
struct Death {
    std::string_view point;
    int batches = 0;
    std::int64_t round = 0;
};

[[noreturn]] void trade_and_die(const std::string& conninfo, const Parties& parties,
                                const Death& death, int pipe) {
    SetClock clock;
    db::Pool pool(conninfo);
    std::atomic<int> left = death.batches;
    CoreLoop::Options options;
    options.probe = [&](std::string_view at) {
        if (at == death.point && left-- <= 0) ::_exit(kKilled);
    };
    CoreLoop loop(pool, clock, options);
    loop.start();
    std::vector<std::thread> callers;
    for (std::int64_t i = 0; i < kCallers; ++i) {
        callers.emplace_back([&, caller = death.round * kCallers + i] {
            for (std::int64_t number = 0;; ++number) {
                Submission order = numbered_order(parties, caller, number);
                Note note{order.command.id, false, {}, caller, number};
                if (::write(pipe, &note, sizeof note) != sizeof note) ::_exit(2);
                const Answered answer = ask(loop, std::move(order));
                if (!answer) ::_exit(1);
                note.answered = true;
                note.order = order_of(answer);
                if (::write(pipe, &note, sizeof note) != sizeof note) ::_exit(2);
            }
        });
    }
    for (std::thread& caller : callers)
        caller.join();
    ::_exit(3);
}

class CoreLoopKill : public Trading {
 protected:
    // What was noted until the process died.
    std::vector<Note> run_until_killed(const Death& death) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        const std::string conninfo = database.conninfo();
        const pid_t child = ::fork();
        EXPECT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            trade_and_die(conninfo, parties, death, ends[1]);
        }
        ::close(ends[1]);
        std::vector<Note> notes;
        Note note;
        while (::read(ends[0], &note, sizeof note) == sizeof note)
            notes.push_back(note);
        ::close(ends[0]);
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), kKilled);
        return notes;
    }

    void deposit_and_stop() {
        auto loop = open();
        ASSERT_TRUE(ask(*loop, make_submission(make_command(
                                   parties.boss, make_deposit(parties.buyers[0], 1'000'000'000)))));
        loop->stop();
    }
};

TEST_F(CoreLoopKill, LosesAndDoublesNothingAtAnyPoint) {
    deposit_and_stop();
    const int batches = 5 + static_cast<int>(support::test_seed() % 20);
    for (std::size_t round = 0; round < kPoints.size(); ++round) {
        const Death death{kPoints[round], batches, static_cast<std::int64_t>(round)};
        SCOPED_TRACE(death.point);
        const std::int64_t orders_before =
            std::stoll(database.query("SELECT count(*) FROM orders"));
        const std::vector<Note> notes = run_until_killed(death);
        auto loop = open();
        expect_one_truth(*loop);
        std::size_t acknowledged = 0;
        std::int64_t logged = 0;
        for (const Note& note : notes) {
            const core::Command command(note.command, {}, core::Auth::kApiKey, core::Tick{});
            const std::int64_t times = times_logged(command);
            if (!note.answered) {
                EXPECT_LE(times, 1);
                logged += times;
                continue;
            }
            ++acknowledged;
            EXPECT_EQ(times, 1);
            const Answered again = ask(*loop, numbered_order(parties, note.caller, note.number));
            ASSERT_TRUE(again);
            EXPECT_EQ(order_of(again), note.order);
        }
        EXPECT_GT(acknowledged, 0U);
        EXPECT_EQ(std::stoll(database.query("SELECT count(*) FROM orders")),
                  orders_before + logged);
        expect_one_truth(*loop);
        loop->stop();
    }
}

}  // namespace
}  // namespace suanpan::services
