// What a query shows to a tenant when its filter was forgotten, and that nothing of a tenant's own
// is lost by the policies: after a random day.
#include "db/queries/accounts.hpp"
#include "db/queries/billing.hpp"
#include "db/queries/settlements.hpp"
#include "db/queries/titles.hpp"
#include "db/queries/trading.hpp"
#include "db/reader.hpp"
#include "services/exports/exports.hpp"
#include "services/exports/statement_csv.hpp"
#include "services/exports/statement_html.hpp"
#include "tests/services/trading_fixture.hpp"

#include <set>

namespace suanpan::services {
namespace {

constexpr Time kEver{4'000'000'000};

std::string all_of(TextSource& source) {
    std::string out;
    for (std::string piece = source.next(); !piece.empty(); piece = source.next())
        out += piece;
    return out;
}

class TenantReads : public Trading {
 protected:
    void SetUp() override {
        Trading::SetUp();
        loop_ = open();
        trade(*loop_, 600, 20);
        tenants_ = parties.buyers;
        tenants_.insert(tenants_.end(), parties.providers.begin(), parties.providers.end());
    }

    // Ids of all pages of a list.
    template <typename List, typename IdOf>
    std::set<std::string> ids(const db::Reader& reader, const List& list, const IdOf& id_of) {
        std::set<std::string> out;
        db::Page page;
        page.limit = 200;
        while (true) {
            const auto listed = reader.read("test", [&](db::Tx& tx) { return list(tx, page); });
            for (const auto& row : listed.rows)
                out.insert(to_string(id_of(row)));
            if (!listed.has_more) return out;
            page.after = id_of(listed.rows.back()).bytes;
        }
    }
    // A list without a filter, by the tenant; the same with the service's filter, by the server.
    template <typename Filter, typename Find, typename IdOf>
    void expect_same(const OrganisationId& tenant, const Find& find, const Filter& filter,
                     const IdOf& id_of) {
        const auto bare = ids(
            db::Reader::of_tenant(pool, tenant),
            [&](db::Tx& tx, const db::Page& page) { return find(tx, Filter{}, page); }, id_of);
        const auto filtered = ids(
            db::Reader::of_all(pool),
            [&](db::Tx& tx, const db::Page& page) { return find(tx, filter, page); }, id_of);
        EXPECT_EQ(bare, filtered);
        rows_ += bare.size();
    }

    std::unique_ptr<CoreLoop> loop_;
    std::vector<OrganisationId> tenants_;
    std::size_t rows_ = 0;
};

TEST_F(TenantReads, AForgottenFilterShowsNothingForeign) {
    for (const OrganisationId& tenant : tenants_) {
        db::OrderFilter orders;
        orders.organisation = tenant;
        expect_same(tenant, db::list_orders, orders,
                    [](const db::OrderInfo& order) { return order.row.view.terms.id; });
        db::TradeFilter trades;
        trades.party = tenant;
        expect_same(tenant, db::list_trades, trades,
                    [](const core::TradeRow& trade) { return trade.id; });
        db::JournalFilter journal;
        journal.organisation = tenant;
        expect_same(tenant, db::list_journal, journal,
                    [](const settlement::JournalEntry& entry) { return entry.id; });
        const db::Reader reader = db::Reader::of_tenant(pool, tenant);
        for (const core::BalanceRow& row :
             reader.read("test", [](db::Tx& tx) { return db::list_all_balances(tx, {}); }))
            EXPECT_EQ(row.account.organisation, tenant);
        for (const db::Payout& row :
             reader.read("test", [](db::Tx& tx) { return db::list_payouts(tx, {}, {}, 1'000); }))
            EXPECT_EQ(row.organisation, tenant);
    }
    EXPECT_GT(rows_, 10U);
}

// Buyers and sellers see their leases, readings and windows; the first provider those of the
// other's pool too, which it owns a share of.
TEST_F(TenantReads, LeasesAreTheirPartiesAndTheOwnersOfTheirPool) {
    const auto lease_id = [](const core::LeaseRow& lease) { return lease.id; };
    for (const OrganisationId& tenant : tenants_) {
        const db::Reader reader = db::Reader::of_tenant(pool, tenant);
        const auto seen = ids(
            reader, [](db::Tx& tx, const db::Page& page) { return db::list_leases(tx, {}, page); },
            lease_id);
        std::set<std::string> expected;
        for (const core::LeaseRow& lease : pool.read("test", [](db::Tx& tx) {
                 db::Page page;
                 page.limit = 200;
                 return db::list_leases(tx, {}, page).rows;
             })) {
            const bool party = lease.buyer == tenant || lease.provider == tenant;
            const bool owner = tenant == parties.providers[0] && lease.pool == parties.pools[1];
            if (party || owner) expected.insert(to_string(lease.id));
            const auto readings = reader.read("test", [&lease](db::Tx& tx) {
                return db::list_readings(tx, {lease.id, {}}, {}).rows.size();
            });
            const auto all = pool.read("test", [&lease](db::Tx& tx) {
                return db::list_readings(tx, {lease.id, {}}, {}).rows.size();
            });
            EXPECT_EQ(readings, party ? all : 0);
            const auto windows = reader.read(
                "test", [&lease](db::Tx& tx) { return db::list_windows(tx, lease.id).size(); });
            EXPECT_EQ(windows, party || owner
                                   ? pool.read("test",
                                               [&lease](db::Tx& tx) {
                                                   return db::list_windows(tx, lease.id).size();
                                               })
                                   : 0);
        }
        EXPECT_EQ(seen, expected);
        rows_ += seen.size();
    }
    EXPECT_GT(rows_, 2U);
}

TEST_F(TenantReads, StatementsAndExportsAreTheSameAsWithoutTheWall) {
    const db::Reader server = db::Reader::of_all(pool);
    for (const OrganisationId& tenant : tenants_) {
        const db::Reader reader = db::Reader::of_tenant(pool, tenant);
        const ExportRequest request{tenant, std::nullopt, Time(0), kEver};
        EXPECT_EQ(all_of(*focus_text(reader, request)), all_of(*focus_text(server, request)));
        EXPECT_EQ(all_of(*payouts_text(reader, tenant)), all_of(*payouts_text(server, tenant)));
        EXPECT_EQ(all_of(**journal_text(reader, "hledger", request)),
                  all_of(**journal_text(server, "hledger", request)));
        const StatementRequest period{tenant, std::nullopt, Time(0), kEver};
        const auto statement = [&period, &tenant](const db::Reader& by, bool html) {
            auto writer = html ? make_statement_html() : make_statement_csv(tenant);
            return all_of(
                *statement_text(by, read_statement_heading(by, period), std::move(writer)));
        };
        const std::string csv = statement(reader, false);
        EXPECT_EQ(csv, statement(server, false));
        EXPECT_EQ(statement(reader, true), statement(server, true));
        rows_ += csv.size();
    }
    EXPECT_GT(rows_, 500U);
}

}  // namespace
}  // namespace suanpan::services
