// A provider's portal: lists its centres' capacity, hands leases over, registers its meters.

#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/party.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace suanpan::demo {
namespace {

constexpr Price kCuTick{100};             // 0.0001
constexpr Price kLotTick{10'000};         // 0.01
constexpr std::int64_t kCheapShare = 70;  // per cent of a pool at its base price
constexpr std::string_view kPeakRatio = "1.15";
constexpr std::size_t kBatch = 500;

class Provider {
 public:
    Json handle(const Json& request) {
        const std::string what = text_of(request, "do");
        if (what == "join") {
            members_ = read_members(request);
            return Json::object();
        }
        if (what == "list") return list(request);
        if (what == "meters") return register_meters(members_, "provider", request);
        if (what == "advance") return advance(parse_time(text_of(request, "now")).value());
        throw std::runtime_error("a provider does not know '" + what + "'");
    }

 private:
    struct Waiting {
        std::size_t member = 0;
        Time start;
    };

    [[nodiscard]] const CentrePlan& centre_of(const Member& member) const {
        for (const CentrePlan& centre : world_.centres) {
            if (centre.id == member.centre) return centre;
        }
        throw std::runtime_error("no centre " + member.centre);
    }

    [[nodiscard]] Json profile(const CentrePlan& centre, const PoolPlan& pool) const {
        Json profile = {{"pue", pool.pue},
                        {"firm", true},
                        {"data_residency", {"CN"}},
                        {"rtt_ms", world_.rtt_ms.at(centre.hub)}};
        if (pool.model.starts_with("ascend")) profile["software"] = {"cann"};
        if (pool.model.starts_with("a100") || pool.model.starts_with("a800") ||
            pool.model.starts_with("v100") || pool.model == "a10")
            profile["software"] = {"cuda"};
        return profile;
    }

    // Two offers a pool: most of it at the base price, the rest dearer. Every second centre asks
    // per CU·h instead of per lot·h.
    static Json offers(const CentrePlan& centre, const PoolPlan& pool, const std::string& pool_id,
                       const Json& window) {
        Json out = Json::array();
        const bool per_cu = std::stoi(centre.id) % 2 == 0;
        const Price base = per_cu ? pool.cu_price : pool.lot_price;
        const Price tick = per_cu ? kCuTick : kLotTick;
        const std::int64_t cheap = std::max<std::int64_t>(1, pool.lots.value * kCheapShare / 100);
        const auto offer = [&](std::int64_t lots, Price price) {
            if (lots <= 0) return;
            out.push_back({{"side", "sell"},
                           {"market", pool.market},
                           {"pool", pool_id},
                           {"price_unit", per_cu ? "cu" : "lot"},
                           {"quantity", lots},
                           {"limit_price", to_string(price)},
                           {"window", window},
                           {"min_duration", "PT15M"}});
        };
        offer(cheap, scaled_price(base, "1", tick));
        offer(pool.lots.value - cheap, scaled_price(base, kPeakRatio, tick));
        return out;
    }

    Json list_pool(Member& member, const CentrePlan& centre, const PoolPlan& pool,
                   const std::string& site, const Json& request) {
        Json wanted{{"site", site},
                    {"model", pool.model},
                    {"lots", pool.lots.value},
                    {"profile", profile(centre, pool)}};
        if (request.contains("titles") && request.at("titles").contains(member.id)) {
            wanted["owners"] = request.at("titles").at(member.id);
            wanted["owners_from"] = request.at("window").at("start");
        }
        const Json made = must(member.api->post("/v1/pools", wanted), "pool of " + centre.name_en);
        const std::string id = text_of(made, "id");
        std::int64_t orders = 0;
        for (const Json& offer : offers(centre, pool, id, request.at("window"))) {
            must(member.api->post("/v1/orders", offer), "offer of " + centre.name_en);
            ++orders;
        }
        return {{"pool", id},
                {"organisation", member.id},
                {"centre", centre.name_zh},
                {"hub", centre.hub},
                {"model", pool.model},
                {"market", pool.market},
                {"lots", pool.lots.value},
                {"capacity_gf", pool.capacity_gf},
                {"rate_mcu", pool.rate.value},
                {"orders", orders}};
    }

    Json list(const Json& request) {
        Json listed = Json::array();
        for (Member& member : members_) {
            const CentrePlan& centre = centre_of(member);
            const Json site =
                must(member.api->post("/v1/sites", {{"name", centre.name_zh}, {"hub", centre.hub}}),
                     "site of " + centre.name_en);
            for (const PoolPlan& pool : centre.pools)
                listed.push_back(list_pool(member, centre, pool, text_of(site, "id"), request));
        }
        return listed;
    }

    void note_scheduled(std::size_t at, Json& actions) {
        const Json leases = must(members_[at].api->list("/v1/leases?role=provider&state=scheduled"),
                                 "leases to accept");
        for (const Json& lease : leases) {
            actions.push_back({{"lease", lease.at("id")}, {"action", "accept"}});
            const Time start = parse_time(text_of(lease.at("window"), "start")).value();
            waiting_[text_of(lease, "id")] = {at, start};
        }
    }

    // Accepts what is new and activates what begins now; in that order for the same lease.
    Json advance(Time now) {
        std::int64_t accepted = 0;
        std::int64_t activated = 0;
        for (std::size_t at = 0; at < members_.size(); ++at) {
            Json actions = Json::array();
            note_scheduled(at, actions);
            accepted += static_cast<std::int64_t>(actions.size());
            for (auto it = waiting_.begin(); it != waiting_.end();) {
                if (it->second.member != at || it->second.start > now) {
                    ++it;
                    continue;
                }
                actions.push_back({{"lease", it->first}, {"action", "activate"}});
                ++activated;
                it = waiting_.erase(it);
            }
            send(members_[at], actions);
        }
        return {{"accepted", accepted}, {"activated", activated}};
    }

    static void send(Member& member, const Json& actions) {
        for (std::size_t begin = 0; begin < actions.size(); begin += kBatch) {
            Json part = Json::array();
            for (std::size_t i = begin; i < std::min(begin + kBatch, actions.size()); ++i)
                part.push_back(actions[i]);
            must(member.api->post("/v1/leases:advance", {{"actions", part}}), "leases:advance");
        }
    }

    World world_ = read_world();
    std::vector<Member> members_;
    std::map<std::string, Waiting> waiting_;  // accepted, not yet active
};

}  // namespace

PartyHandler make_provider() {
    const auto provider = std::make_shared<Provider>();
    return [provider](const Json& request) { return provider->handle(request); };
}

}  // namespace suanpan::demo
