// Who owns a pool, and who has confirmed it.

#include "api/json/render.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::api {

namespace {

Json owners_json(const std::vector<settlement::OwnerShare>& shares) {
    Json out = Json::array();
    for (const auto& share : shares) {
        out.push_back({{"organisation", to_string(share.owner)}, {"share_ppm", share.share.value}});
    }
    return out;
}

Json words_json(const std::vector<settlement::TitleWord>& words) {
    Json out = Json::array();
    for (const settlement::TitleWord& word : words) {
        out.push_back({{"organisation", to_string(word.owner)},
                       {"at", to_string(word.time)},
                       {"log_index", word.index.value}});
    }
    return out;
}

}  // namespace

Json to_json(const core::TitleRow& row, Time now) {
    const bool lapsed = row.state == core::TitleState::kProposed && row.title.from < now;
    Json out{{"pool", to_string(row.pool)},
             {"from", to_string(row.title.from)},
             {"owners", owners_json(row.title.shares)},
             {"state", lapsed ? "lapsed" : core::to_string(row.state)},
             {"confirmations", words_json(row.title.words)},
             {"log_index", row.title.index.value}};
    for (const OrganisationId& owner : row.missing)
        out["missing"].push_back(to_string(owner));
    if (!row.refused_by.is_nil()) out["refused_by"] = to_string(row.refused_by);
    return out;
}

}  // namespace suanpan::api
