#include "base/decimal.hpp"
#include "base/fields.hpp"
#include "matching/profile.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace suanpan::matching {
namespace {

constexpr std::size_t kMaxText = 128;
constexpr std::size_t kMaxSet = 64;
constexpr std::size_t kMaxValues = 512;
constexpr std::size_t kMaxConditions = 128;
constexpr std::size_t kMaxFaults = 100;  // told in one answer

constexpr std::array<std::pair<std::string_view, Operator>, 4> kOperators{
    {{"all_of", Operator::kAllOf},
     {"at_least", Operator::kAtLeast},
     {"at_most", Operator::kAtMost},
     {"one_of", Operator::kOneOf}}};

std::string below(const std::string& pointer, std::string_view name) {
    return pointer + "/" + pointer_segment(name);
}

// Gathers all faults, so that a client can mend them in one go.
class Faults {
 public:
    void add(std::string pointer, std::string_view code, std::string detail) {
        if (faults_.size() < kMaxFaults) {
            faults_.push_back({std::move(pointer), std::string(code), std::move(detail)});
        }
    }
    [[nodiscard]] bool empty() const { return faults_.empty(); }
    [[nodiscard]] Error take(std::string_view code, std::string detail) {
        return {code, std::move(detail), std::move(faults_)};
    }

