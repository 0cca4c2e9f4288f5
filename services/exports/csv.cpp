#include "services/exports/csv.hpp"

namespace suanpan::services {

std::string csv_text(std::string_view text) {
    std::string out;
    if (!text.empty() && std::string_view("=+-@\t").find(text.front()) != std::string_view::npos)
        out = "'";
    out += text;
    if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
    std::string quoted = "\"";
    for (const char c : out) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

std::string csv_row(std::initializer_list<std::string_view> cells) {
    std::string out;
    bool first = true;
    for (const std::string_view cell : cells) {
        if (!first) out += ',';
        first = false;
        out += cell;
    }
    return out + "\r\n";
}

}  // namespace suanpan::services
