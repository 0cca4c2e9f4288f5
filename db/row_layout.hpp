#pragma once

// Rows of a table as one binary parameter: an array of the table's own row type (PostgreSQL's
// array_recv and record_recv read it). So one statement writes any number of rows, and PostgreSQL
// makes ready what a statement needs, above all the table's checks, once for all of them. Inside
// db/ only.

#include "db/sql.hpp"
#include "db/tuples.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {

// What PostgreSQL's catalogue says of a table.
struct RowType {
    struct Attribute {
        std::string name;
        std::int64_t type = 0;  // its object id, of a domain its own
    };
    std::int64_t id = 0;
    std::vector<Attribute> attributes;  // all of them, in the table's order
};

class RowLayout {
 public:
    // Throws BadRow when the table lacks one of the columns.
    RowLayout(const RowType& type, const std::vector<ColumnInfo>& columns);

    // REQUIRES rows of the columns it was made with. What the table has besides them is NULL.
    [[nodiscard]] std::string encode(const Tuples& rows) const;

 private:
    struct Place {
        std::int64_t type = 0;
        std::optional<std::size_t> column;
    };

    std::int64_t row_type_;
    std::size_t columns_;
    std::vector<Place> places_;
};

}  // namespace suanpan::db
