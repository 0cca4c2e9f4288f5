#include "apps/openapi-page/html.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::openapi {

namespace {

std::string with_code(std::string_view text) {
    std::string out;
    bool inside = false;
    for (const char c : html_text(text)) {
        if (c == '`') {
            out += inside ? "</code>" : "<code>";
            inside = !inside;
        } else {
            out += c;
        }
    }
    return out + (inside ? "</code>" : "");
}

}  // namespace

std::string prose(std::string_view text) {
    std::string out = "<p>";
    bool listed = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with("- ")) {
            out += listed ? "<li>" : "</p><ul><li>";
            listed = true;
            out += with_code(line.substr(2));
        } else {
            out += with_code(line) + "\n";
        }
    }
    return out + (listed ? "</ul>" : "</p>");
}

std::string json_block(const Json& value) {
    return "<pre>" + html_text(value.dump(2)) + "</pre>";
}

}  // namespace suanpan::openapi
