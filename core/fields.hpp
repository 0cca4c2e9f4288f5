#pragma once

// Reads the members of a JSON object strictly: every member is asked for by name, the first fault
// is kept, and finish() also refuses members that nobody asked for. Missing text reads as "" so
// that a ladder of reads needs no checks in between.

#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::core {

class Fields {
 public:
    // `object` must outlive this. Anything but an object is the first fault.
    explicit Fields(const Json& object) : object_(object) {
        if (!object.is_object()) fault("", "an object is needed");
    }

    [[nodiscard]] bool has(std::string_view name) const {
        return object_.is_object() && object_.contains(std::string(name));
    }

    const Json& member(std::string_view name) {
        static const Json kNothing;
        if (!has(name)) {
            fault(name, "is missing");
            return kNothing;
        }
        seen_.insert(std::string(name));
        return object_.at(std::string(name));
    }

    std::string text(std::string_view name) {
        const Json& value = member(name);
        if (value.is_string()) return value.get<std::string>();
        fault(name, "must be a string");
        return {};
    }

    bool flag(std::string_view name) {
        const Json& value = member(name);
        if (value.is_boolean()) return value.get<bool>();
        fault(name, "must be true or false");
        return false;
    }
    // False when absent.
    bool flag_or_false(std::string_view name) { return has(name) && flag(name); }

    // Through any `Result<T> parse(string_view)`.
    template <typename Parse>
    auto parsed(std::string_view name, Parse parse) {
        auto value = parse(text(name));
        using Value = typename decltype(value)::value_type;
        if (value) return *value;
        fault(name, value.error().detail());
        return Value{};
    }

    template <typename IdType>
    IdType id(std::string_view name) {
        return parsed(name, parse_id<IdType>);
    }
    std::int64_t integer(std::string_view name) { return parsed(name, parse_integer); }
    template <typename Strong>
    Strong number(std::string_view name) {
        return Strong(integer(name));
    }
    Time time(std::string_view name) { return parsed(name, parse_time); }
    Window window(std::string_view name) {
        Fields inner(member(name));
        const Window out{inner.time("start"), inner.time("end")};
        take_fault(name, inner);
        return out;
    }
    // Each element of an array through `read(const Json&) -> Result<T>`.
    template <typename Read>
    auto list(std::string_view name, Read read) {
        using Item = typename decltype(read(std::declval<const Json&>()))::value_type;
        std::vector<Item> out;
        const Json& array = member(name);
        if (!array.is_array()) {
            fault(name, "must be an array");
            return out;
        }
        for (const Json& element : array) {
            auto item = read(element);
            if (!item) {
                fault(name, item.error().detail());
                return out;
            }
            out.push_back(std::move(*item));
        }
        return out;
    }
    // An object of string members, each through `parse`.
    template <typename Parse>
    auto table(std::string_view name, Parse parse) {
        using Value = typename decltype(parse(std::string_view()))::value_type;
        std::map<std::string, Value> out;
        const Json& object = member(name);
        if (!object.is_object()) {
            fault(name, "must be an object");
            return out;
        }
        Fields inner(object);
        for (const auto& item : object.items())
            out.emplace(item.key(), inner.parsed(item.key(), parse));
        take_fault(name, inner);
        return out;
    }

    void fault(std::string_view name, std::string_view what) {
        if (fault_.empty()) fault_ = std::string(name) + ": " + std::string(what);
    }
    void take_fault(std::string_view name, Fields& inner) {
        const auto finished = inner.finish();
        if (!finished) fault(name, finished.error().detail());
    }

    Result<void> finish() {
        if (fault_.empty()) {
            for (const auto& item : object_.items()) {
                if (!seen_.contains(item.key())) fault(item.key(), "is not known here");
            }
        }
        if (fault_.empty()) return {};
        return fail("bad_entry", fault_);
    }

 private:
    const Json& object_;
    std::set<std::string> seen_;
    std::string fault_;
};

}  // namespace suanpan::core
