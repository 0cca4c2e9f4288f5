#include "client/csv.hpp"

#include "base/check.hpp"

namespace suanpan::client {
namespace {

tl::unexpected<Error> bad_csv(std::size_t line, std::string_view what) {
    return fail("bad_csv", "line " + std::to_string(line) + ": " + std::string(what));
}

// Reads one record from the front of `text`; `line` counts what was read.
Result<std::vector<std::string>> take_record(std::string_view& text, std::size_t& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    bool closed = false;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (quoted) {
            if (c != '"') {
                fields.back() += c;
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                fields.back() += '"';
                ++i;
            } else {
                quoted = false;
                closed = true;
            }
        } else if (c == '"' && fields.back().empty() && !closed) {
            quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
            closed = false;
        } else if (c == '\n') {
            break;
        } else if (c == '"' || closed) {
            if (c != '\r') return bad_csv(line, "text beside a quoted field");
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    if (quoted) return bad_csv(line, "a quote is not closed");
    text.remove_prefix(std::min(i + 1, text.size()));
    return fields;
}

}  // namespace

Result<CsvTable> CsvTable::parse(std::string_view text) {
    if (text.size() > kMaxCsvBytes) return fail("bad_csv", "the file is larger than 64 MiB");
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    CsvTable table;
    std::size_t line = 1;
    const auto header = take_record(text, line);
    if (!header) return fail(header.error());
    for (std::size_t i = 0; i < header->size(); ++i) {
        if (!table.columns_.emplace((*header)[i], i).second)
            return bad_csv(1, "the column '" + (*header)[i] + "' is there twice");
    }
    while (!text.empty()) {
        const std::size_t at = line;
        auto record = take_record(text, line);
        if (!record) return fail(record.error());
        if (record->size() == 1 && record->front().empty()) continue;
        if (record->size() != header->size()) {
            return bad_csv(at, std::to_string(record->size()) + " fields where the header has " +
                                   std::to_string(header->size()));
        }
        table.rows_.push_back(std::move(*record));
    }
    return table;
}

bool CsvTable::has(std::string_view column) const {
    return columns_.find(column) != columns_.end();
}

const std::string& CsvTable::at(std::size_t row, std::string_view column) const {
    const auto found = columns_.find(column);
    CHECK(found != columns_.end());
    CHECK(row < rows_.size());
    return rows_[row][found->second];
}

}  // namespace suanpan::client
