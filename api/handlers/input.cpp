#include "api/handlers/input.hpp"

#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/duration.hpp"
#include "base/time.hpp"
#include "services/clock.hpp"

#include <algorithm>

namespace suanpan::api {

namespace {

constexpr std::size_t kMaxOwners = 100;
constexpr Duration kTimeToConfirm{86'400};
constexpr Duration kUsualOverlap{86'400};
constexpr Duration kLongestOverlap{30 * 86'400};

}  // namespace

Result<std::int64_t> parse_count(std::string_view text) {
    auto number = parse_integer(text);
    if (!number) return fail(number.error().code(), "this is a whole number, such as 50");
    if (*number < 0) return fail("out_of_range", "this must not be negative");
    return number;
}

Result<Hash> parse_hash(std::string_view text) {
    const auto raw = from_hex(text);
    Hash out{};
    if (!raw || raw->size() != out.size()) return fail("bad_hex", "64 digits are needed");
    std::ranges::transform(*raw, out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
}

db::Page read_page(Fields& query, std::string_view prefix, bool newest_first) {
    db::Page page;
    page.newest_first = newest_first;
    if (const auto limit = query.find("limit", parse_count)) {
        if (*limit < 1 || *limit > 200) {
            query.fault("limit", "out_of_range", "limit is 1 to 200");
        } else {
            page.limit = *limit;
        }
    }
    page.after =
        query.find("after", [prefix](std::string_view text) { return decode_id(prefix, text); });
    return page;
}

std::vector<settlement::OwnerShare> read_owners(Fields& fields, std::string_view name,
                                                bool needed) {
    std::vector<settlement::OwnerShare> out;
    const Json* array =
        needed ? fields.need_array(name, kMaxOwners) : fields.find_array(name, kMaxOwners);
    if (array == nullptr) return out;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < array->size(); ++i) {
        Fields one((*array)[i], fields.faults(), fields.pointer_of(name) + "/" + std::to_string(i));
        const auto owner = one.need("organisation", parse_id<OrganisationId>);
        const auto share = one.need_integer("share_ppm", 1, kPpm);
        one.finish();
        if (!owner || !share) return out;
        out.push_back({*owner, Ppm(*share)});
        sum += *share;
    }
    if (sum != kPpm && (needed || !out.empty())) {
        fields.fault(name, "contradiction",
                     "the shares sum to " + std::to_string(sum) + " ppm; they must sum to 1000000");
    }
    return out;
}

Time read_title_start(const Call& call, Fields& fields, std::string_view name) {
    const Time now = call.context.clock.now();
    return fields.find(name, parse_time).value_or(Time(now.value + kTimeToConfirm.value));
}

Duration read_overlap(Fields& fields, std::string_view what) {
    const auto overlap = fields.find("overlap", parse_duration).value_or(kUsualOverlap);
    if (overlap.value < 0 || overlap > kLongestOverlap) {
        fields.fault("overlap", "out_of_range",
                     "the " + std::string(what) + " before may go on for up to 30 days");
    }
    return overlap;
}

Result<matching::MarketKey> path_market(const Call& call) {
    auto key = matching::parse_market_key(call.parameters.at(0) + "/" + call.parameters.at(1));
    if (!key) return fail(not_found());
    return key;
}

Result<bool> parse_flag(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return fail("bad_flag", "true or false");
}

Result<std::optional<OrganisationId>> read_organisation_filter(const Call& call, Fields& query) {
    const auto named = query.find("organisation", parse_id<OrganisationId>);
    if (call.caller.is_operator()) return named;
    if (named && *named != call.caller.organisation) return fail(not_found());
    return std::optional<OrganisationId>(call.caller.organisation);
}

}  // namespace suanpan::api
