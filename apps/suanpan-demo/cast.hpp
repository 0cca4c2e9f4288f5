#pragma once

// Who takes part in the day, and the processes they run in.

#include "apps/suanpan-demo/party.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "apps/suanpan-demo/world.hpp"
#include "base/json.hpp"
#include "base/units.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace suanpan::demo {

struct DayTimes {
    Time listing;   // the clock when capacity is listed
    Time open;      // first orders
    Time close;     // last orders
    Time last_end;  // the last window's end
};

struct Cast {
    std::vector<Party> providers;
    std::vector<Party> meters;  // of both sides, one beside each portal
    std::vector<Party> buyers;
    std::vector<Json> provider_organisations;  // {id,name,key,centre}
    std::vector<Json> buyer_organisations;
    Json titles = Json::object();              // provider → shares of its pools' owners
    std::vector<Json> co_owners;               // {id,name,key}: they confirm those titles
    std::map<std::string, std::string> names;  // organisation → name
    std::string auditor_key;
    std::string short_provider;                   // delivers less than it sold
    std::string co_owner;                         // has a share of its pools
    std::string doubter;                          // a buyer whose meter does not agree on one lease
    Json funder;                                  // {id,name,key}
    std::map<std::string, std::string> grants;    // buyer → voucher grant
    std::map<std::string, std::string> projects;  // buyer → project, that its AI orders are for
};

inline constexpr std::int64_t kShortPpm = 985'000;
inline constexpr std::int64_t kDoubtPpm = 960'000;  // of what the provider's meter sees

// Registers everybody, pays in the buyers' money, agrees the deals, starts the processes.
Cast assemble_cast(Stage& stage, const World& world, const DayTimes& times, std::int64_t orders);

}  // namespace suanpan::demo
