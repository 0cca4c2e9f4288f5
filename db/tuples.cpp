#include "db/tuples.hpp"

#include "base/check.hpp"

namespace suanpan::db {
namespace {

// Object ids of the built-in types (PostgreSQL, catalog/pg_type.dat): never to change.
std::int64_t element_oid(ColumnType array) {
    switch (array) {
        case ColumnType::kUuidArray: return 2950;
        case ColumnType::kTextArray: return 25;
        case ColumnType::kBigintArray: return 20;
        default: break;
    }
    CHECK(false);
    return 0;
}

std::int64_t read_length(std::string_view data) {
    std::uint32_t value = 0;
    for (const char c : data.substr(0, kLengthBytes))
        value = value << 8 | static_cast<std::uint8_t>(c);
    return static_cast<std::int32_t>(value);
}

}  // namespace

void put_array_head(std::string& out, ColumnType array, std::size_t elements) {
    put_number<4>(out, elements == 0 ? 0 : 1);  // dimensions
    put_number<4>(out, 0);                      // without NULLs
    put_number<4>(out, element_oid(array));
    if (elements == 0) return;
    put_number<4>(out, static_cast<std::int64_t>(elements));
    put_number<4>(out, 1);  // the first index
}

std::vector<std::optional<std::string_view>> Tuples::row(std::size_t number) const {
    std::vector<std::optional<std::string_view>> fields;
    fields.reserve(columns_);
    std::string_view rest = std::string_view(data_).substr(starts_.at(number) + 2);
    for (std::size_t i = 0; i < columns_; ++i) {
        const std::int64_t length = read_length(rest);
        rest.remove_prefix(kLengthBytes);
        if (length < 0) {
            fields.emplace_back(std::nullopt);
            continue;
        }
        fields.emplace_back(rest.substr(0, static_cast<std::size_t>(length)));
        rest.remove_prefix(static_cast<std::size_t>(length));
    }
    return fields;
}

}  // namespace suanpan::db
