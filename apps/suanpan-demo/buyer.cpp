// A buyer's portal: places its organisations' orders when their time comes.

#include "apps/suanpan-demo/deals.hpp"
#include "apps/suanpan-demo/demand.hpp"
#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/party.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "base/time.hpp"

#include <map>
#include <stdexcept>

namespace suanpan::demo {
namespace {

class Buyer {
 public:
    Json handle(const Json& request) {
        const std::string what = text_of(request, "do");
        if (what == "join") return join(request);
        if (what == "meters") return register_meters(members_, "buyer", request);
        if (what == "order") return order(parse_time(text_of(request, "now")).value());
        if (what == "ask") return ask_why(parse_time(text_of(request, "now")).value());
        if (what == "overspend") return overspend(parse_time(text_of(request, "now")).value());
        if (what == "result") return result();
        throw std::runtime_error("a buyer does not know '" + what + "'");
    }

 private:
    Json join(const Json& request) {
        members_ = read_members(request);
        grants_ = request.at("grants").get<std::map<std::string, std::string>>();
        projects_ = request.at("projects").get<std::map<std::string, std::string>>();
        span_ = {parse_time(text_of(request, "open")).value(),
                 parse_time(text_of(request, "close")).value(),
                 parse_time(text_of(request, "last_end")).value()};
        orders_ = plan_demand(read_world(), span_, request.at("seed").get<std::uint64_t>(),
                              request.at("orders").get<std::int64_t>());
        return Json::object();
    }

    // What is due by now, the organisations taking turns.
    Json order(Time now) {
        std::int64_t placed = 0;
        while (next_ < orders_.size() && orders_[next_].place_at <= now) {
            const PlannedOrder& planned = orders_[next_];
            Member& member = members_[next_ % members_.size()];
            Json body = planned.body;
            body["client_order_id"] = "day-" + std::to_string(next_);
            use_grant(member, body);
            use_project(member, body);
            const auto answer = member.api->post("/v1/orders", body);
            if (!answer) ++refused_[answer.error().code()];
            ++next_;
            ++placed;
        }
        return {{"placed", placed}};
    }

    // Who has a grant pays with it what the programme is for.
    void use_grant(const Member& member, Json& body) const {
        const auto grant = grants_.find(member.id);
        if (grant == grants_.end() || text_of(body, "market") != kAi) return;
        body["grant"] = grant->second;
        body["purpose"] = kVoucherPurpose;
    }

    void use_project(const Member& member, Json& body) const {
        const auto project = projects_.find(member.id);
        if (project != projects_.end() && text_of(body, "market") == kAi)
            body["project"] = project->second;
    }

    // Orders more for its project than the budget can have left.
    Json overspend(Time now) {
        for (Member& member : members_) {
            const auto project = projects_.find(member.id);
            if (project == projects_.end()) continue;
            Json body = large_order(span_, now);
            body["project"] = project->second;
            const auto placed = member.api->post("/v1/orders", body);
            return {{"buyer", member.name},
                    {"project", project->second},
                    {"order", body},
                    {"code", placed ? text_of(*placed, "state") : placed.error().code()},
                    {"detail", placed ? "" : placed.error().detail()}};
        }
        return Json::object();
    }

    // Asks for what nobody has, learns why not, orders it all the same.
    Json ask_why(Time now) {
        const Json body = impossible_order(span_, now);
        Member& member = members_.front();
        const Json preview = must(member.api->post("/v1/orders:preview", body), "preview");
        const auto placed = member.api->post("/v1/orders", body);
        const std::string state = placed ? text_of(*placed, "state") : placed.error().code();
        return {{"buyer", member.name}, {"order", body}, {"preview", preview}, {"state", state}};
    }

    // By kind: how many orders ended how, and lots filled.
    Json result() {
        std::map<std::string, std::map<std::string, std::int64_t>> kinds;
        for (Member& member : members_) {
            const Json orders = must(member.api->list("/v1/orders"), "orders");
            for (const Json& order : orders) {
                std::string kind = "other";
                if (order.contains("metadata")) kind = text_of(order.at("metadata"), "kind");
                ++kinds[kind][text_of(order, "state")];
            }
        }
        return {{"kinds", kinds}, {"refused", refused_}};
    }

    std::vector<Member> members_;
    std::map<std::string, std::string> grants_;    // organisation → grant
    std::map<std::string, std::string> projects_;  // organisation → project
    DemandSpan span_;
    std::vector<PlannedOrder> orders_;
    std::size_t next_ = 0;
    std::map<std::string, std::int64_t> refused_;
};

}  // namespace

PartyHandler make_buyer() {
    const auto buyer = std::make_shared<Buyer>();
    return [buyer](const Json& request) { return buyer->handle(request); };
}

}  // namespace suanpan::demo
