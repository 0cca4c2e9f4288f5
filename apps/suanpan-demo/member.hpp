#pragma once

// An organisation as its own party knows it: its id, its key, its connection.

#include "base/json.hpp"
#include "client/api.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::demo {

struct Member {
    std::string id;
    std::string name;
    std::string centre;  // a provider's: its row in centres.csv
    std::unique_ptr<client::Api> api;
};

// From {"url":…,"organisations":[{"id","name","key","centre"}]}.
std::vector<Member> read_members(const Json& request);
// Registers the keys that the request names in "meters" ({organisation, public_key}); gives
// {organisation, meter} of each that is one of the members'. `side`: `provider` or `buyer`.
Json register_meters(std::vector<Member>& members, std::string_view side, const Json& request);

std::string text_of(const Json& object, const std::string& name);

}  // namespace suanpan::demo
