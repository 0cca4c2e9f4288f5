#pragma once

// Capability profiles of lots and requirements of bids (market §2). Both are typed: an attribute is
// a row of one table, and an unknown one is an error. Values are exact: numbers are scaled
// integers.
//
// JSON of a profile:
// {"memory_gib":"80","hub":"guizhou","software":["cuda"],"rtt_ms":{"beijing":"38.2"},"firm":true}
// JSON of a requirement:  {"memory_gib":{"at_least":"64"},"hub":{"one_of":["guizhou","gansu"]},
//                          "software":{"all_of":["cuda"]},"rtt_ms":{"beijing":{"at_most":"20"}},"firm":true}
//
// Operators: at_least, at_most for numbers; one_of for texts and sets (of a set: any of them);
// all_of for sets; a flag is written as the value it must have. A profile that lacks the attribute
// fails the condition. Bounds: texts 1 to 128 bytes, sets 64, values of a profile 512, conditions
// 128; numbers are not negative.

#include "base/json.hpp"
#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::matching {

enum class AttributeType : std::uint8_t { kNumber, kText, kTextSet, kFlag };

struct AttributeInfo {
    std::string_view name;
    AttributeType type;
    int scale;       // decimals kept, for numbers
    bool per_place;  // one value a named place (rtt_ms)
    bool less_is_better = false;
};

// Sorted by name. The index into it is an attribute's number.
const std::vector<AttributeInfo>& attribute_table();
std::optional<std::uint16_t> find_attribute(std::string_view name);

struct AttributeValue {
    std::uint16_t attribute = 0;     // index into attribute_table()
    std::string place;               // only for per_place attributes
    std::int64_t number = 0;         // kNumber (scaled), kFlag (0 or 1)
    std::vector<std::string> texts;  // kText: one; kTextSet: sorted, distinct

    friend auto operator<=>(const AttributeValue&, const AttributeValue&) = default;
};

// Sorted by (attribute, place), each at most once.
struct Profile {
    std::vector<AttributeValue> values;
    friend auto operator<=>(const Profile&, const Profile&) = default;
};

enum class Operator : std::uint8_t { kAtLeast, kAtMost, kOneOf, kAllOf };

struct Condition {
    std::uint16_t attribute = 0;
    std::string place;
    Operator op = Operator::kAtLeast;
    std::int64_t number = 0;         // kAtLeast, kAtMost; scaled
    std::vector<std::string> texts;  // kOneOf, kAllOf; sorted, distinct

    friend auto operator<=>(const Condition&, const Condition&) = default;
};

// A conjunction, sorted. Empty: anything will do.
struct Requirement {
    std::vector<Condition> conditions;
    friend auto operator<=>(const Requirement&, const Requirement&) = default;
};

// Errors: `bad_profile` / `bad_requirement` with one Fault per wrong member, pointers relative to
// `json`. Fault codes: `unknown_attribute`, `wrong_type`, `bad_decimal`, `too_many_decimals`,
// `unknown_operator`, `too_many`, `bad_text`
// (empty or too long), `negative`, `overflow`.
Result<Profile> parse_profile(const Json& json);
Result<Requirement> parse_requirement(const Json& json);
std::string canonical(const Profile& profile);
std::string canonical(const Requirement& requirement);

bool satisfies(const Profile& profile, const Requirement& requirement);
bool satisfies(const Profile& profile, const Condition& condition);
// Is the profile in no value of `floor` worse than it? Numbers at least (or at most) as good, texts
// and flags the same, sets with all of the floor's.
bool meets(const Profile& profile, const Profile& floor);
// The conditions that fail, in the requirement's order; empty when the profile satisfies it.
std::vector<Condition> explain(const Profile& profile, const Requirement& requirement);
// The profile's value of an attribute (of a place); nullptr when it has none.
const AttributeValue* find_value(const Profile& profile, std::uint16_t attribute,
                                 std::string_view place);
// A value as a person reads it: `80`, `cuda, rocm`, `yes`.
std::string describe(const AttributeValue& value);
// One sentence for a person: `memory_gib at least 80`.
std::string describe(const Condition& condition);

}  // namespace suanpan::matching
