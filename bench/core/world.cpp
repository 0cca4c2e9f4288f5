#include "bench/core/world.hpp"

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/random.hpp"
#include "bench/common/payer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <future>
#include <mutex>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <utility>

namespace suanpan::bench {
namespace {

using Monotonic = std::chrono::steady_clock;
using services::Submission;

const matching::MarketKey kMarket{"AI-FP16", "CNY"};
constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 24 * kHour;

double milliseconds_since(Monotonic::time_point begin) {
    return std::chrono::duration<double, std::milli>(Monotonic::now() - begin).count();
}

// An answer of the size that the API gives.
services::StoredResponse respond(const core::CommandOutcome& outcome) {
    if (outcome.refusal) throw std::runtime_error("refused: " + outcome.refusal->detail());
    const core::OrderRow& order = outcome.orders.back();
    const matching::OrderTerms& terms = order.view.terms;
    std::string id = to_string(terms.id);
    std::string body = fmt::format(
        R"({{"id":"{}","organisation":"{}","market":"{}","side":"{}","unit":"{}","quantity":{},)"
        R"("limit_price_micro":"{}","window":{{"start":{},"end":{}}},"state":"{}","filled_lots":{},)"
        R"("hold_micro":"{}","time_in_force":"{}","stp":"{}","billing":"{}"}})",
        id, to_string(terms.organisation), to_string(terms.market), matching::to_string(terms.side),
        matching::to_string(terms.unit), terms.quantity, terms.limit_price.value,
        terms.window.start.value, terms.window.end.value, to_string(order.view.state),
        order.view.filled_lots, order.hold.value, to_string(terms.time_in_force),
        to_string(terms.self_trade), to_string(terms.billing));
    return {201, std::move(body), std::move(id)};
}

}  // namespace

double LoadResult::mean_batch() const {
    const auto batches = after.batches - before.batches;
    const auto commands = after.commands - before.commands;
    return batches == 0 ? 0 : static_cast<double>(commands) / static_cast<double>(batches);
}

double LoadResult::percentile(double part) const {
    if (latencies_ms.empty()) return 0;
    const auto last = static_cast<double>(latencies_ms.size() - 1);
    return latencies_ms[static_cast<std::size_t>(last * part / 100)];
}

struct World::Submitter {
    OrganisationId provider;
    OrganisationId buyer;
    PoolId pool;
    std::mt19937_64 random;
    std::int64_t sent = 0;
    std::int64_t window = 0;
    std::counting_semaphore<> room{0};
    std::mutex mutex;
    std::vector<double> latencies_ms;

    std::int64_t below(std::int64_t n) {
        return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random);
    }
};

World::World(const BenchDatabase& database) : pool_(database.conninfo()) {
    services::CoreLoop::Options options;
    options.queue_limit = 100'000;
    core_ = std::make_unique<services::CoreLoop>(pool_, clock_, options);
    core_->start();
    found();
}

World::~World() {
    core_->stop();
}

