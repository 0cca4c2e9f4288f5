#include "base/time.hpp"
#include "tests/chaos/exchange_floor.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace suanpan::chaos {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::size_t kMostKept = 12;

// A buyer, and the orders of it that may still be open.
class Buyer {
 public:
    Buyer(Client& client, const Cluster& cluster, bool poor)
        : client_(client), cluster_(cluster), poor_(poor) {}

    void act() {
        demo::Dice& dice = client_.dice();
        const std::int64_t what = dice.below(100);
        if (what < 62 || open_.empty())
            place();
        else if (what < 78)
            cancel();
        else if (what < 90)
            replace();
        else if (what < 98)
            place_many();
        else
            cancel_all();
    }

 private:
    Json order() {
        demo::Dice& dice = client_.dice();
        const std::int64_t now = cluster_.now_s() / kMinute * kMinute;
        const std::int64_t start = now + kMinute * dice.between(3, 40);
        const std::int64_t end = start + kMinute * dice.between(5, 30);
        Json order{{"side", "buy"},
                   {"market", "AI-FP16/CNY"},
                   {"unit", "lot"},
                   {"quantity", dice.between(1, 4)},
                   // Fractions of a yuan, so that every amount is rounded.
                   {"limit_price", std::to_string(dice.between(4, 6)) + "." +
                                       std::to_string(dice.between(100'000, 999'999))},
                   {"same_site", dice.chance(500)},
                   {"window", {{"start", to_string(Time(start))}, {"end", to_string(Time(end))}}}};
        if (dice.chance(150)) order["time_in_force"] = "ioc";
        if (dice.chance(80)) order["all_or_none"] = true;
        if (dice.chance(700))
            order["client_order_id"] = client_.name() + "." + std::to_string(next_name_++);
        return order;
    }

    void keep(const Json& order) {
        const std::string state = order.value("state", "");
        if (state == "open" || state == "partially_filled") open_.push_back(order["id"]);
        if (open_.size() > kMostKept) open_.erase(open_.begin());
    }

    void place() {
        const Told told = client_.post(Kind::kPlace, "POST /v1/orders", "/v1/orders", order());
        if (told.status == 201) keep(told.body);
    }

    void place_many() {
        Json orders = Json::array();
        const std::int64_t count = client_.dice().between(2, 5);
        for (std::int64_t i = 0; i < count; ++i)
            orders.push_back(order());
        const Told told = client_.post(Kind::kPlaceMany, "POST /v1/orders:batch",
                                       "/v1/orders:batch", {{"orders", orders}});
        if (told.status != 200) return;
        for (const Json& result : told.body["results"]) {
            if (result["status"] == 201) keep(result["order"]);
        }
    }

    std::string take_one() {
        const auto at = static_cast<std::ptrdiff_t>(
            client_.dice().below(static_cast<std::int64_t>(open_.size())));
        std::string id = open_.at(static_cast<std::size_t>(at));
        open_.erase(open_.begin() + at);
        return id;
    }

    void cancel() {
        client_.post(Kind::kCancel, "POST /v1/orders/{id}:cancel",
                     "/v1/orders/" + take_one() + ":cancel", Json::object());
    }

    void replace() {
        demo::Dice& dice = client_.dice();
        const std::string id = take_one();
        const std::int64_t lots = poor_ ? 200 : dice.between(1, 5);
        const Told told = client_.post(
            Kind::kReplace, "POST /v1/orders/{id}:replace", "/v1/orders/" + id + ":replace",
            {{"quantity", lots}, {"limit_price", std::to_string(dice.between(4, 6)) + ".000000"}});
        if (told.status == 200) keep(told.body);
    }

    void cancel_all() {
        open_.clear();
        client_.post(Kind::kCancelAll, "POST /v1/orders:cancel-all", "/v1/orders:cancel-all",
                     Json::object());
    }

    Client& client_;
    const Cluster& cluster_;
    bool poor_;
    int next_name_ = 0;
    std::vector<std::string> open_;
};

}  // namespace

void trade_as_buyer(Client& client, const Cluster& cluster, bool poor) {
    Buyer buyer(client, cluster, poor);
    while (!client.over()) {
        buyer.act();
        std::this_thread::sleep_for(std::chrono::milliseconds(client.dice().below(25)));
    }
}

}  // namespace suanpan::chaos
