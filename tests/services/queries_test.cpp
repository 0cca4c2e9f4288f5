// What the repositories read, against what the core said after a random day.
#include "db/queries/accounts.hpp"
#include "db/queries/capacity.hpp"
#include "db/queries/identity.hpp"
#include "db/queries/log.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/titles.hpp"
#include "db/queries/trading.hpp"
#include "tests/services/trading_fixture.hpp"

#include <algorithm>
#include <set>

namespace suanpan::services {
namespace {

class Queries : public Trading {
 protected:
    void SetUp() override {
        Trading::SetUp();
        loop_ = open();
        trade(*loop_, 400, 20);
        loop_->inspect([this](const core::Market& market) { state_ = market.state(); });
    }

    template <typename Read>
    auto read(const Read& read) {
        return pool.read("test", read);
    }

    // All pages of a list, in steps of three, with the ids in order.
    template <typename List, typename IdOf>
    auto all_pages(const List& list, const IdOf& id_of, bool newest_first = false) {
        const auto by_id = [&id_of](const auto& row) { return id_of(row).bytes; };
        return all_pages_by(list, id_of, by_id, newest_first);
    }

    // The same in an order of the list's own.
    template <typename List, typename IdOf, typename OrderOf>
    auto all_pages_by(const List& list, const IdOf& id_of, const OrderOf& order_of,
                      bool newest_first = false) {
        db::Page page;
        page.limit = 3;
        page.newest_first = newest_first;
        auto listed = list(page);
        auto all = listed.rows;
        while (listed.has_more) {
            EXPECT_EQ(listed.rows.size(), 3U);
            page.after = id_of(all.back()).bytes;
            listed = list(page);
            all.insert(all.end(), listed.rows.begin(), listed.rows.end());
        }
        for (std::size_t i = 1; i < all.size(); ++i) {
            const bool rises = order_of(all[i - 1]) < order_of(all[i]);
            EXPECT_EQ(rises, !newest_first);
        }
        return all;
    }

    std::size_t count(const std::string& from) {
        return static_cast<std::size_t>(std::stoll(database.query("SELECT count(*) FROM " + from)));
    }

    std::unique_ptr<CoreLoop> loop_;
    core::Rows state_;
};

TEST_F(Queries, OrdersByOwnerStateAndMarket) {
    const auto id_of = [](const db::OrderInfo& info) { return info.row.view.terms.id; };
    const auto list = [&](const db::OrderFilter& filter, bool newest = false) {
        return all_pages(
            [&](const db::Page& page) {
                return read([&](db::Tx& tx) { return db::list_orders(tx, filter, page); });
            },
            id_of, newest);
    };
    EXPECT_EQ(list({}).size(), count("orders"));
    EXPECT_EQ(list({}, true).size(), count("orders"));
    db::OrderFilter open;
    open.open_only = true;
    const auto rows = list(open);
    EXPECT_EQ(rows.size(), state_.orders.size());
    for (const core::OrderRow& order : state_.orders) {
        const auto found =
            read([&](db::Tx& tx) { return db::find_order(tx, order.view.terms.id); });
        ASSERT_TRUE(found);
        EXPECT_EQ(found->row, order);
    }
    std::size_t parts = 0;
    for (const auto& who :
         {parties.providers[0], parties.providers[1], parties.buyers[0], parties.buyers[1]}) {
        db::OrderFilter own;
        own.organisation = who;
        own.market = kTestMarket;
        for (const db::OrderInfo& info : list(own)) {
            EXPECT_EQ(info.row.view.terms.organisation, who);
            ++parts;
        }
    }
    EXPECT_EQ(parts, count("orders"));
    db::OrderFilter filled;
    filled.state = matching::OrderState::kFilled;
    filled.side = Side::kBuy;
    EXPECT_EQ(list(filled).size(), count("orders WHERE state = 'filled' AND side = 'buy'"));
    db::OrderFilter elsewhere;
    elsewhere.market = matching::MarketKey{"AI-FP16", "EUR"};
    EXPECT_TRUE(list(elsewhere).empty());
}

TEST_F(Queries, TradesAndLeasesByParty) {
    const auto trades = [&](const db::TradeFilter& filter) {
        return all_pages(
            [&](const db::Page& page) {
                return read([&](db::Tx& tx) { return db::list_trades(tx, filter, page); });
            },
            [](const core::TradeRow& row) { return row.id; });
    };
    const auto all = trades({});
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.size(), count("trade"));
    db::TradeFilter mine;
    mine.party = all.front().fill.buyer;
    mine.order = all.front().fill.sell;
    mine.from = all.front().time;
    mine.until = Time(all.front().time.value + 1);
    const auto found = trades(mine);
    EXPECT_TRUE(std::ranges::find(found, all.front()) != found.end());
    mine.until = mine.from;
    EXPECT_TRUE(trades(mine).empty());