 private:
    std::vector<Fault> faults_;
};

std::optional<std::int64_t> parse_number(const Json& json, const AttributeInfo& info,
                                         const std::string& at, Faults& faults) {
    if (!json.is_string()) {
        faults.add(at, "wrong_type", std::string(info.name) + " is a decimal string like \"80\"");
        return std::nullopt;
    }
    const auto value = parse_scaled(json.get_ref<const std::string&>(), info.scale);
    if (!value) {
        faults.add(at, value.error().code(), value.error().detail());
        return std::nullopt;
    }
    if (*value < 0) {
        faults.add(at, "negative", std::string(info.name) + " is not below 0");
        return std::nullopt;
    }
    return *value;
}

bool parse_text(const Json& json, const std::string& at, Faults& faults, std::string& out) {
    if (!json.is_string()) {
        faults.add(at, "wrong_type", "a text is wanted");
        return false;
    }
    out = json.get<std::string>();
    if (out.empty() || out.size() > kMaxText) {
        faults.add(at, "bad_text", "a text of 1 to 128 bytes is wanted");
        return false;
    }
    return true;
}

// A sorted set; a repeated member counts once.
bool parse_texts(const Json& json, const std::string& at, Faults& faults,
                 std::vector<std::string>& out) {
    if (!json.is_array()) {
        faults.add(at, "wrong_type", "an array of texts is wanted");
        return false;
    }
    if (json.empty() || json.size() > kMaxSet) {
        faults.add(at, "too_many", "1 to 64 texts are wanted");
        return false;
    }
    bool good = true;
    for (std::size_t i = 0; i < json.size(); ++i) {
        std::string text;
        if (parse_text(json[i], below(at, std::to_string(i)), faults, text)) {
            out.push_back(std::move(text));
        } else {
            good = false;
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return good;
}

// Calls visit(attribute number, place, value, pointer) for every value of an object of attributes.
template <typename Visit>
void for_each_attribute(const Json& json, Faults& faults, const Visit& visit) {
    if (!json.is_object()) {
        faults.add("", "wrong_type", "an object of attributes is wanted");
        return;
    }
    for (const auto& [name, value] : json.items()) {
        const std::string at = below("", name);
        const auto attribute = find_attribute(name);
        if (!attribute) {
            faults.add(at, "unknown_attribute", "no such attribute");
            continue;
        }
        if (!attribute_table()[*attribute].per_place) {
            visit(*attribute, std::string(), value, at);
            continue;
        }
        if (!value.is_object()) {
            faults.add(at, "wrong_type", name + " has one value a place, like {\"beijing\": …}");
            continue;
        }
        for (const auto& [place, inner] : value.items()) {
            const std::string inner_at = below(at, place);
            if (place.empty() || place.size() > kMaxText) {
                faults.add(inner_at, "bad_text", "a place is a text of 1 to 128 bytes");
                continue;
            }
            visit(*attribute, place, inner, inner_at);
        }
    }
}

bool parse_value(const Json& json, const std::string& at, Faults& faults, AttributeValue& out) {
    const AttributeInfo& info = attribute_table()[out.attribute];
    switch (info.type) {
        case AttributeType::kNumber: {
            const auto number = parse_number(json, info, at, faults);
            out.number = number.value_or(0);
            return number.has_value();
        }
        case AttributeType::kText:
            out.texts.resize(1);
            return parse_text(json, at, faults, out.texts[0]);
        case AttributeType::kTextSet: return parse_texts(json, at, faults, out.texts);
        case AttributeType::kFlag: break;
    }
    if (!json.is_boolean()) {
        faults.add(at, "wrong_type", std::string(info.name) + " is true or false");
        return false;
    }
    out.number = json.get<bool>() ? 1 : 0;
    return true;
}

bool allows(AttributeType type, Operator op) {
    switch (op) {
        case Operator::kAtLeast:
        case Operator::kAtMost: return type == AttributeType::kNumber;
        case Operator::kOneOf:
            return type == AttributeType::kText || type == AttributeType::kTextSet;
        case Operator::kAllOf: return type == AttributeType::kTextSet;
    }
    return false;
}

bool parse_condition(const std::string& word, const Json& json, const std::string& at,
                     Faults& faults, Condition& out) {
    const AttributeInfo& info = attribute_table()[out.attribute];
    const auto known = std::find_if(kOperators.begin(), kOperators.end(),
                                    [&](const auto& entry) { return entry.first == word; });
    if (known == kOperators.end() || !allows(info.type, known->second)) {
        faults.add(at, "unknown_operator",
                   std::string(info.name) + " has no such operator; numbers have at_least and " +
                       "at_most, texts one_of, sets one_of and all_of");
        return false;
    }
    out.op = known->second;
    if (info.type != AttributeType::kNumber) return parse_texts(json, at, faults, out.texts);
    const auto number = parse_number(json, info, at, faults);
    out.number = number.value_or(0);
    return number.has_value();
}

void parse_conditions(std::uint16_t attribute, const std::string& place, const Json& json,
                      const std::string& at, Faults& faults, std::vector<Condition>& out) {
    Condition condition{attribute, place, Operator::kAtLeast, 0, {}};
    if (attribute_table()[attribute].type == AttributeType::kFlag) {
        if (!json.is_boolean()) {
            faults.add(at, "wrong_type", "a flag is required to be true or false");
            return;
        }
        // "at least 1" or "at most 0".
        condition.op = json.get<bool>() ? Operator::kAtLeast : Operator::kAtMost;
        condition.number = json.get<bool>() ? 1 : 0;
        out.push_back(condition);
        return;
    }
    if (!json.is_object() || json.empty()) {
        faults.add(at, "wrong_type", "a condition is an object like {\"at_least\": \"64\"}");
        return;
    }
    for (const auto& [word, value] : json.items()) {
        Condition one = condition;
        if (parse_condition(word, value, below(at, word), faults, one)) out.push_back(one);
    }
}

std::string plain_number(std::int64_t value, int scale) {
    std::string text = format_scaled(value, scale);
    if (scale == 0) return text;
    while (text.back() == '0')
        text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
}

Json& slot(Json& root, std::uint16_t attribute, const std::string& place) {
    const AttributeInfo& info = attribute_table()[attribute];
    Json& member = root[std::string(info.name)];
    return info.per_place ? member[place] : member;
}

std::string join(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts)
        out += (out.empty() ? "" : ", ") + text;
    return out;
}

std::string title(std::uint16_t attribute, const std::string& place) {
    std::string out(attribute_table()[attribute].name);
    if (!place.empty()) out += " of " + place;
    return out;
}

}  // namespace

Result<Profile> parse_profile(const Json& json) {
    Faults faults;
    Profile profile;
    for_each_attribute(json, faults,
                       [&](std::uint16_t attribute, const std::string& place, const Json& value,
                           const std::string& at) {
                           AttributeValue parsed{attribute, place, 0, {}};
                           if (parse_value(value, at, faults, parsed)) {
                               profile.values.push_back(std::move(parsed));
                           }
                       });
    if (profile.values.size() > kMaxValues) {
        faults.add("", "too_many", "a profile has at most 512 values");
    }
    if (!faults.empty()) return fail(faults.take("bad_profile", "the profile has faults"));
    std::sort(profile.values.begin(), profile.values.end());
    return profile;
}

Result<Requirement> parse_requirement(const Json& json) {
    Faults faults;
    Requirement requirement;
    for_each_attribute(json, faults,
                       [&](std::uint16_t attribute, const std::string& place, const Json& value,
                           const std::string& at) {
                           parse_conditions(attribute, place, value, at, faults,
                                            requirement.conditions);
                       });
    if (requirement.conditions.size() > kMaxConditions) {
        faults.add("", "too_many", "a requirement has at most 128 conditions");
    }
    if (!faults.empty()) return fail(faults.take("bad_requirement", "the requirement has faults"));
    std::sort(requirement.conditions.begin(), requirement.conditions.end());
    return requirement;
}

std::string canonical(const Profile& profile) {
    Json root = Json::object();
    for (const AttributeValue& value : profile.values) {
        const AttributeInfo& info = attribute_table()[value.attribute];
        Json& out = slot(root, value.attribute, value.place);
        switch (info.type) {
            case AttributeType::kNumber: out = plain_number(value.number, info.scale); break;
            case AttributeType::kText: out = value.texts.at(0); break;
            case AttributeType::kTextSet: out = value.texts; break;
            case AttributeType::kFlag: out = value.number == 1; break;
        }
    }
    return canonical_json(root);
}

std::string canonical(const Requirement& requirement) {
    Json root = Json::object();
    for (const Condition& condition : requirement.conditions) {
        const AttributeInfo& info = attribute_table()[condition.attribute];
        Json& out = slot(root, condition.attribute, condition.place);
        if (info.type == AttributeType::kFlag) {
            out = condition.op == Operator::kAtLeast;
            continue;
        }
        const auto word =
            std::find_if(kOperators.begin(), kOperators.end(),
                         [&](const auto& entry) { return entry.second == condition.op; });
        Json& operand = out[std::string(word->first)];
        if (info.type == AttributeType::kNumber) {
            operand = plain_number(condition.number, info.scale);
        } else {
            operand = condition.texts;
        }
    }
    return canonical_json(root);
}

std::string describe(const AttributeValue& value) {
    const AttributeInfo& info = attribute_table()[value.attribute];
    if (info.type == AttributeType::kNumber) return plain_number(value.number, info.scale);
    if (info.type == AttributeType::kFlag) return value.number == 1 ? "yes" : "no";
    return join(value.texts);
}

std::string describe(const Condition& condition) {
    const AttributeInfo& info = attribute_table()[condition.attribute];
    const std::string name = title(condition.attribute, condition.place);
    if (info.type == AttributeType::kFlag) {
        return name + (condition.op == Operator::kAtLeast ? " is true" : " is false");
    }
    switch (condition.op) {
        case Operator::kAtLeast:
            return name + " at least " + plain_number(condition.number, info.scale);
        case Operator::kAtMost:
            return name + " at most " + plain_number(condition.number, info.scale);
        case Operator::kOneOf: return name + " one of " + join(condition.texts);
        case Operator::kAllOf: return name + " all of " + join(condition.texts);
    }
    return name;
}

}  // namespace suanpan::matching
