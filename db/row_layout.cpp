#include "db/row_layout.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace suanpan::db {
namespace {

constexpr std::size_t kOidBytes = 4;

}  // namespace

RowLayout::RowLayout(const RowType& type, const std::vector<ColumnInfo>& columns)
    : row_type_(type.id), columns_(columns.size()) {
    std::size_t found = 0;
    for (const RowType::Attribute& attribute : type.attributes) {
        const auto column = std::ranges::find(columns, attribute.name, &ColumnInfo::name);
        Place place{attribute.type, std::nullopt};
        if (column != columns.end()) {
            place.column = static_cast<std::size_t>(column - columns.begin());
            ++found;
        }
        places_.push_back(place);
    }
    if (found != columns.size())
        throw BadRow("a table lacks columns that are to be written: migrate the database");
}

std::string RowLayout::encode(const Tuples& rows) const {
    const auto all = rows.fields();
    CHECK(all.size() == rows.size() * columns_);
    const std::size_t added = places_.size() * (kOidBytes + kLengthBytes) + 2 * kLengthBytes;
    std::string out;
    out.reserve(rows.data().size() + rows.size() * added + 5 * kLengthBytes);
    put_array_start(out, row_type_, rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::span fields(all.data() + row * columns_, columns_);
        put_counted(out, [&] {
            put_length(out, places_.size());
            for (const Place& place : places_) {
                put_number<kOidBytes>(out, place.type);
                const auto value = place.column ? fields[*place.column] : std::nullopt;
                value ? put_raw(out, *value) : put_null(out);
            }
        });
    }
    return out;
}

}  // namespace suanpan::db
