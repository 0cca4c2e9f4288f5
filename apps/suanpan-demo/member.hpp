#pragma once

// An organisation as its own party knows it: its id, its key, its connection.

#include "base/json.hpp"
#include "client/api.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
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

std::string text_of(const Json& object, const std::string& name);

}  // namespace suanpan::demo
