#include "apps/suanpan-meter/toml_section.hpp"

#include <toml++/toml.h>

#include <algorithm>

namespace suanpan::meter {

struct TomlTable {
    toml::table values;
};

std::shared_ptr<const TomlTable> parse_toml(std::string_view text, const std::string& name,
                                            std::vector<Fault>& faults) {
    try {
        return std::make_shared<TomlTable>(TomlTable{toml::parse(text, name)});
    } catch (const toml::parse_error& error) {
        faults.push_back({"", "bad_toml",
                          "line " + std::to_string(error.source().begin.line) + ": " +
                              std::string(error.description())});
        return nullptr;
    }
}

TomlSection::TomlSection(std::shared_ptr<const TomlTable> table, std::string path,
                         std::vector<Fault>& faults)
    : table_(std::move(table)), path_(std::move(path)), faults_(&faults) {}

bool TomlSection::has(const char* name) const {
    return table_->values.contains(name);
}

void TomlSection::fault(std::string_view name, std::string detail) {
    faults_->push_back({path_ + std::string(name), "bad_setting", std::move(detail)});
}

void TomlSection::missing(std::string_view name) {
    asked_.emplace(name);
    faults_->push_back({path_ + std::string(name), "missing_setting", "is needed"});
}

TomlSection TomlSection::section(const char* name) {
    asked_.emplace(name);
    auto inner = std::make_shared<TomlTable>();
    if (const toml::table* table = table_->values[name].as_table()) {
        inner->values = *table;
    } else {
        fault(name, "a section [" + std::string(name) + "] is needed");
    }
    return {std::move(inner), path_ + name + ".", *faults_};
}

std::vector<TomlSection> TomlSection::sections(const char* name) {
    asked_.emplace(name);
    std::vector<TomlSection> out;
    if (!has(name)) return out;
    const toml::array* list = table_->values[name].as_array();
    if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
        fault(name, "must be written as [[" + std::string(name) + "]], one section each");
        return out;
    }
    for (const toml::node& node : *list) {
        auto inner = std::make_shared<TomlTable>(TomlTable{*node.as_table()});
        out.emplace_back(std::move(inner), path_ + name + "[" + std::to_string(out.size()) + "].",
                         *faults_);
    }
    return out;
}

std::optional<std::string> TomlSection::find_text(const char* name) {
    asked_.emplace(name);
    const auto node = table_->values[name];
    if (!node) return std::nullopt;
    const auto* text = node.as_string();
    if (text != nullptr && !text->get().empty()) return text->get();
    fault(name, text != nullptr ? "must not be empty" : "must be a text in quotes");
    return std::nullopt;
}

std::string TomlSection::need_text(const char* name) {
    if (!has(name)) missing(name);
    return find_text(name).value_or("");
}

std::int64_t TomlSection::integer(const char* name, std::optional<std::int64_t> usual,
                                  std::int64_t least, std::int64_t most) {
    asked_.emplace(name);
    const auto node = table_->values[name];
    if (!node) {
        if (!usual) missing(name);
        return usual.value_or(least);
    }
    const auto* number = node.as_integer();
    if (number != nullptr && number->get() >= least && number->get() <= most) return number->get();
    fault(name, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return usual.value_or(least);
}

std::vector<std::string> TomlSection::words(const char* name) {
    asked_.emplace(name);
    std::vector<std::string> out;
    const auto value = table_->values[name];
    if (!value) return out;
    const toml::array* list = value.as_array();
    if (list == nullptr) {
        fault(name, "must be a list: [ … ]");
        return out;
    }
    for (const toml::node& node : *list) {
        std::string word;
        if (const auto* text = node.as_string()) word = text->get();
        if (const auto* number = node.as_integer()) word = std::to_string(number->get());
        if (word.empty()) fault(name, "each is a text or an integer");
        if (std::ranges::find(out, word) != out.end()) fault(name, word + " is there twice");
        out.push_back(std::move(word));
    }
    return out;
}

void TomlSection::finish() {
    for (const auto& [key, node] : table_->values) {
        if (!asked_.contains(key.str())) fault(key.str(), "there is no such setting");
    }
}

}  // namespace suanpan::meter
