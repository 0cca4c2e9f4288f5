#include "matching/profile.hpp"

#include <algorithm>
#include <tuple>

namespace suanpan::matching {
namespace {

bool meets_flag_or_number(const AttributeValue& value, const Condition& condition) {
    return condition.op == Operator::kAtLeast ? value.number >= condition.number
                                              : value.number <= condition.number;
}

bool holds_any(const std::vector<std::string>& have, const std::vector<std::string>& wanted) {
    return std::any_of(have.begin(), have.end(), [&](const std::string& text) {
        return std::binary_search(wanted.begin(), wanted.end(), text);
    });
}

}  // namespace

const AttributeValue* find_value(const Profile& profile, std::uint16_t attribute,
                                 std::string_view place) {
    const auto key = std::pair(attribute, place);
    const auto found = std::lower_bound(
        profile.values.begin(), profile.values.end(), key,
        [](const AttributeValue& value, const auto& wanted) {
            return std::pair(value.attribute, std::string_view(value.place)) < wanted;
        });
    if (found == profile.values.end()) return nullptr;
    return found->attribute == attribute && found->place == place ? &*found : nullptr;
}

bool satisfies(const Profile& profile, const Condition& condition) {
    const AttributeValue* value = find_value(profile, condition.attribute, condition.place);
    if (value == nullptr) return false;
    switch (condition.op) {
        case Operator::kAtLeast:
        case Operator::kAtMost: return meets_flag_or_number(*value, condition);
        case Operator::kOneOf: return holds_any(value->texts, condition.texts);
        case Operator::kAllOf:
            return std::includes(value->texts.begin(), value->texts.end(), condition.texts.begin(),
                                 condition.texts.end());
    }
    return false;
}

bool satisfies(const Profile& profile, const Requirement& requirement) {
    return std::all_of(requirement.conditions.begin(), requirement.conditions.end(),
                       [&](const Condition& condition) { return satisfies(profile, condition); });
}

std::vector<Condition> explain(const Profile& profile, const Requirement& requirement) {
    std::vector<Condition> failing;
    for (const Condition& condition : requirement.conditions) {
        if (!satisfies(profile, condition)) failing.push_back(condition);
    }
    return failing;
}

bool meets(const Profile& profile, const Profile& floor) {
    return std::ranges::all_of(floor.values, [&](const AttributeValue& least) {
        const AttributeValue* value = find_value(profile, least.attribute, least.place);
        if (value == nullptr) return false;
        const AttributeInfo& info = attribute_table()[least.attribute];
        switch (info.type) {
            case AttributeType::kNumber:
                return info.less_is_better ? value->number <= least.number
                                           : value->number >= least.number;
            case AttributeType::kTextSet: return std::ranges::includes(value->texts, least.texts);
            case AttributeType::kText:
            case AttributeType::kFlag: break;
        }
        return value->texts == least.texts && value->number == least.number;
    });
}

}  // namespace suanpan::matching
