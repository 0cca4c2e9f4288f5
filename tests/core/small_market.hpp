#pragma once

// A market with one operator, providers and buyers, driven by commands, whose log is kept.

#include "base/crypto.hpp"
#include "base/dsse.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/commands.hpp"
#include "core/entries.hpp"
#include "core/market.hpp"
#include "settlement/reading.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suanpan::core {

inline const std::string kCurrency = "CNY";
inline const matching::MarketKey kMarket{"AI-FP16", kCurrency};
inline const Time kStart = Time(1'800'000'000);  // 2027-01-15T08:00:00Z

// Ids that are easy to make: the same number gives the same id.
template <typename IdType>
IdType numbered(std::uint8_t number) {
    IdType id;
    id.bytes = make_id_bytes(kStart, {number, 1, 2, 3, 4, 5, 6, 7, 8, number});
    return id;
}

// The operator's persons.
inline const UserId kFirstPerson = numbered<UserId>(1);
inline const UserId kSecondPerson = numbered<UserId>(2);

inline constexpr std::array<std::uint8_t, 2> kProviders{2, 3};
inline constexpr std::array<std::uint8_t, 2> kBuyers{4, 5};

class SmallMarket {
 public:
    // After this: organisations 1 (operator), 2 and 3 (providers, who may buy), 4 and 5 (buyers);
    // pools 2 and 3 with ten lots each of 100 CU; 1 % buyer's fee, 2 % provider's; deposits of
    // 1,000 CNY.
    SmallMarket();

    // Applies a command; keeps its entries in `log`. `taken` says whether changes are taken after
    // it.
    // `signature`: the envelope of one that its author signed.
    CommandOutcome run(const OrganisationId& actor, CommandBody body, std::string signature = {});
    CommandOutcome run_at(Time time, const OrganisationId& actor, CommandBody body) {
        now = time;
        return run(actor, std::move(body));
    }

    // Money in, or out with a minus: the operator's first person asks, the second approves. Gives
    // what became of the last of the two that was run.
    CommandOutcome move_cash(const OrganisationId& organisation, std::int64_t micro);
    // The same for what the operator does by two persons: `asks` names the first one.
    CommandOutcome by_two(CommandBody asks);
    CommandOutcome trust_key(const SigningKeyId& id, const OrganisationId& organisation,
                             const PublicKey& key) {
        return by_two(RegisterPaymentKey{id, organisation, key, kFirstPerson});
    }
    CommandOutcome close_month(settlement::Month month) {
        return by_two(ClosePeriod{month, kFirstPerson});
    }

    PlaceOrder sell(std::uint8_t provider, std::int64_t lots, const char* price,
                    Window window) const;
    PlaceOrder buy(std::uint8_t buyer, std::int64_t lots, const char* price, Window window) const;
    // One reading of the provider's meter over `window`, with the cumulative `lot_us` at its end.
    SubmitReadings reading(std::uint8_t provider, const LeaseId& lease, std::int64_t seq,
                           Window window, std::int64_t lot_us,
                           const settlement::Gauges& gauges = {});
    // With the changes that nobody took yet; keeps what `lines` and `projects` need.
    Rows take_changes();
    [[nodiscard]] Money balance(std::uint8_t organisation, settlement::AccountKind kind) const;

    static OrganisationId organisation(std::uint8_t number) {
        return numbered<OrganisationId>(number);
    }
    static Window hours(std::int64_t from, std::int64_t to) {
        return Window{Time(kStart.value + from * 3600), Time(kStart.value + to * 3600)};
    }

    Market market;
    std::vector<std::string> log;
    std::vector<SettlementLineRow> lines;   // of all changes that were taken
    std::map<OrderId, ProjectId> projects;  // of orders that are for one
    std::map<LeaseId, OrderId> buy_orders;
    Time now = kStart;
    bool take_changes_each_time = true;
    // What providers' meters sign with since a rotation: the number of a meter_seed().
    std::map<std::uint8_t, std::uint8_t> new_keys;

 private:
    std::uint32_t commands_ = 0;
    std::map<LeaseId, Hash> last_reading_;
};

// The schedule in force at first.
SetSchedule small_schedule();

// The seed of the meter of a provider.
Seed meter_seed(std::uint8_t provider);

}  // namespace suanpan::core
