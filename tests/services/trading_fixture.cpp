#include "tests/services/trading_fixture.hpp"

#include "base/bytes.hpp"
#include "base/dsse.hpp"
#include "base/random.hpp"
#include "core/replay.hpp"
#include "db/ledger_store.hpp"
#include "db/migrate.hpp"
#include "db/native_session.hpp"
#include "db/queries/accounts.hpp"
#include "db/state.hpp"
#include "settlement/reading.hpp"
#include "support/seed.hpp"

#include <algorithm>
#include <utility>

namespace suanpan::services {
namespace {

Seed seed_of(std::size_t provider) {
    Seed seed{};
    seed.fill(static_cast<std::uint8_t>(provider + 1));
    return seed;
}

// Of the payment provider.
const SigningKeyId kPaymentKey{make_id_bytes(kDawn, {1})};

SigningKey payment_key() {
    Seed seed{};
    seed.fill(77);
    return SigningKey(seed);
}

core::SetSchedule schedule() {
    core::SetSchedule out;
    out.fees.buyer_taker = Ppm(10'000);
    out.fees.provider_maker = Ppm(20'000);
    out.efficiency["AI-FP16"] = Ppm(500'000);
    out.dispute_period = Duration(3'600);
    return out;
}

core::RegisterModel model() {
    core::RegisterModel out;
    out.model.id = "test-npu";
    out.model.device = "Test \"NPU\"";
    out.model.vendor = "算盘";
    out.model.kind = "npu";
    out.model.peak["AI-FP16"] = Rate(200'000);
    out.model.source = "made for tests";
    return out;
}

// Chained readings of at most an hour, the longest that is taken; the last lacks `short_us`.
settlement::ReadingBatch hourly_readings(const core::LeaseRow& lease, const MeterId& meter,
                                         Window active, std::int64_t short_us) {
    settlement::ReadingBatch batch{lease.id, meter, settlement::MeterRole::kProvider, {}};
    settlement::Reading reading;
    for (Time from = active.start; from < active.end; from = reading.window.end) {
        reading.window = {from, std::min(Time(from.value + 3'600), active.end)};
        const std::int64_t metered_s = reading.window.end.value - active.start.value;
        reading.counters.lot_us = lease.terms.lots.value * metered_s * 1'000'000;
        if (reading.window.end == active.end) reading.counters.lot_us -= short_us;
        batch.readings.push_back(reading);
        reading.prev = settlement::reading_hash(lease.id, meter, reading);
        ++reading.seq;
    }
    return batch;
}

std::string hex(const Hash& hash) {
    return to_hex(as_chars(hash));
}

}  // namespace

core::Command make_command(const OrganisationId& actor, core::CommandBody body) {
    return core::Command(random_id<CommandId>(kDawn), actor, core::Auth::kApiKey, std::move(body));
}

StoredResponse plain_answer(const core::CommandOutcome& outcome) {
    if (outcome.refusal) return StoredResponse{422, outcome.refusal->code(), ""};
    return StoredResponse{201, "", outcome.order ? to_string(*outcome.order) : ""};
}

Submission make_submission(core::Command command) {
    return Submission{std::move(command), std::nullopt, {}, plain_answer, {}};
}

std::future<Answered> send(CoreLoop& loop, Submission submission) {
    auto promise = std::make_shared<std::promise<Answered>>();
    auto future = promise->get_future();
    // A second answer would throw.
    submission.done = [promise](Answered answer) { promise->set_value(std::move(answer)); };
    if (auto taken = loop.submit(std::move(submission)); !taken)
        promise->set_value(fail(taken.error()));
    return future;
}

Answered ask(CoreLoop& loop, Submission submission) {
    return send(loop, std::move(submission)).get();
}

std::vector<core::Command> founding(Parties& parties) {
    std::vector<core::Command> out;
    parties.boss = random_id<OrganisationId>(kDawn);
    const auto by_boss = [&](core::CommandBody body) {
        out.push_back(make_command(parties.boss, std::move(body)));
    };
    by_boss(core::RegisterOrganisation{parties.boss, {core::Role::kOperator}});
    const auto first = random_id<UserId>(kDawn);
    const auto second = random_id<UserId>(kDawn);
    for (const UserId& person : {first, second})
        by_boss(core::RegisterUser{person, parties.boss});
    const core::TrustKey key{kPaymentKey, parties.boss, payment_key().public_key()};
    by_boss(core::RegisterPaymentKey{key.id, key.organisation, key.key, first});
    // A request is known by its command's id.
    by_boss(core::ApproveRequest{ApprovalId{out.back().id.bytes}, core::content_of(key), second});
    by_boss(schedule());
    by_boss(model());
    core::DefineMarket market;
    market.rules.key = kTestMarket;
    by_boss(market);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto provider = parties.providers.emplace_back(random_id<OrganisationId>(kDawn));
        by_boss(core::RegisterOrganisation{provider, {core::Role::kProvider}});
        const auto site = random_id<SiteId>(kDawn);
        out.push_back(make_command(provider, core::RegisterSite{site, provider, "guizhou"}));
        core::RegisterPool pool;
        pool.id = parties.pools.emplace_back(random_id<PoolId>(kDawn));
        pool.organisation = provider;
        pool.site = site;
        pool.model = "test-npu";
        pool.lots = Lots(10);
        if (i == 1) {
            pool.owners = {{provider, Ppm(600'000)}, {parties.providers[0], Ppm(400'000)}};
            pool.owners_from = kDawn;
        }
        const LogIndex registered(std::ssize(out));  // each of these commands is one entry
        out.push_back(make_command(provider, pool));
        if (i == 1) {
            out.push_back(
                make_command(parties.providers[0], core::ConfirmTitle{pool.id, registered}));
        }
        const auto meter = parties.meters.emplace_back(random_id<MeterId>(kDawn));
        out.push_back(
            make_command(provider, core::RegisterMeter{meter,
                                                       provider,
                                                       settlement::MeterRole::kProvider,
                                                       SigningKey(seed_of(i)).public_key(),
                                                       {}}));
    }
    for (int i = 0; i < 2; ++i) {
        const auto buyer = parties.buyers.emplace_back(random_id<OrganisationId>(kDawn));
        by_boss(core::RegisterOrganisation{buyer, {core::Role::kBuyer}});
        by_boss(make_deposit(buyer, 1'000'000'000));
    }
    return out;
}

core::TakePayment make_deposit(const OrganisationId& organisation, std::int64_t micro) {
    const settlement::PaymentNotice notice{kPaymentKey, to_string(random_id<CommandId>(kDawn)),
                                           organisation, kTestMarket.currency, Money(micro)};
    return core::TakePayment{settlement::sign_payment(notice, payment_key()), notice};
}

core::PlaceOrder make_sell(const Parties& parties, std::size_t provider, std::int64_t lots,
                           std::int64_t price_micro, Window window) {
    core::PlaceOrder out;
    out.terms.organisation = parties.providers[provider];
    out.terms.market = kTestMarket;
    out.terms.side = Side::kSell;
    out.terms.quantity = lots;
    out.terms.limit_price = Price(price_micro);
    out.terms.window = window;
    out.terms.pool = parties.pools[provider];
    return out;
}

core::PlaceOrder make_buy(const Parties& parties, std::size_t buyer, std::int64_t lots,
                          std::int64_t price_micro, Window window) {
    core::PlaceOrder out;
    out.terms.organisation = parties.buyers[buyer];
    out.terms.market = kTestMarket;
    out.terms.quantity = lots;
    out.terms.limit_price = Price(price_micro);
    out.terms.window = window;
    return out;
}

std::int64_t RandomTrade::below(std::int64_t n) {
    return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
}

Window RandomTrade::some_hours() {
    const std::int64_t from = (clock_.now().value / 3600 + 1 + below(2)) * 3600;
    return Window{Time(from), Time(from + 3600 * (1 + below(6)))};
}

core::Command RandomTrade::next() {
    const std::scoped_lock lock(mutex_);
    const auto who = static_cast<std::size_t>(below(2));
    switch (below(12)) {
        case 0:
        case 1:
        case 2: {
            auto order =
                make_sell(parties_, who, 1 + below(12), 1 + below(9'000'000), some_hours());
            if (below(4) == 0) order.terms.unit = Unit::kCu;
            return make_command(parties_.providers[who], order);
        }
        case 3:
        case 4:
        case 5: {
            auto order = make_buy(parties_, who, 1 + below(8), 1 + below(9'000'000), some_hours());
            if (below(4) == 0) order.terms.together = matching::Together::kSameSite;
            if (below(4) == 0) order.terms.duration = Duration(3'600);
            if (below(4) == 0) order.terms.all_or_none = true;
            return make_command(parties_.buyers[who], order);
        }
        case 6:
        case 7: return advance_or_cancel();
        case 8: return meter();
        case 9:
        case 10: return control();
        default:
            return make_command(parties_.boss, core::Settle{settled_until_, LogIndex(log_size_)});
    }
}

core::Command RandomTrade::advance_or_cancel() {
    if (!orders_.empty() && (leases_.empty() || below(4) == 0)) {
        const auto at = below(static_cast<std::int64_t>(orders_.size()));
        return make_command(parties_.buyers[0],
                            core::CancelOrder{orders_[static_cast<std::size_t>(at)]});
    }
    std::vector<const core::LeaseRow*> waiting;
    for (const auto& [id, lease] : leases_) {
        if (!lease.active_from && clock_.now() < lease.terms.window.end) waiting.push_back(&lease);
    }
    if (waiting.empty()) return make_command(parties_.boss, core::Tick{});
    const auto at = below(static_cast<std::int64_t>(waiting.size()));
    const core::LeaseRow& lease = *waiting[static_cast<std::size_t>(at)];
    const bool mistaken = below(6) == 0;
    const bool accepting = (lease.state == core::LeaseState::kScheduled) != mistaken;
    return make_command(lease.provider,
                        core::AdvanceLease{lease.id, accepting ? core::LeaseAction::kAccept
                                                               : core::LeaseAction::kActivate});
}

core::Command RandomTrade::meter() {
    for (const auto& [id, lease] : leases_) {
        if (!lease.active_from || below(2) == 0) continue;
        const Window active{*lease.active_from,
                            lease.active_until.value_or(lease.terms.window.end)};
        if (clock_.now() < active.end) continue;
        const std::size_t provider = lease.provider == parties_.providers[0] ? 0 : 1;
        const std::string payload = settlement::make_batch(
            hourly_readings(lease, parties_.meters[provider], active, below(2) * 1'000));
        const SigningKey key(seed_of(provider));
        core::SubmitReadings body;
        body.envelope =
            envelope_json(make_envelope(settlement::kReadingsPayloadType, payload, "meter", key));
        body.batch = *settlement::parse_batch(payload);
        return make_command(lease.provider, std::move(body));
    }
    return make_command(parties_.boss, core::Tick{});
}

void RandomTrade::learn(const core::CommandOutcome& outcome) {
    const std::scoped_lock lock(mutex_);
    log_size_ = outcome.index.value;
    learn_block(outcome);
    if (outcome.run) settled_until_ = outcome.run->to;
    if (outcome.order) orders_.push_back(*outcome.order);
    for (const core::LeaseRow& lease : outcome.leases)
        leases_.insert_or_assign(lease.id, lease);
}

void Trading::SetUp() {
    const auto report = db::migrate(database.conninfo());
    ASSERT_TRUE(report) << report.error().detail();
}

CoreLoop::Options Trading::quick() {
    CoreLoop::Options options;
    options.leader_wait = std::chrono::milliseconds(2'000);
    options.outage_patience = std::chrono::milliseconds(100);
    return options;
}

std::unique_ptr<CoreLoop> Trading::open(CoreLoop::Options options) {
    auto loop = std::make_unique<CoreLoop>(pool, clock, std::move(options));
    loop->start();
    if (log_size() > 0) return loop;
    for (core::Command& command : founding(parties)) {
        const auto answer = ask(*loop, make_submission(std::move(command)));
        EXPECT_TRUE(answer && answer->status == 201) << (answer ? answer->body : "");
    }
    random = std::make_unique<RandomTrade>(parties, clock, support::test_seed());
    return loop;
}

void Trading::trade(CoreLoop& loop, int count, int together) {
    while (count > 0) {
        std::vector<std::future<Answered>> answers;
        for (int i = 0; i < together && count > 0; ++i, --count) {
            Submission submission = make_submission(random->next());
            submission.respond = [this](const core::CommandOutcome& outcome) {
                random->learn(outcome);
                return plain_answer(outcome);
            };
            answers.push_back(send(loop, std::move(submission)));
        }
        for (auto& answer : answers) {
            const Answered got = answer.get();
            ASSERT_TRUE(got) << got.error().detail();
        }
        clock.pass(97 * together);
    }
}

void Trading::expect_one_truth(CoreLoop& loop) {
    std::string memory;
    std::string stored;
    std::vector<std::string> entries;
    loop.inspect([&](const core::Market& market) {
        memory = hex(core::digest(market.state()));
        entries = db::EntryReader(pool).read(LogIndex(0), 1'000'000);
        pool.snapshot("truth", [&](db::Tx& tx) {
            stored = hex(core::digest(db::load_state(tx)));
            for (const db::CurrencySums& sums : db::sum_accounts(tx)) {
                EXPECT_EQ(sums.balances_micro, "0");
                EXPECT_EQ(sums.journal_micro, "0");
            }
        });
    });
    EXPECT_EQ(memory, stored);
    db::NativeSession session(pool.conninfo());
    EXPECT_EQ(hex(core::digest(db::load_state(session))), stored);
    core::Replay replay;
    for (const std::string& entry : entries) {
        const auto done = replay.next(entry);
        ASSERT_TRUE(done) << done.error().detail();
    }
    ASSERT_TRUE(replay.finish());
    EXPECT_EQ(hex(core::digest(replay.market().state())), memory);
}

std::int64_t Trading::times_logged(const core::Command& command) {
    // Derived entries have the same cause: the command's own entry names it as "command".
    return std::stoll(database.query("SELECT count(*) FROM ledger_entry WHERE cause = '" +
                                     to_uuid(command.id.bytes) +
                                     "' AND convert_from(bytes, 'UTF8')::jsonb ? 'command'"));
}

std::int64_t Trading::log_size() {
    return pool.read("log_size", db::log_size);
}

void Trading::cut(const std::string& which_pids) {
    database.execute("SELECT pg_terminate_backend(pid, 5000) FROM (" + which_pids + ") AS victims");
}

}  // namespace suanpan::services
