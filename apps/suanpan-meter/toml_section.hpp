#pragma once

// Reads one table of a TOML file and collects every fault, with the setting's whole name. What was
// not asked for is unknown.

#include "base/error.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::meter {

struct TomlTable;  // a table of the parsed file, shared with its sections

// Nothing, and a fault with the line, when it is no TOML.
std::shared_ptr<const TomlTable> parse_toml(std::string_view text, const std::string& name,
                                            std::vector<Fault>& faults);

class TomlSection {
 public:
    // `path` goes before the names: "meter."; `faults` must outlive it.
    TomlSection(std::shared_ptr<const TomlTable> table, std::string path,
                std::vector<Fault>& faults);

    [[nodiscard]] bool has(const char* name) const;
    // An empty one and a fault when it is missing or no table.
    TomlSection section(const char* name);
    // Of [[name]]; none when there is none.
    std::vector<TomlSection> sections(const char* name);

    // "" and a fault when it is missing or empty.
    std::string need_text(const char* name);
    std::optional<std::string> find_text(const char* name);
    // Without a `usual` value it must be there.
    std::int64_t integer(const char* name, std::optional<std::int64_t> usual, std::int64_t least,
                         std::int64_t most);
    // A list of texts and integers, as texts.
    std::vector<std::string> words(const char* name);

    // parse(text) gives a Result<T>.
    template <typename T, typename Parse>
    std::optional<T> find_parsed(const char* name, const Parse& parse) {
        const auto text = find_text(name);
        if (!text) return std::nullopt;
        auto value = parse(std::string_view(*text));
        if (value) return std::move(*value);
        fault(name, value.error().detail());
        return std::nullopt;
    }
    template <typename T, typename Parse>
    std::optional<T> need_parsed(const char* name, const Parse& parse) {
        if (has(name)) return find_parsed<T>(name, parse);
        missing(name);
        return std::nullopt;
    }

    void fault(std::string_view name, std::string detail);
    // Every name that was not asked for is a fault.
    void finish();

 private:
    void missing(std::string_view name);

    std::shared_ptr<const TomlTable> table_;
    std::string path_;
    std::vector<Fault>* faults_;
    std::set<std::string, std::less<>> asked_;
};

}  // namespace suanpan::meter
