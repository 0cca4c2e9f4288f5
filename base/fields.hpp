#pragma once

// Reads the members of a JSON object and notes every fault at its JSON pointer (RFC 6901), so that
// one answer names all of them. A member that nobody asked for is a fault too: a typo must not
// place a wrong order. After a fault the getters give nullopt or the default; look at the faults
// before using what was read.
//
// Fault codes: `missing`, `wrong_type`, `out_of_range`, `too_long`, `too_many`, `unknown_field`,
// `contradiction`, and those of the parsers (`bad_decimal`, `bad_time`, `bad_id`, …).

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan {

using Faults = std::vector<Fault>;

inline constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;

// One name per JSON pointer segment, escaped.
std::string pointer_segment(std::string_view name);

class Fields {
 public:
    // `object` must outlive this. `pointer` is where it stands in the body ("" for the body).
    Fields(const Json& object, Faults& faults, std::string pointer = "");

    // "Absent is a fault" and "absent is nullopt".
    std::optional<std::string> need_text(std::string_view name, std::size_t max_bytes = 200);
    std::optional<std::string> find_text(std::string_view name, std::size_t max_bytes = 200);
    std::optional<std::int64_t> need_integer(std::string_view name, std::int64_t min,
                                             std::int64_t max);
    std::optional<std::int64_t> find_integer(std::string_view name, std::int64_t min,
                                             std::int64_t max);
    std::optional<bool> find_flag(std::string_view name);
    const Json* need_object(std::string_view name);
    const Json* find_object(std::string_view name);
    const Json* need_array(std::string_view name, std::size_t max_items);
    const Json* find_array(std::string_view name, std::size_t max_items);
    // Whatever its type.
    const Json* find_any(std::string_view name);

    // Text through a parser that gives Result<T>.
    template <typename Parse>
    auto need(std::string_view name, Parse parse) {
        return parsed(name, need_text(name), parse);
    }
    template <typename Parse>
    auto find(std::string_view name, Parse parse) {
        return parsed(name, find_text(name), parse);
    }
    // Each element of an array of texts through a parser.
    template <typename Parse>
    auto find_list(std::string_view name, std::size_t max_items, Parse parse) {
        using Value = typename decltype(parse(std::string_view()))::value_type;
        std::vector<Value> out;
        const Json* array = find_array(name, max_items);
        for (std::size_t i = 0; array != nullptr && i < array_size(*array); ++i) {
            const std::string at = std::string(name) + "/" + std::to_string(i);
            const auto text = element_text(*array, i, at);
            if (!text) continue;
            auto value = parse(*text);
            if (value) {
                out.push_back(std::move(*value));
            } else {
                fault(at, value.error());
            }
        }
        return out;
    }

    // A fault of a member that was read: it contradicts another, or is out of its range.
    void fault(std::string_view name, std::string_view code, std::string detail);
    void fault(std::string_view name, const Error& error);
    // Takes over the faults of something nested, whose pointers are relative to the member.
    void adopt(std::string_view name, const Error& error);
    [[nodiscard]] std::string pointer_of(std::string_view name) const;
    [[nodiscard]] Faults& faults() { return faults_; }

    // Call last: notes members that nobody asked for.
    void finish();

 private:
    template <typename Parse>
    auto parsed(std::string_view name, const std::optional<std::string>& text, Parse parse)
        -> std::optional<typename decltype(parse(std::string_view()))::value_type> {
        if (!text) return std::nullopt;
        auto value = parse(std::string_view(*text));
        if (value) return std::move(*value);
        fault(name, value.error());
        return std::nullopt;
    }
    const Json* member(std::string_view name, bool needed);
    std::optional<std::string> text_of(const Json* value, std::string_view name,
                                       std::size_t max_bytes);
    std::optional<std::int64_t> integer_of(const Json* value, std::string_view name,
                                           std::int64_t min, std::int64_t max);
    const Json* object_of(const Json* value, std::string_view name);
    const Json* array_of(const Json* value, std::string_view name, std::size_t max_items);
    static std::size_t array_size(const Json& array);
    std::optional<std::string> element_text(const Json& array, std::size_t at,
                                            std::string_view name);

    const Json& object_;
    Faults& faults_;
    std::string pointer_;
    bool usable_ = false;  // it is an object at all
    std::vector<std::string> known_;
};

// Both members needed, start before end.
std::optional<Window> read_window(Fields& parent, std::string_view name, bool needed);

}  // namespace suanpan