void World::found() {
    std::vector<std::future<Result<services::StoredResponse>>> answers;
    const auto send = [&](const OrganisationId& actor, core::CommandBody body) {
        auto promise = std::make_shared<std::promise<Result<services::StoredResponse>>>();
        answers.push_back(promise->get_future());
        const auto id = random_id<CommandId>(clock_.now());
        Submission submission{core::Command(id, actor, core::Auth::kApiKey, std::move(body)),
                              std::nullopt,
                              {},
                              [](const core::CommandOutcome& outcome) {
                                  if (outcome.refusal)
                                      throw std::runtime_error(outcome.refusal->detail());
                                  return services::StoredResponse();
                              },
                              [promise](Result<services::StoredResponse> answer) {
                                  promise->set_value(std::move(answer));
                              }};
        if (!core_->submit(std::move(submission))) throw std::runtime_error("not taken");
        return id;
    };
    boss_ = random_id<OrganisationId>(clock_.now());
    send(boss_, core::RegisterOrganisation{boss_, {core::Role::kOperator}});
    Payer payer;
    // A request is known by its command's id.
    payer.register_with(boss_, [&](core::CommandBody body) {
        return ApprovalId{send(boss_, std::move(body)).bytes};
    });
    core::SetSchedule schedule;
    schedule.fees.buyer_taker = Ppm(10'000);
    schedule.efficiency[kMarket.compute_class] = Ppm(450'000);
    send(boss_, schedule);
    core::RegisterModel model;
    model.model.id = "npu";
    model.model.device = "NPU";
    model.model.vendor = "vendor";
    model.model.kind = "npu";
    model.model.memory_gib = 64;
    model.model.peak[kMarket.compute_class] = Rate(312'000);
    send(boss_, model);
    core::DefineMarket market;
    market.rules.key = kMarket;
    send(boss_, market);
    for (int i = 0; i < kSubmitters; ++i) {
        auto who = std::make_unique<Submitter>();
        who->random.seed(static_cast<std::uint64_t>(i) + 1);
        who->provider = random_id<OrganisationId>(clock_.now());
        who->buyer = random_id<OrganisationId>(clock_.now());
        who->pool = random_id<PoolId>(clock_.now());
        send(boss_, core::RegisterOrganisation{who->provider, {core::Role::kProvider}});
        send(boss_, core::RegisterOrganisation{who->buyer, {core::Role::kBuyer}});
        const auto site = random_id<SiteId>(clock_.now());
        send(who->provider, core::RegisterSite{site, who->provider, "guizhou"});
        core::RegisterPool pool;
        pool.id = who->pool;
        pool.organisation = who->provider;
        pool.site = site;
        pool.model = "npu";
        pool.lots = Lots(100'000'000);
        send(who->provider, pool);
        send(boss_, payer.pay(who->buyer, kMarket.currency, Money(100'000'000'000'000'000)));
        submitters_.push_back(std::move(who));
    }
    for (auto& answer : answers) {
        if (const auto got = answer.get(); !got) throw std::runtime_error(got.error().detail());
    }
}

// Every other order sells lots for a day, every other buys some hours of one; about half of the
// bids meet an offer at once.
core::CommandBody World::next_order(Submitter& who) const {
    core::PlaceOrder out;
    matching::OrderTerms& terms = out.terms;
    const bool sell = who.sent % 2 == 0;
    terms.organisation = sell ? who.provider : who.buyer;
    terms.market = kMarket;
    terms.side = sell ? Side::kSell : Side::kBuy;
    terms.quantity = 1 + who.below(8);
    terms.limit_price =
        Price(sell ? 5'000'000 + who.below(1'000'000) : 4'200'000 + who.below(1'600'000));
    const std::int64_t day = clock_.now().value / kDay + 1 + who.below(10);
    const std::int64_t from = sell ? 0 : who.below(16);
    const std::int64_t until = sell ? 24 : from + 1 + who.below(8);
    terms.window = {Time(day * kDay + from * kHour), Time(day * kDay + until * kHour)};
    if (sell) terms.pool = who.pool;
    out.text_hash = to_hex(as_chars(sha256("text")));
    return out;
}

Submission World::next_submission(Submitter& who) const {
    core::CommandBody body = next_order(who);
    const OrganisationId actor = std::get<core::PlaceOrder>(body).terms.organisation;
    const std::string key = fmt::format("{}-{}", to_string(who.buyer), ++who.sent);
    services::IdempotencyKey idempotency;
    idempotency.organisation = actor;
    idempotency.route = "POST /v1/orders";
    idempotency.key = key;
    idempotency.body_hash = sha256(key);
    idempotency.for_ever = true;
    return Submission{core::Command(random_id<CommandId>(clock_.now()), actor, core::Auth::kApiKey,
                                    std::move(body)),
                      std::move(idempotency),
                      {db::OrderTextRow{key, "", to_hex(key.substr(0, 16))}},
                      respond,
                      {}};
}

void World::send(Submitter& who) {
    Submission submission = next_submission(who);
    submission.done = [&who,
                       came = Monotonic::now()](const Result<services::StoredResponse>& answer) {
        if (!answer) fmt::print(stderr, "failed: {}\n", answer.error().detail());
        {
            const std::scoped_lock lock(who.mutex);
            who.latencies_ms.push_back(milliseconds_since(came));
        }
        who.room.release();
    };
    if (!core_->submit(std::move(submission))) throw std::runtime_error("not taken");
}

LoadResult World::run(double seconds, int window) {
    const auto end = Monotonic::now() + std::chrono::duration<double>(seconds);
    return measure([this, end, window](Submitter& who, int) {
        who.room.release(window);
        while (Monotonic::now() < end) {
            who.room.acquire();
            send(who);
        }
        for (int i = 0; i < window; ++i)
            who.room.acquire();
    });
}

LoadResult World::run_paced(double seconds, double rate) {
    const auto begin = Monotonic::now();
    const auto end = begin + std::chrono::duration<double>(seconds);
    return measure([this, begin, end, rate](Submitter& who, int number) {
        const std::chrono::duration<double> pace(kSubmitters / rate);
        const auto start = begin + pace * number / kSubmitters;
        std::int64_t sent = 0;
        for (auto at = start; at < end; at = start + pace * ++sent) {
            std::this_thread::sleep_until(std::chrono::time_point_cast<Monotonic::duration>(at));
            send(who);
        }
        for (; sent > 0; --sent)
            who.room.acquire();
    });
}

LoadResult World::measure(const std::function<void(Submitter&, int)>& work) {
    LoadResult result;
    result.before = core_->figures();
    const auto begin = Monotonic::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < kSubmitters; ++i)
        threads.emplace_back([&, i] { work(*submitters_[static_cast<std::size_t>(i)], i); });
    for (std::thread& thread : threads)
        thread.join();
    result.seconds = milliseconds_since(begin) / 1'000;
    result.after = core_->figures();
    for (auto& who : submitters_) {
        result.latencies_ms.insert(result.latencies_ms.end(), who->latencies_ms.begin(),
                                   who->latencies_ms.end());
        who->latencies_ms.clear();
    }
    result.orders = static_cast<std::int64_t>(result.latencies_ms.size());
    std::ranges::sort(result.latencies_ms);
    return result;
}

}  // namespace suanpan::bench