    const auto leases = [&](const db::LeaseFilter& filter) {
        return all_pages(
            [&](const db::Page& page) {
                return read([&](db::Tx& tx) { return db::list_leases(tx, filter, page); });
            },
            [](const core::LeaseRow& row) { return row.id; });
    };
    EXPECT_EQ(leases({}).size(), all.size());
    db::LeaseFilter of_buyer;
    of_buyer.buyer = parties.buyers[0];
    db::LeaseFilter of_other;
    of_other.buyer = parties.buyers[1];
    EXPECT_EQ(leases(of_buyer).size() + leases(of_other).size(), all.size());
    for (const core::LeaseRow& lease : state_.leases) {
        const auto stored = read([&](db::Tx& tx) { return db::find_lease(tx, lease.id); });
        ASSERT_TRUE(stored);
        EXPECT_EQ(*stored, lease);
        const auto occupied = read(
            [&](db::Tx& tx) { return db::list_occupations(tx, lease.pool, lease.terms.window); });
        // Until it was given back, which may be before it was billed to the end, or at its start.
        const Window held{lease.terms.window.start,
                          lease.released_from.value_or(lease.terms.window.end)};
        const bool is_there = std::ranges::any_of(occupied, [&](const db::Occupation& occupation) {
            return occupation.lots == lease.terms.lots && occupation.window == held;
        });
        EXPECT_EQ(is_there, held.start < held.end);
    }
    EXPECT_FALSE(read([](db::Tx& tx) { return db::find_lease(tx, LeaseId{}); }));
}

TEST_F(Queries, CapacityAsItWasRegistered) {
    EXPECT_EQ(read(db::list_models), state_.models);
    EXPECT_EQ(read(db::list_markets), state_.markets);
    EXPECT_EQ(read(db::list_schedules), state_.schedules);
    EXPECT_EQ(read([](db::Tx& tx) { return db::find_market(tx, kTestMarket); }),
              state_.markets.front());
    EXPECT_EQ(read([](db::Tx& tx) { return db::find_model(tx, "test-npu"); }),
              state_.models.front());
    db::PoolFilter filter;
    filter.model = "test-npu";
    const auto pools = read([&](db::Tx& tx) { return db::list_pools(tx, filter, db::Page{}); });
    EXPECT_EQ(pools.rows, state_.pools);
    for (const core::PoolRow& row : state_.pools) {
        EXPECT_EQ(read([&](db::Tx& tx) { return db::find_pool(tx, row.rules.id); }), row);
        EXPECT_TRUE(read([&](db::Tx& tx) { return db::find_site(tx, row.rules.site); }));
        EXPECT_TRUE(
            read([&](db::Tx& tx) { return db::list_attestations(tx, row.rules.id); }).empty());
        std::vector<core::BlockRow> blocks;
        std::ranges::copy_if(state_.blocks, std::back_inserter(blocks),
                             [&](const auto& block) { return block.pool == row.rules.id; });
        auto listed = read([&](db::Tx& tx) { return db::list_blocks(tx, row.rules.id); });
        std::erase_if(listed, [](const auto& block) { return block.ended_at.has_value(); });
        EXPECT_EQ(listed, blocks);
    }
    db::TitleFilter titles;
    titles.pool = parties.pools[1];
    EXPECT_EQ(read([&](db::Tx& tx) { return db::list_titles(tx, titles); }).rows, state_.titles);
    ASSERT_EQ(state_.titles.size(), 1U);
    EXPECT_EQ(state_.titles[0].state, core::TitleState::kConfirmed);
    db::SiteFilter sites;
    sites.organisation = parties.providers[0];
    EXPECT_EQ(read([&](db::Tx& tx) { return db::list_sites(tx, sites, db::Page{}); }).rows.size(),
              1U);
    EXPECT_EQ(read([](db::Tx& tx) { return db::list_organisations(tx, db::Page{}); }).rows.size(),
              state_.organisations.size());
    const auto meters = read([&](db::Tx& tx) { return db::list_meters(tx, parties.providers[0]); });
    ASSERT_EQ(meters.size(), 1U);
    EXPECT_EQ(read([&](db::Tx& tx) { return db::find_meter(tx, meters[0].id); }), meters[0]);
}

TEST_F(Queries, MoneyIsTheSumOfItsJournal) {
    for (const core::BalanceRow& row : state_.balances) {
        EXPECT_EQ(read([&](db::Tx& tx) {
                      return db::balance_before(tx, row.account, Time(clock.now().value + 1));
                  }),
                  row.balance);
        const auto own =
            read([&](db::Tx& tx) { return db::list_balances(tx, row.account.organisation); });
        EXPECT_TRUE(std::ranges::find(own, row) != own.end());
    }
    db::JournalFilter filter;
    filter.organisation = parties.buyers[0];
    filter.currency = kTestMarket.currency;
    const auto entries = all_pages_by(
        [&](const db::Page& page) {
            return read([&](db::Tx& tx) { return db::list_journal(tx, filter, page); });
        },
        [](const settlement::JournalEntry& entry) { return entry.id; },
        [](const settlement::JournalEntry& entry) {
            return std::pair(entry.index, entry.id.bytes);
        });
    std::int64_t available = 0;
    for (const settlement::JournalEntry& entry : entries) {
        for (const settlement::Posting& posting : entry.postings) {
            if (posting.account == settlement::AccountKey{parties.buyers[0], kTestMarket.currency,
                                                          settlement::AccountKind::kAvailable})
                available += posting.amount.value;
        }
    }
    loop_->inspect([&](const core::Market& market) {
        EXPECT_EQ(market
                      .balance({parties.buyers[0], kTestMarket.currency,
                                settlement::AccountKind::kAvailable})
                      .value,
                  available);
    });
}

TEST_F(Queries, SettlementLinesByRunPartyAndTime) {
    const auto runs = read([](db::Tx& tx) { return db::list_runs(tx, db::Page{{}, 200, false}); });
    ASSERT_FALSE(runs.rows.empty());
    const auto last = read(db::find_last_run);
    ASSERT_TRUE(last);
    EXPECT_EQ(read([&](db::Tx& tx) { return db::find_run(tx, last->id); }), last);
    EXPECT_TRUE(read([&](db::Tx& tx) { return db::find_run_of_range(tx, last->from, last->to); }));
    const auto lines = [&](const db::LineFilter& filter) {
        std::vector<db::LineInfo> out;
        const auto number = read([&](db::Tx& tx) {
            out.clear();
            return db::for_each_line(tx, filter,
                                     [&out](const db::LineInfo& line) { out.push_back(line); });
        });
        EXPECT_EQ(static_cast<std::size_t>(number), out.size());
        return out;
    };
    const auto all = lines({});
    EXPECT_EQ(all.size(), count("settlement_line"));
    std::size_t by_run = 0;
    for (const core::RunRow& run : runs.rows) {
        db::LineFilter filter;
        filter.run = run.id;
        by_run += lines(filter).size();
    }
    EXPECT_EQ(by_run, all.size());
    for (const db::LineInfo& line : all) {
        db::LineFilter filter;
        filter.party = line.row.owners.front();
        filter.lease = line.row.lease;
        filter.from = Time(line.row.window.end.value - 1);
        filter.until = line.row.window.end;
        const auto found = lines(filter);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].row, line.row);
        filter.from = line.row.window.end;
        EXPECT_TRUE(lines(filter).empty());
        const auto readings = read([&](db::Tx& tx) {
            return db::list_readings(tx, db::ReadingFilter{line.row.lease}, db::ReadingPage{});
        });
        EXPECT_FALSE(readings.rows.empty());
        EXPECT_FALSE(
            read([&](db::Tx& tx) { return db::list_windows(tx, line.row.lease); }).empty());
    }
}

TEST_F(Queries, TheLogEntryByEntry) {
    const auto entries = read([](db::Tx& tx) { return db::list_entries(tx, LogIndex(2), 5); });
    ASSERT_EQ(entries.size(), 5U);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ(entries[i].index.value, static_cast<std::int64_t>(i) + 2);
        const auto one = read([&](db::Tx& tx) { return db::find_entry(tx, entries[i].index); });
        ASSERT_TRUE(one);
        EXPECT_EQ(one->bytes, entries[i].bytes);
        EXPECT_EQ(one->kind, entries[i].kind);
    }
    EXPECT_FALSE(read([](db::Tx& tx) { return db::find_entry(tx, LogIndex(1'000'000)); }));
}

}  // namespace
}  // namespace suanpan::services
