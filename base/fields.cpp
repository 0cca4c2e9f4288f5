#include "base/fields.hpp"

#include "base/decimal.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace suanpan {

namespace {

std::string_view type_name(const Json& value) {
    switch (value.type()) {
        case Json::value_t::null: return "null";
        case Json::value_t::object: return "an object";
        case Json::value_t::array: return "an array";
        case Json::value_t::string: return "a string";
        case Json::value_t::boolean: return "a boolean";
        default: return "a number";
    }
}

std::string wrong_type(std::string_view wanted, const Json& value) {
    return "this must be " + std::string(wanted) + ", not " + std::string(type_name(value));
}

std::string no_such_field(const std::vector<std::string>& known) {
    if (known.empty()) return "no field is taken here";
    std::string out = "there is no such field here, but ";
    for (const std::string& name : known)
        out += (&name == &known.front() ? "" : ", ") + name;
    return out;
}

}  // namespace

std::string pointer_segment(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

Fields::Fields(const Json& object, Faults& faults, std::string pointer)
    : object_(object), faults_(faults), pointer_(std::move(pointer)), usable_(object.is_object()) {
    if (!usable_) faults_.push_back({pointer_, "wrong_type", wrong_type("an object", object)});
}

std::string Fields::pointer_of(std::string_view name) const {
    return name.empty() ? pointer_ : pointer_ + "/" + std::string(name);
}

void Fields::fault(std::string_view name, std::string_view code, std::string detail) {
    faults_.push_back({pointer_of(name), std::string(code), std::move(detail)});
}

void Fields::fault(std::string_view name, const Error& error) {
    fault(name, error.code(), error.detail());
}

void Fields::adopt(std::string_view name, const Error& error) {
    if (error.faults().empty()) fault(name, error);
    for (const Fault& inner : error.faults())
        faults_.push_back({pointer_of(name) + inner.pointer, inner.code, inner.detail});
}

const Json* Fields::member(std::string_view name, bool needed) {
    known_.emplace_back(name);
    if (!usable_) return nullptr;
    const auto found = object_.find(name);
    if (found != object_.end()) return &*found;
    if (needed) fault(name, "missing", "'" + std::string(name) + "' is required");
    return nullptr;
}

std::optional<std::string> Fields::text_of(const Json* value, std::string_view name,
                                           std::size_t max_bytes) {
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
        fault(name, "wrong_type", wrong_type("a string", *value));
        return std::nullopt;
    }
    const auto& text = value->get_ref<const std::string&>();
    if (text.size() > max_bytes) {
        fault(name, "too_long", "at most " + std::to_string(max_bytes) + " bytes are taken here");
        return std::nullopt;
    }
    return text;
}

std::optional<std::int64_t> Fields::integer_of(const Json* value, std::string_view name,
                                               std::int64_t min, std::int64_t max) {
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_integer()) {
        fault(name, "wrong_type", wrong_type("an integer", *value));
        return std::nullopt;
    }
    // parse_json lets only integers within ±(2^53 − 1) pass.
    const auto number = value->get<std::int64_t>();
    if (number < min || number > max) {
        fault(name, "out_of_range",
              "this must lie between " + std::to_string(min) + " and " + std::to_string(max));
        return std::nullopt;
    }
    return number;
}

const Json* Fields::object_of(const Json* value, std::string_view name) {
    if (value == nullptr || value->is_object()) return value;
    fault(name, "wrong_type", wrong_type("an object", *value));
    return nullptr;
}

const Json* Fields::array_of(const Json* value, std::string_view name, std::size_t max_items) {
    if (value == nullptr) return nullptr;
    if (!value->is_array()) {
        fault(name, "wrong_type", wrong_type("an array", *value));
        return nullptr;
    }
    if (value->size() > max_items) {
        fault(name, "too_many", "at most " + std::to_string(max_items) + " items are taken here");
        return nullptr;
    }
    return value;
}

std::size_t Fields::array_size(const Json& array) {
    return array.size();
}

std::optional<std::string> Fields::element_text(const Json& array, std::size_t at,
                                                std::string_view name) {
    return text_of(&array[at], name, 200);
}

std::optional<std::string> Fields::need_text(std::string_view name, std::size_t max_bytes) {
    auto text = text_of(member(name, true), name, max_bytes);
    if (text && text->empty()) {
        fault(name, "missing", "'" + std::string(name) + "' must not be empty");
        return std::nullopt;
    }
    return text;
}

std::optional<std::string> Fields::find_text(std::string_view name, std::size_t max_bytes) {
    return text_of(member(name, false), name, max_bytes);
}

std::optional<std::int64_t> Fields::need_integer(std::string_view name, std::int64_t min,
                                                 std::int64_t max) {
    return integer_of(member(name, true), name, min, max);
}

std::optional<std::int64_t> Fields::find_integer(std::string_view name, std::int64_t min,
                                                 std::int64_t max) {
    return integer_of(member(name, false), name, min, max);
}

std::optional<bool> Fields::find_flag(std::string_view name) {
    const Json* value = member(name, false);
    if (value == nullptr) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    fault(name, "wrong_type", wrong_type("true or false", *value));
    return std::nullopt;
}

const Json* Fields::need_object(std::string_view name) {
    return object_of(member(name, true), name);
}

const Json* Fields::find_object(std::string_view name) {
    return object_of(member(name, false), name);
}

const Json* Fields::need_array(std::string_view name, std::size_t max_items) {
    return array_of(member(name, true), name, max_items);
}

const Json* Fields::find_array(std::string_view name, std::size_t max_items) {
    return array_of(member(name, false), name, max_items);
}

const Json* Fields::find_any(std::string_view name) {
    return member(name, false);
}

void Fields::finish() {
    if (!usable_) return;
    for (const auto& [name, value] : object_.items()) {
        if (std::ranges::find(known_, name) == known_.end()) {
            faults_.push_back(
                {pointer_ + "/" + pointer_segment(name), "unknown_field", no_such_field(known_)});
        }
    }
}

std::optional<Window> read_window(Fields& parent, std::string_view name, bool needed) {
    const Json* object = needed ? parent.need_object(name) : parent.find_object(name);
    if (object == nullptr) return std::nullopt;
    Fields fields(*object, parent.faults(), parent.pointer_of(name));
    const auto start = fields.need("start", parse_time);
    const auto end = fields.need("end", parse_time);
    fields.finish();
    if (!start || !end) return std::nullopt;
    if (*start >= *end) {
        fields.fault("end", "contradiction", "the end must come after the start");
        return std::nullopt;
    }
    return Window{*start, *end};
}

}  // namespace suanpan
