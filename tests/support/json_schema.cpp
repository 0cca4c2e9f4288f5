#include "support/json_schema.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>

namespace suanpan::support {

namespace {

using Names = std::set<std::string>;

// Members of a schema that say nothing of what is valid, or are read with another one.
const Names kAnnotations{"description",     "default",          "example", "examples", "deprecated",
                         "contentEncoding", "contentMediaType", "title",   "format",   "summary"};

const std::regex& pattern_of(const std::string& text) {
    static std::map<std::string, std::regex> known;
    const auto found = known.find(text);
    if (found != known.end()) return found->second;
    return known.emplace(text, std::regex(text)).first->second;
}

bool is_of_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    throw std::runtime_error("the type '" + type + "' is not known here");
}

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & '\xC0') != '\x80'; }));
}

// One value against the schemas that apply to it; `described` are its members that one of them
// knows.
class Check {
 public:
    Check(const Json& root, Members members, const Json& value, std::string pointer)
        : root_(root), members_(members), value_(value), pointer_(std::move(pointer)) {}

    std::vector<std::string> run(const Json& schema) {
        apply(schema);
        if (members_ == Members::kAreAll && value_.is_object() && !is_open_ && faults_.empty()) {
            for (const auto& [name, member] : value_.items()) {
                if (!described_.contains(name)) fault("'" + name + "' is not described");
            }
        }
        return std::move(faults_);
    }

 private:
    void fault(const std::string& text) {
        faults_.push_back((pointer_.empty() ? "/" : pointer_) + ": " + text);
    }

    void apply(const Json& schema) {
        if (schema == false) fault("nothing is allowed here");
        if (schema == true) is_open_ = true;
        if (schema.is_boolean()) return;
        for (const auto& [keyword, operand] : schema.items()) {
            if (kAnnotations.contains(keyword) || keyword.starts_with("x-")) continue;
            if (!apply_value(keyword, operand) && !apply_text(keyword, operand) &&
                !apply_object(keyword, operand, schema) && !apply_array(keyword, operand) &&
                !apply_schemas(keyword, operand)) {
                throw std::runtime_error("the keyword '" + keyword + "' is not known here");
            }
        }
    }

    bool apply_value(const std::string& keyword, const Json& operand) {
        if (keyword == "type") {
            if (!is_of_type(value_, operand.get<std::string>()))
                fault("not of type " + operand.dump() + ": " + value_.dump().substr(0, 80));
        } else if (keyword == "const") {
            if (value_ != operand) fault("not " + operand.dump() + ": " + value_.dump());
        } else if (keyword == "enum") {
            if (std::ranges::find(operand, value_) == operand.end())
                fault(value_.dump() + " is none of " + operand.dump());
        } else if (keyword == "minimum") {
            if (value_.is_number() && value_ < operand) fault("below " + operand.dump());
        } else if (keyword == "maximum") {
            if (value_.is_number() && value_ > operand) fault("above " + operand.dump());
        } else {
            return false;
        }
        return true;
    }

    bool apply_text(const std::string& keyword, const Json& operand) {
        if (keyword != "minLength" && keyword != "maxLength" && keyword != "pattern") return false;
        if (!value_.is_string()) return true;
        const auto& text = value_.get_ref<const std::string&>();
        if (keyword == "minLength" && characters(text) < operand.get<std::size_t>())
            fault("too short");
        if (keyword == "maxLength" && characters(text) > operand.get<std::size_t>())
            fault("too long");
        if (keyword == "pattern" &&
            !std::regex_search(text, pattern_of(operand.get<std::string>())))
            fault("'" + text + "' does not match " + operand.get<std::string>());
        return true;
    }

    bool apply_object(const std::string& keyword, const Json& operand, const Json& schema) {
        static const Names kKnown{"properties", "required", "additionalProperties", "minProperties",
                                  "maxProperties"};
        if (!kKnown.contains(keyword)) return false;
        if (!value_.is_object()) return true;
        if (keyword == "required") {
            for (const Json& name : operand) {
                if (!value_.contains(name.get<std::string>())) fault(name.dump() + " is missing");
            }
        } else if (keyword == "properties") {
            for (const auto& [name, inner] : operand.items()) {
                const auto member = value_.find(name);
                if (member != value_.end()) check_member(name, *member, inner);
            }
        } else if (keyword == "additionalProperties") {
            const Json known = schema.value("properties", Json::object());
            for (const auto& [name, member] : value_.items()) {
                if (!known.contains(name)) check_member(name, member, operand);
            }
        } else if (keyword == "minProperties" && value_.size() < operand.get<std::size_t>()) {
            fault("too few members");
        } else if (keyword == "maxProperties" && value_.size() > operand.get<std::size_t>()) {
            fault("too many members");
        }
        return true;
    }

    bool apply_array(const std::string& keyword, const Json& operand) {
        static const Names kKnown{"items", "minItems", "maxItems", "uniqueItems"};
        if (!kKnown.contains(keyword)) return false;
        if (!value_.is_array()) return true;
        if (keyword == "items") {
            for (std::size_t i = 0; i < value_.size(); ++i)
                take(Check(root_, members_, value_[i], pointer_ + "/" + std::to_string(i))
                         .run(operand));
        } else if (keyword == "minItems" && value_.size() < operand.get<std::size_t>()) {
            fault("too few items");
        } else if (keyword == "maxItems" && value_.size() > operand.get<std::size_t>()) {
            fault("too many items");
        } else if (keyword == "uniqueItems" &&
                   std::set<Json>(value_.begin(), value_.end()).size() != value_.size()) {
            fault("an item stands twice");
        }
        return true;
    }

    // Those that apply to the same value.
    bool apply_schemas(const std::string& keyword, const Json& operand) {
        if (keyword == "$ref") {
            apply(root_.at(Json::json_pointer(operand.get<std::string>().substr(1))));
        } else if (keyword == "allOf") {
            for (const Json& schema : operand)
                apply(schema);
        } else if (keyword == "oneOf" || keyword == "anyOf") {
            apply_choice(operand, keyword == "oneOf");
        } else {
            return false;
        }
        return true;
    }

    void apply_choice(const Json& schemas, bool one) {
        std::size_t valid = 0;
        std::string why;
        for (const Json& schema : schemas) {
            Check branch(root_, members_, value_, pointer_);
            branch.apply(schema);
            if (branch.faults_.empty()) {
                ++valid;
                described_.merge(branch.described_);
            } else {
                why += "\n    " + branch.faults_.front();
            }
        }
        if (valid == 0) fault("none of the choices:" + why);
        if (one && valid > 1) fault("more than one of the choices");
    }

    void check_member(const std::string& name, const Json& member, const Json& schema) {
        described_.insert(name);
        take(Check(root_, members_, member, pointer_ + "/" + name).run(schema));
    }

    void take(std::vector<std::string> faults) {
        faults_.insert(faults_.end(), faults.begin(), faults.end());
    }

    const Json& root_;
    Members members_;
    const Json& value_;
    std::string pointer_;
    std::vector<std::string> faults_;
    Names described_;
    bool is_open_ = false;  // a schema allows whatever it is
};

}  // namespace

std::vector<std::string> schema_faults(const Json& root, const Json& schema, const Json& value,
                                       Members members) {
    return Check(root, members, value, "").run(schema);
}

}  // namespace suanpan::support
