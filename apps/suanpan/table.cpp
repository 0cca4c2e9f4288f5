#include "apps/suanpan/table.hpp"

#include <algorithm>
#include <cstdint>

namespace suanpan::cli {
namespace {

std::string cell_text(const Json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_array()) {
        std::string out;
        for (const Json& item : value)
            out += (out.empty() ? "" : ",") + cell_text(item);
        return out;
    }
    return value.dump();
}

bool is_number_like(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
    const std::size_t have = display_width(text);
    const std::string blanks(width > have ? width - have : 0, ' ');
    return right ? blanks + text : text + blanks;
}

std::string joined(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                   const std::vector<bool>& right) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
        line += (i == 0 ? "" : "  ") + padded(cells[i], widths[i], right[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

std::vector<Column> all_members(const Json& row) {
    std::vector<Column> columns;
    if (!row.is_object()) return {{"value", ""}};
    for (const auto& member : row.items())
        columns.push_back({member.key(), "/" + member.key()});
    return columns;
}

std::string cell_of(const Json& row, const Column& column) {
    const Json::json_pointer pointer(column.pointer);
    return row.contains(pointer) ? cell_text(row.at(pointer)) : std::string();
}

void format_members(const Json& object, const std::string& indent, std::string& out) {
    for (const auto& member : object.items()) {
        const Json& value = member.value();
        const bool rows = value.is_array() && !value.empty() && value.front().is_object();
        if (value.is_object() && !value.empty()) {
            out += indent + member.key() + ":\n";
            format_members(value, indent + "  ", out);
        } else if (rows) {
            out += indent + member.key() + ":\n" + format_table(value, {});
        } else {
            out += indent + member.key() + ": " + cell_text(value) + "\n";
        }
    }
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if ((byte & 0xC0U) == 0x80U) continue;
        // Three-byte characters from U+3000 on and four-byte ones: East Asian, two columns wide.
        width += byte >= 0xE3U ? 2 : 1;
    }
    return width;
}

std::string format_table(const Json& rows, std::vector<Column> columns) {
    if (rows.empty()) return "(none)\n";
    if (columns.empty()) columns = all_members(rows.front());
    std::vector<std::size_t> widths;
    std::vector<bool> right(columns.size(), true);
    std::vector<std::string> titles;
    for (const Column& column : columns) {
        titles.push_back(column.title);
        widths.push_back(display_width(column.title));
    }
    std::vector<std::vector<std::string>> cells;
    for (const Json& row : rows) {
        std::vector<std::string> line;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            line.push_back(cell_of(row, columns[i]));
            widths[i] = std::max(widths[i], display_width(line.back()));
            if (!line.back().empty() && !is_number_like(line.back())) right[i] = false;
        }
        cells.push_back(std::move(line));
    }
    std::string out = joined(titles, widths, right);
    for (const auto& line : cells)
        out += joined(line, widths, right);
    return out;
}

std::string format_object(const Json& object) {
    if (!object.is_object()) return cell_text(object) + "\n";
    std::string out;
    format_members(object, "", out);
    return out;
}

}  // namespace suanpan::cli
