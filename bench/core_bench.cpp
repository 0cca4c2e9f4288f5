// The market core alone, without database and network: what a command costs from apply() to its
// log entries and changed rows, and what replaying it costs.

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "bench/common/payer.hpp"
#include "core/market.hpp"
#include "core/replay.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace suanpan::core {
namespace {

const Time kNow(1'800'000'000);
const matching::MarketKey kMarket{"AI-FP16", "CNY"};

template <typename IdType>
IdType numbered(std::uint8_t number) {
    IdType id;
    id.bytes = make_id_bytes(kNow, {number, 0, 0, 0, 0, 0, 0, 0, 0, number});
    return id;
}

// One operator, one provider with a large pool, one rich buyer.
class Exchange {
 public:
    explicit Exchange(bool keep = false) : keep_log(keep) {
        const auto boss = numbered<OrganisationId>(1);
        const auto provider = numbered<OrganisationId>(2);
        run(boss, RegisterOrganisation{boss, {Role::kOperator}});
        bench::Payer payer;
        payer.register_with(boss, [&](CommandBody body) {
            const auto outcome = run(boss, std::move(body));
            return outcome.request ? outcome.request->approval.id : ApprovalId{};
        });
        run(boss, RegisterOrganisation{provider, {Role::kProvider}});
        run(boss, RegisterOrganisation{numbered<OrganisationId>(3), {Role::kBuyer}});
        SetSchedule schedule;
        schedule.fees.buyer_taker = Ppm(10'000);
        schedule.efficiency["AI-FP16"] = Ppm(450'000);
        run(boss, schedule);
        RegisterModel model;
        model.model.id = "npu";
        model.model.peak["AI-FP16"] = Rate(312'000);
        run(boss, model);
        DefineMarket define;
        define.rules.key = kMarket;
        run(boss, define);
        run(provider, RegisterSite{numbered<SiteId>(1), provider, "guizhou"});
        RegisterPool pool;
        pool.id = numbered<PoolId>(1);
        pool.organisation = provider;
        pool.site = numbered<SiteId>(1);
        pool.model = "npu";
        pool.lots = Lots(900'000'000);
        run(provider, pool);
        run(boss, payer.pay(numbered<OrganisationId>(3), "CNY", Money(4'000'000'000'000'000'000)));
    }

    CommandOutcome run(const OrganisationId& actor, CommandBody body) {
        CommandId id;
        const std::uint64_t number = ++commands_;
        std::array<std::uint8_t, 10> bits{};
        for (std::size_t i = 0; i < 8; ++i)
            bits[2 + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
        id.bytes = make_id_bytes(kNow, bits);
        CommandOutcome outcome =
            market.apply(Command(id, actor, Auth::kApiKey, std::move(body)), kNow);
        if (keep_log) {
            for (const EntryDraft& entry : outcome.entries)
                log.push_back(entry.bytes);
        }
        return outcome;
    }

    [[nodiscard]] static PlaceOrder order(Side side, std::int64_t lots, std::int64_t price) {
        PlaceOrder out;
        out.terms.organisation = numbered<OrganisationId>(side == Side::kSell ? 2 : 3);
        out.terms.market = kMarket;
        out.terms.side = side;
        out.terms.quantity = lots;
        out.terms.limit_price = Price(price);
        out.terms.window = Window{Time(kNow.value + 3600), Time(kNow.value + 7200)};
        if (side == Side::kSell) out.terms.pool = numbered<PoolId>(1);
        return out;
    }

    Market market;
    std::vector<std::string> log;
    bool keep_log;

 private:
    std::uint64_t commands_ = 0;
};

void BM_PlaceAndCancel(benchmark::State& state) {
    Exchange exchange;
    const auto buyer = numbered<OrganisationId>(3);
    for (auto _ : state) {
        const auto placed = exchange.run(buyer, Exchange::order(Side::kBuy, 1, 1'000'000));
        exchange.run(buyer, CancelOrder{*placed.order});
        benchmark::DoNotOptimize(exchange.market.take_changes());
    }
    state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(BM_PlaceAndCancel)->Name("core/place_and_cancel");

// A sell and the buy that takes it: two orders, a trade, a lease.
void BM_Trade(benchmark::State& state) {
    Exchange exchange;
    const auto provider = numbered<OrganisationId>(2);
    const auto buyer = numbered<OrganisationId>(3);
    for (auto _ : state) {
        exchange.run(provider, Exchange::order(Side::kSell, 1, 1'000'000));
        const auto bought = exchange.run(buyer, Exchange::order(Side::kBuy, 1, 1'000'000));
        if (bought.trades.size() != 1) state.SkipWithError("no trade");
        benchmark::DoNotOptimize(exchange.market.take_changes());
    }
    state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(BM_Trade)->Name("core/trade")->Iterations(20'000);

// Entries a second, each made again by the rules and compared byte for byte.
void BM_Replay(benchmark::State& state) {
    Exchange exchange(true);
    for (int i = 0; i < 1'000; ++i) {
        exchange.run(numbered<OrganisationId>(2), Exchange::order(Side::kSell, 1, 1'000'000));
        exchange.run(numbered<OrganisationId>(3), Exchange::order(Side::kBuy, 1, 1'000'000));
    }
    for (auto _ : state) {
        Replay replay;
        for (const std::string& entry : exchange.log) {
            if (!replay.next(entry)) state.SkipWithError("the replay differs");
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(exchange.log.size()));
}
BENCHMARK(BM_Replay)->Name("core/replay");

void BM_LeafHash(benchmark::State& state) {
    const std::string entry(static_cast<std::size_t>(state.range(0)), 'x');
    for (auto _ : state)
        benchmark::DoNotOptimize(sha256({std::string_view("\0", 1), entry}));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_LeafHash)->Name("ledger/leaf_hash")->Arg(400)->Arg(1'000);

}  // namespace
}  // namespace suanpan::core
