#pragma once

// Reads the members of JSON objects of a known shape and collects every fault at its pointer
// (RFC 6901). Private to settlement/.
//
// Fault codes: `wrong_type`, `required`, `unknown_member`, `out_of_range`, and those of the parsers
// of base/ (`bad_decimal`, `overflow`, `bad_time`, `bad_hex`, `bad_id`).

#include "base/bytes.hpp"
#include "base/decimal.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::settlement {

// At most this many faults are kept: enough for a person, and a bound for the answer.
inline constexpr std::size_t kMaxFaults = 32;

class Faults {
 public:
    void add(std::string pointer, std::string_view code, std::string detail) {
        if (list_.size() < kMaxFaults) {
            list_.push_back(Fault{std::move(pointer), std::string(code), std::move(detail)});
        }
    }
    void add(std::string pointer, const Error& error) {
        add(std::move(pointer), error.code(), error.detail());
    }
    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] const std::vector<Fault>& list() const { return list_; }

 private:
    std::vector<Fault> list_;
};

// One object. Getters give a harmless value after a fault; the caller asks faults().empty() at the
// end. `value` and `faults` must outlive it.
class Fields {
 public:
    Fields(const Json& value, std::string pointer, Faults& faults,
           std::initializer_list<std::string_view> members)
        : value_(value), pointer_(std::move(pointer)), faults_(faults) {
        if (!value.is_object()) {
            faults.add(pointer_, "wrong_type", "an object is needed");
            return;
        }
        for (const auto& item : value.items()) {
            bool known = false;
            for (const std::string_view member : members)
                known = known || item.key() == member;
            if (!known) faults.add(pointer_, "unknown_member", "a member without a meaning here");
        }
    }

    // nullptr and a fault when it is not there.
    const Json* get(const char* name) {
        const Json* found = find(name);
        if (found == nullptr && value_.is_object()) {
            faults_.add(at(name), "required", "this member is needed");
        }
        return found;
    }
    [[nodiscard]] const Json* find(const char* name) const {
        if (!value_.is_object()) return nullptr;
        const auto found = value_.find(name);
        return found == value_.end() ? nullptr : &*found;
    }

    std::string text(const char* name) {
        const Json* found = get(name);
        if (found == nullptr) return {};
        if (found->is_string()) return found->get<std::string>();
        faults_.add(at(name), "wrong_type", "a string is needed");
        return {};
    }
    void constant(const char* name, std::string_view wanted) {
        if (find(name) == nullptr || find(name)->is_string()) {
            if (text(name) == wanted || find(name) == nullptr) return;
        }
        faults_.add(at(name), "out_of_range", "must be \"" + std::string(wanted) + "\"");
    }
    bool boolean(const char* name) {
        const Json* found = get(name);
        if (found == nullptr) return false;
        if (found->is_boolean()) return found->get<bool>();
        faults_.add(at(name), "wrong_type", "true or false is needed");
        return false;
    }
    // A decimal string, not below `least`.
    std::int64_t integer(const char* name, std::int64_t least = 0) {
        return parsed<std::int64_t>(name, [&](const std::string& text) -> Result<std::int64_t> {
            const auto value = parse_integer(text);
            if (value && *value < least) {
                return fail("out_of_range", "at least " + std::to_string(least));
            }
            return value;
        });
    }
    std::optional<std::int64_t> optional_integer(const char* name) {
        if (find(name) == nullptr) return std::nullopt;
        return integer(name);
    }
    Time time(const char* name) {
        return parsed<Time>(name, [](const std::string& text) { return parse_time(text); });
    }
    Hash hash(const char* name) {
        return parsed<Hash>(name, [](const std::string& text) -> Result<Hash> {
            const auto bytes = from_hex(text);
            if (!bytes) return fail(bytes.error());
            Hash out{};
            if (bytes->size() != out.size()) return fail("bad_hex", "64 digits are needed");
            std::copy(bytes->begin(), bytes->end(), out.begin());
            return out;
        });
    }
    template <typename IdType>
    IdType id(const char* name) {
        return parsed<IdType>(name, [](const std::string& text) { return parse_id<IdType>(text); });
    }
    // nullptr and a fault when it is not an array.
    const Json* array(const char* name) {
        const Json* found = get(name);
        if (found == nullptr || found->is_array()) return found;
        faults_.add(at(name), "wrong_type", "a list is needed");
        return nullptr;
    }
    Money money(const char* name) {
        return parsed<Money>(name, [](const std::string& text) { return parse_money(text); });
    }
    // A list of strings.
    std::vector<std::string> texts(const char* name) {
        std::vector<std::string> out;
        const Json* list = array(name);
        if (list == nullptr) return out;
        for (const Json& item : *list) {
            if (item.is_string()) {
                out.push_back(item.get<std::string>());
            } else {
                faults_.add(at(name), "wrong_type", "a list of strings is needed");
            }
        }
        return out;
    }
    // parse(text) gives a Result<T>.
    template <typename T, typename Parse>
    T parsed(const char* name, const Parse& parse) {
        const Json* found = get(name);
        if (found == nullptr) return T{};
        if (!found->is_string()) {
            faults_.add(at(name), "wrong_type", "a string is needed");
            return T{};
        }
        const auto result = parse(found->get_ref<const std::string&>());
        if (result) return *result;
        faults_.add(at(name), result.error());
        return T{};
    }

    [[nodiscard]] std::string at(std::string_view name) const {
        return pointer_ + "/" + std::string(name);
    }

 private:
    const Json& value_;
    std::string pointer_;
    Faults& faults_;
};

inline void write_texts(CanonicalWriter& out, std::string_view name,
                        const std::vector<std::string>& texts) {
    out.key(name);
    out.begin_array();
    for (const std::string& text : texts)
        out.string(text);
    out.end_array();
}

}  // namespace suanpan::settlement
