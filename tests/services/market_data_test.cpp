// Candles and fixings against models, whenever they are made of trades that come in.

#include "db/queries/market_data.hpp"

#include "base/time.hpp"
#include "db/migrate.hpp"
#include "services/market_data/fixing_news.hpp"
#include "services/market_data/market_data_loop.hpp"
#include "support/index_model.hpp"
#include "support/seed.hpp"
#include "support/test_database.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace suanpan::services {
namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 86'400;
const matching::MarketKey kMarket{"AI-FP16", "CNY"};
constexpr std::array kHubs{"gansu", "guizhou", "ningxia"};

// An id of that number.
std::string uuid(int kind, std::int64_t number) {
    std::array<std::uint8_t, 10> bits{};
    bits[0] = static_cast<std::uint8_t>(kind);
    for (std::size_t i = 0; i < 8; ++i)
        bits[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return to_uuid(make_id_bytes(Time(0), bits));
}

std::string literal(const std::string& text) {
    return "'" + text + "'";
}

// Six organisations that sell and buy; each has a pool, two at each hub; the even ones' are firm.
// Trades are written as the market's writer writes them.
class MarketDataMade : public testing::Test {
 protected:
    static constexpr int kOrganisations = 6;

    void SetUp() override {
        ASSERT_TRUE(db::migrate(database.conninfo()));
        database.execute(
            "INSERT INTO market (market, grid_s, tick_micro, max_lots, max_ahead_s, log_index)"
            " VALUES ('AI-FP16/CNY', 60, 1, 1000, 1000000, 0), ('AI-FP8/CNY', 60, 1, 9, 99, 0)");
        for (int i = 0; i < kOrganisations; ++i) {
            database.execute("INSERT INTO organisation (id, roles, suspended, log_index) VALUES (" +
                             literal(uuid(1, i)) + ", '{buyer,provider}', false, 0)");
            database.execute("INSERT INTO site (id, organisation, hub, log_index) VALUES (" +
                             literal(uuid(2, i)) + ", " + literal(uuid(1, i)) + ", " +
                             literal(kHubs.at(static_cast<std::size_t>(i) / 2)) + ", 0)");
            const std::string profile = i % 2 == 0 ? R"({"firm":true})" : "{}";
            database.execute(
                "INSERT INTO pool (id, organisation, site, lots, profile, model, rates_mcu,"
                " log_index) VALUES (" +
                literal(uuid(3, i)) + ", " + literal(uuid(1, i)) + ", " + literal(uuid(2, i)) +
                ", 100, " + literal(profile) + ", 'm', '{}', 0)");
        }
    }

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }

    // What is written is sent before anything reads it: many statements in one.
    void later(const std::string& sql) { statements_ += sql + ";"; }
    void flush() {
        if (!statements_.empty()) database.execute(statements_);
        statements_.clear();
    }
    void make() {
        flush();
        make_market_data(pool);
    }

    void put_in_group(std::int64_t organisation, const std::string& group) {
        groups_[organisation] = group;
        later("UPDATE organisation SET related_group = " + literal(group) +
              " WHERE id = " + literal(uuid(1, organisation)));
        ++log_size_;  // the entry that says so
        commit();
    }

    // At `now_`, between two of them.
    void trade(std::int64_t buyer, std::int64_t provider) {
        support::ModelTrade made;
        made.time = now_;
        made.order = log_size_++;
        made.lots = 1 + below(64);
        made.start = now_ + below(9 * kDay);
        made.end = made.start + 1 + below(2 * kDay);
        made.price_micro = 1 + below(below(9) == 0 ? 10'000'000 : 100'000);
        made.per_lot = below(2) == 0;
        made.rate_mcu = 1 + below(600'000);
        made.hub = kHubs.at(static_cast<std::size_t>(provider) / 2);
        made.firmness = provider % 2 == 0 ? "firm" : "preemptible";
        std::array<std::uint8_t, 10> bits{};
        std::ranges::generate(bits, [this] { return static_cast<std::uint8_t>(below(256)); });
        made.id = to_uuid(make_id_bytes(Time(now_), bits));
        made.excluded = is_excluded(made, buyer, provider);
        parties_.emplace_back(now_, made.id, buyer, provider);
        trades_.push_back(made);
        const auto number = [](std::int64_t value) { return std::to_string(value); };
        later(
            "INSERT INTO trade (id, lease, market, maker, taker, buy_order, sell_order, buyer,"
            " provider, pool, lots, start_s, end_s, price_micro, price_unit, rate_mcu, time_s,"
            " log_index) VALUES (" +
            literal(made.id) +
            ", gen_random_uuid(), 'AI-FP16/CNY', gen_random_uuid(),"
            " gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), " +
            literal(uuid(1, buyer)) + ", " + literal(uuid(1, provider)) + ", " +
            literal(uuid(3, provider)) + ", " + number(made.lots) + ", " + number(made.start) +
            ", " + number(made.end) + ", " + number(made.price_micro) + ", " +
            literal(made.per_lot ? "lot" : "cu") + ", " + number(made.rate_mcu) + ", " +
            number(made.time) + ", " + number(made.order) + ")");
        commit();
    }

    // The log goes on to `now_`.
    void commit() {
        later("UPDATE log_head SET next_index = " + std::to_string(log_size_) +
              ", last_time_s = " + std::to_string(now_));
    }

    void a_day_of_trades(std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
            now_ += below(9) == 0 ? below(20 * kHour) : below(kHour / 4);
            if (below(12) == 0) put_in_group(below(kOrganisations), below(2) == 0 ? "g" : "");
            const std::int64_t buyer = below(kOrganisations);
            trade(buyer, (buyer + 1 + below(kOrganisations - 1)) % kOrganisations);
            if (below(15) == 0) make();
        }
    }

    std::vector<db::Candle> candles(std::int64_t width, Time from, Time until) {
        return pool.snapshot("test", [&](db::Tx& tx) {
            return db::list_candles(tx, {kMarket, Duration(width), from, until, 100'000});
        });
    }

    void expect_candles() {
        flush();
        for (const std::int64_t width : {60L, 300L, 900L, kHour, kDay}) {
            const Time from(trades_.front().time + below(kDay));
            const Time until(now_ + 1 - below(kHour));
            std::map<std::int64_t, std::vector<const support::ModelTrade*>> spans;
            for (const auto& one : trades_)
                spans[one.time - one.time % width].push_back(&one);
            std::erase_if(spans, [&](const auto& span) {
                return span.first < from.value || span.first >= until.value;
            });
            const auto made = candles(width, from, until);
            ASSERT_EQ(made.size(), spans.size()) << "seed " << seed_ << " width " << width;
            auto expected = spans.begin();
            for (const db::Candle& candle : made) {
                EXPECT_EQ(candle.start.value, expected->first);
                expect_candle(candle, expected->second);
                ++expected;
            }
        }
    }

    void expect_index() {
        flush();
        const auto model = support::model_index(trades_, now_ - now_ % kHour);
        std::map<std::int64_t, support::ModelFixing> made;
        for (const char* hub : {"", "gansu", "guizhou", "ningxia"}) {
            for (const char* firmness : {"", "firm", "preemptible"}) {
                db::IndexFilter filter{kMarket, hub, firmness, {}, {}, 100'000};
                for (const db::IndexRow& row : pool.read(
                         "test", [&](db::Tx& tx) { return db::list_index_values(tx, filter); })) {
                    made[row.at.value][{hub, firmness}] = {row.price.value, row.level, row.volume,
                                                           row.trades, row.since.value};
                }
            }
        }
        EXPECT_EQ(made, model) << "seed " << seed_;
    }

    support::TestDatabase database;
    db::Pool pool{database.conninfo()};
    std::int64_t now_ = 1'800'000'000;
    std::int64_t log_size_ = 1;
    std::vector<support::ModelTrade> trades_;
    std::string statements_;

 private:
    // By the method's text.
    bool is_excluded(const support::ModelTrade& made, std::int64_t buyer, std::int64_t provider) {
        if (made.start > made.time + 7 * kDay) return true;
        const std::string group = groups_[buyer];
        if (!group.empty() && group == groups_[provider]) return true;
        return std::ranges::any_of(parties_, [&](const auto& earlier) {
            const auto& [time, id, its_buyer, its_provider] = earlier;
            return time >= made.time - kDay && id < made.id && its_buyer == provider &&
                   its_provider == buyer;
        });
    }

    static void expect_candle(const db::Candle& candle,
                              const std::vector<const support::ModelTrade*>& trades) {
        std::vector<std::int64_t> prices;
        __extension__ __int128 value = 0;
        __extension__ __int128 mcu_s = 0;
        std::int64_t lots = 0;
        std::int64_t lot_s = 0;
        for (const support::ModelTrade* one : trades) {
            const std::int64_t time = one->lots * (one->end - one->start);
            prices.push_back(one->per_lot ? one->price_micro * 1'000 / one->rate_mcu
                                          : one->price_micro);
            lots += one->lots;
            lot_s += time;
            mcu_s += static_cast<decltype(mcu_s)>(time) * one->rate_mcu;
            value += static_cast<decltype(value)>(time) * one->price_micro *
                     (one->per_lot ? 1'000 : one->rate_mcu);
        }
        EXPECT_EQ(candle.open.value, prices.front());
        EXPECT_EQ(candle.close.value, prices.back());
        EXPECT_EQ(candle.high.value, *std::ranges::max_element(prices));
        EXPECT_EQ(candle.low.value, *std::ranges::min_element(prices));
        EXPECT_EQ(candle.trades, std::ssize(trades));
        EXPECT_EQ(candle.lots.value, lots);
        EXPECT_EQ(candle.lot_s, lot_s);
        EXPECT_EQ(candle.cu_h.value, static_cast<std::int64_t>(mcu_s / 3'600));
        EXPECT_EQ(candle.value.value, static_cast<std::int64_t>(value / 3'600'000));
    }

    std::uint64_t seed_ = support::test_seed();
    std::mt19937_64 random_{seed_};
    std::map<std::int64_t, std::string> groups_;
    std::vector<std::tuple<std::int64_t, std::string, std::int64_t, std::int64_t>> parties_;
};

TEST_F(MarketDataMade, IsWhatItsTextSaysWheneverItIsMade) {
    for (int round = 0; round < 4; ++round) {
        a_day_of_trades(60);
        expect_candles();
        now_ += below(4) == 0 ? 10 * kDay : below(kDay);
        commit();
        make();
        expect_candles();
        expect_index();
    }
    // All at once comes to the same.
    database.execute(
        "ALTER TABLE candle DISABLE TRIGGER append_only; DELETE FROM candle;"
        "ALTER TABLE index_value DISABLE TRIGGER append_only; DELETE FROM index_value;"
        "UPDATE market_data_progress SET minutes_s = 0, hours_s = 0, index_s = 0");
    expect_candles();
    make();
    expect_candles();
    expect_index();
}

TEST_F(MarketDataMade, NothingIsMadeOfWhatIsNotOver) {
    now_ -= now_ % kDay;
    for (int i = 0; i < 6; ++i)
        trade(0, 1);
    make();
    EXPECT_EQ(database.query("SELECT count(*) FROM candle"), "0");
    now_ += 59;
    trade(0, 1);
    make();
    EXPECT_EQ(database.query("SELECT count(*) FROM candle"), "0");
    now_ += 1;
    commit();
    make();
    EXPECT_EQ(database.query("SELECT sum(trades) FROM candle"), "7");
    EXPECT_EQ(database.query("SELECT count(*) FROM index_value"), "0");
    now_ += kHour - 60;
    commit();
    make();
    EXPECT_EQ(database.query("SELECT sum(trades) FROM candle WHERE interval_s = 3600"), "7");
    expect_index();
    // A second time there is nothing to do.
    const std::string before = database.query("SELECT xmin FROM market_data_progress");
    make();
    EXPECT_EQ(database.query("SELECT xmin FROM market_data_progress"), before);
}

TEST_F(MarketDataMade, EachFixingIsToldOnceInItsOrder) {
    now_ -= now_ % kDay;
    const std::int64_t day = now_;
    const auto fix_until = [&](std::int64_t time) {
        now_ = time;
        commit();
        make();
    };
    // Some are forwards, which do not count.
    for (int i = 0; i < 60; ++i)
        trade(0, 1);
    fix_until(day + kHour);
    std::vector<std::vector<db::IndexRow>> heard;
    FixingNews news(pool, [&](const auto& series) { heard.push_back(series); });
    news.tell({});
    EXPECT_TRUE(heard.empty()) << "what was fixed before is no news";
    // Two hours at once: two fixings.
    fix_until(day + 3 * kHour);
    news.tell({});
    news.tell({});
    ASSERT_EQ(heard.size(), 2U);
    for (std::int64_t i = 0; i < 2; ++i) {
        const auto& series = heard.at(static_cast<std::size_t>(i));
        EXPECT_EQ(series.size(), 4U);
        for (const db::IndexRow& row : series) {
            EXPECT_EQ(row.market, kMarket);
            EXPECT_EQ(row.at, Time(day + (i + 2) * kHour));
        }
    }
    EXPECT_EQ(heard.back(),
              pool.read("test", [](db::Tx& tx) { return db::list_last_fixing(tx, kMarket); }));
}

TEST_F(MarketDataMade, AFixingOfAnotherServerIsToldFromTheStart) {
    // What was fixed until the loop first looked, a second after its server had let clients in, was
    // taken for known: they had a snapshot without it.
    now_ -= now_ % kDay;
    for (int i = 0; i < 60; ++i)
        trade(0, 1);
    flush();
    std::atomic<int> heard = 0;
    const MarketDataLoop loop(pool, [&heard](const auto&) { ++heard; }, std::chrono::seconds(1));
    now_ += kHour;
    commit();
    make();
    EXPECT_TRUE(
        support::wait_until(1'000, std::chrono::milliseconds(10), [&heard] { return heard > 0; }));
}

TEST_F(MarketDataMade, AnOwnerOfThePoolIsRelated) {
    const auto exclusions = [&] {
        flush();
        std::vector<matching::Exclusion> out;
        db::PublicTradeFilter filter;
        filter.market = kMarket;
        for (const auto& row :
             pool.read("test", [&](db::Tx& tx) { return db::list_public_trades(tx, filter, {}); })
                 .rows)
            out.push_back(row.trade.exclusion == matching::Exclusion::kForward
                              ? matching::Exclusion::kNone
                              : row.trade.exclusion);
        return out;
    };
    const auto title = [&](std::int64_t from, std::int64_t owner, const std::string& state,
                           const std::string& missing) {
        database.execute(
            "INSERT INTO title (pool, from_s, owners, shares_ppm, log_index, state,"
            " missing) VALUES (" +
            literal(uuid(3, 1)) + ", " + std::to_string(from) + ", ARRAY[" +
            literal(uuid(1, owner)) + "]::uuid[], '{1000000}', " + std::to_string(log_size_++) +
            ", " + literal(state) + ", " + missing + ")");
    };
    title(now_ - 10, 4, "confirmed", "'{}'");
    title(now_ + 20, 5, "past", "'{}'");
    title(now_ + 40, 0, "confirmed", "'{}'");
    title(now_, 2, "proposed", "ARRAY[" + literal(uuid(1, 2)) + "]::uuid[]");
    trade(4, 1);
    trade(2, 1);
    now_ += 20;
    trade(4, 1);
    trade(5, 1);
    now_ += 20;
    trade(5, 1);
    trade(0, 1);
    using enum matching::Exclusion;
    auto expected = std::vector{kRelated, kNone, kNone, kRelated, kNone, kRelated};
    // Of one second, ids sort as they please.
    auto found = exclusions();
    for (const std::size_t i : {0U, 2U, 4U}) {
        for (auto* list : {&expected, &found})
            std::sort(list->begin() + static_cast<std::ptrdiff_t>(i),
                      list->begin() + static_cast<std::ptrdiff_t>(i) + 2);
    }
    EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace suanpan::services
