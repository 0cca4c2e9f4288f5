#include "base/time.hpp"
#include "client/meter.hpp"
#include "tests/chaos/exchange_floor.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace suanpan::chaos {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::size_t kMostLeases = 200;  // looked at in one round
constexpr std::size_t kMostEnvelopes = 20;

// A provider: it sells, hands over what was sold, and its meter reports what it delivered.
class Seller {
 public:
    Seller(Client& client, const Cluster& cluster, const Provider& provider)
        : client_(client),
          cluster_(cluster),
          provider_(provider),
          meter_(parse_id<MeterId>(provider.meter).value(), settlement::MeterRole::kProvider,
                 provider.meter_seed) {}

    void act() {
        const std::int64_t what = client_.dice().below(100);
        if (what < 45)
            offer();
        else if (what < 55)
            withdraw();
        else if (what < 75)
            hand_over();
        else
            measure();
    }

 private:
    struct Metered {
        Window active;
        std::int64_t lots = 0;
        Time measured;
    };

    void offer() {
        demo::Dice& dice = client_.dice();
        const std::int64_t now = cluster_.now_s() / kMinute * kMinute;
        const std::int64_t start = now + kMinute * dice.between(2, 10);
        const std::int64_t end = start + kMinute * dice.between(40, 120);
        Json order{{"side", "sell"},
                   {"market", "AI-FP16/CNY"},
                   {"price_unit", "lot"},
                   {"quantity", dice.between(2, kPoolLots)},
                   {"limit_price", std::to_string(dice.between(4, 5)) + "." +
                                       std::to_string(dice.between(100'000, 999'999))},
                   {"pool", provider_.pools.at(static_cast<std::size_t>(dice.below(2)))},
                   {"window", {{"start", to_string(Time(start))}, {"end", to_string(Time(end))}}}};
        if (dice.chance(600))
            order["client_order_id"] = client_.name() + "." + std::to_string(next_name_++);
        const Told told = client_.post(Kind::kPlace, "POST /v1/orders", "/v1/orders", order);
        if (told.status != 201) return;
        const std::string state = told.body["state"];
        if (state == "open" || state == "partially_filled") open_.push_back(told.body["id"]);
    }

    void withdraw() {
        if (open_.size() < 6) return;
        const auto at = client_.dice().below(static_cast<std::int64_t>(open_.size()));
        const std::string id = open_.at(static_cast<std::size_t>(at));
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
        client_.post(Kind::kCancel, "POST /v1/orders/{id}:cancel", "/v1/orders/" + id + ":cancel",
                     Json::object());
    }

    void advance(const std::string& lease, const std::string& action) {
        client_.post(Kind::kAdvance, "POST /v1/leases/{id}:" + action,
                     "/v1/leases/" + lease + ":" + action, Json::object());
    }

    // Those that wait for it, some a round.
    void hand_over() {
        const Json accepted = client_.get("/v1/leases?role=provider&state=provisioning&limit=20");
        for (const Json& lease : items(accepted)) {
            if (client_.over()) return;
            if (client_.dice().chance(800)) advance(lease["id"], "activate");
        }
        const Json sold = client_.get("/v1/leases?role=provider&state=scheduled&limit=20");
        for (const Json& lease : items(sold)) {
            if (client_.over()) return;
            if (client_.dice().chance(800)) advance(lease["id"], "accept");
        }
    }

    static std::vector<Json> items(const Json& page) {
        if (!page.is_object() || !page.contains("items")) return {};
        return page["items"].get<std::vector<Json>>();
    }

    void measure() {
        const Json page = client_.get("/v1/leases?role=provider&state=active&limit=200");
        for (const Json& lease : items(page)) {
            if (metered_.size() >= kMostLeases) break;
            const Time from = parse_time(lease["active_from"].get<std::string>()).value();
            const Time end = parse_time(lease["window"]["end"].get<std::string>()).value();
            const std::int64_t lots = lease["lots"];
            if (from < end) metered_.try_emplace(lease["id"], Metered{{from, end}, lots, from});
        }
        Json envelopes = Json::array();
        const Time now(cluster_.now_s());
        for (auto at = metered_.begin(); at != metered_.end();) {
            if (envelopes.size() < kMostEnvelopes) report(at->first, at->second, now, envelopes);
            at = at->second.measured == at->second.active.end ? metered_.erase(at) : std::next(at);
        }
        if (envelopes.empty()) return;
        client_.post(Kind::kReadings, "POST /v1/readings:batch", "/v1/readings:batch",
                     {{"envelopes", envelopes}}, false);
    }

    // What was delivered since the last time, up to now: nearly all of it.
    void report(const std::string& id, Metered& lease, Time now, Json& envelopes) {
        std::vector<client::Measurement> readings;
        while (lease.measured < lease.active.end) {
            const Time until =
                std::min(floor_to_grid(Time(lease.measured.value + kReadingS), Duration(kReadingS)),
                         lease.active.end);
            if (until > now) break;
            client::Measurement reading;
            reading.window = {lease.measured, until};
            const std::int64_t whole = lease.lots * reading.window.length().value * 1'000'000;
            reading.lot_us = client_.dice().chance(100) ? whole * 9 / 10 : whole;
            reading.busy_us = reading.lot_us / 2;
            readings.push_back(reading);
            lease.measured = until;
        }
        if (readings.empty()) return;
        for (const std::string& text : meter_.sign(parse_id<LeaseId>(id).value(), readings))
            envelopes.push_back(*parse_json(text));
    }

    Client& client_;
    const Cluster& cluster_;
    const Provider& provider_;
    client::Meter meter_;
    int next_name_ = 0;
    std::vector<std::string> open_;
    std::map<std::string, Metered> metered_;
};

}  // namespace

void trade_as_provider(Client& client, const Cluster& cluster, const Provider& provider) {
    Seller seller(client, cluster, provider);
    while (!client.over()) {
        seller.act();
        std::this_thread::sleep_for(std::chrono::milliseconds(client.dice().below(25)));
    }
}

void work_as_clerk(Client& first, Client& second, const Floor& floor) {
    for (int round = 0; !first.over(); ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(first.dice().between(300, 900)));
        if (round % 3 == 2) {
            first.post(Kind::kSettle, "POST /v1/settlement-runs", "/v1/settlement-runs",
                       Json::object());
            continue;
        }
        const auto buyer = static_cast<std::size_t>(
            first.dice().below(static_cast<std::int64_t>(floor.buyers.size())));
        const Told asked = first.post(
            Kind::kMoney, "POST /v1/accounts/{organisation}/deposits",
            "/v1/accounts/" + to_string(floor.buyers.at(buyer).organisation) + "/deposits",
            {{"currency", "CNY"},
             {"amount", std::to_string(first.dice().between(1, 20)) + ".000000"},
             {"reference", "round " + std::to_string(round)}});
        if (asked.status >= 300 || asked.status == 0) continue;
        second.post(Kind::kMoney, "POST /v1/cash-requests/{id}:approve",
                    "/v1/cash-requests/" + asked.body["id"].get<std::string>() + ":approve",
                    Json::object());
    }
}

}  // namespace suanpan::chaos
