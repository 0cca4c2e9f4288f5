#pragma once

// Statements made from the table descriptions, and rows read by them. Inside db/ only.
// Every value is a parameter; the text of a statement comes from this program alone.

#include "db/pool.hpp"
#include "db/table.hpp"

#include <pqxx/result>
#include <pqxx/row>
#include <pqxx/transaction_base>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanpan::db {

struct ColumnInfo {
    std::string_view name;
    ColumnType type;
};

class Describer {
 public:
    template <typename T>
    void operator()(std::string_view name, const T&) {
        columns.push_back({name, Column<T>::kType});
    }
    void bytes(std::string_view name, const std::string&) {
        columns.push_back({name, ColumnType::kBytea});
    }
    std::vector<ColumnInfo> columns;
};

template <typename R>
const std::vector<ColumnInfo>& columns() {
    static const std::vector<ColumnInfo> kColumns = [] {
        Describer describer;
        R row;
        fields(describer, row);
        return describer.columns;
    }();
    return kColumns;
}

// Column after column, for unnest().
class ColumnWriter {
 public:
    explicit ColumnWriter(std::size_t columns) : cells_(columns) {}
    void begin_row() { at_ = 0; }
    template <typename T>
    void operator()(std::string_view, const T& value) {
        cells_[at_++].push_back(Column<T>::encode(value));
    }
    void bytes(std::string_view, const std::string& value) {
        cells_[at_++].push_back(to_hex(value));
    }
    [[nodiscard]] std::vector<std::string> parameters() const;

 private:
    std::vector<std::vector<Cell>> cells_;
    std::size_t at_ = 0;
};

class RowReader {
 public:
    explicit RowReader(const pqxx::row& row) : row_(row) {}
    template <typename T>
    void operator()(std::string_view, T& value) {
        value = Column<T>::decode(next());
    }
    void bytes(std::string_view, std::string& value) { value = get(from_hex(not_null(next()))); }
    template <typename T>
    T value() {
        return Column<T>::decode(next());
    }
    template <typename R>
    R row() {
        R out;
        fields(*this, out);
        return out;
    }

 private:
    CellView next();

    pqxx::row row_;
    pqxx::row_size_type at_ = 0;
};

// "t.id, t.roles, encode(t.hash, 'hex'), …"
std::string select_list(std::string_view alias, const std::vector<ColumnInfo>& columns);
std::string insert_statement(std::string_view table, std::string_view key,
                             const std::vector<ColumnInfo>& columns);
// "id, roles, …"
std::string column_names(const std::vector<ColumnInfo>& columns);
// INSERT of the rows in $1, an array of the table's row type. With a key, a row replaces that of
// the same key.
std::string insert_rows_statement(std::string_view table, std::string_view key,
                                  const std::vector<ColumnInfo>& columns);

// One statement of this name, prepared once a connection.
pqxx::result run_prepared(Tx& tx, const std::string& name, const std::string& sql,
                          const std::vector<std::string>& parameters);
pqxx::result run_statement(Tx& tx, std::string_view name, const std::string& sql,
                           const std::vector<Cell>& parameters);

template <typename R>
std::vector<std::string> column_parameters(const std::vector<R>& rows) {
    ColumnWriter writer(columns<R>().size());
    for (const R& row : rows) {
        writer.begin_row();
        fields(writer, row);
    }
    return writer.parameters();
}

// All rows in one statement; rows with a key replace those of the same key. Nothing for no rows.
template <typename R>
pqxx::result::size_type write_rows(Tx& tx, const std::vector<R>& rows) {
    if (rows.empty()) return 0;
    static const std::string kName = "write_" + std::string(Table<R>::kName);
    static const std::string kSql = insert_statement(Table<R>::kName, Table<R>::kKey, columns<R>());
    return run_prepared(tx, kName, kSql, column_parameters(rows)).affected_rows();
}

// The same for rows that must all be new: one that is there already throws pqxx::unique_violation.
template <typename R>
pqxx::result::size_type add_rows(Tx& tx, const std::vector<R>& rows) {
    if (rows.empty()) return 0;
    static const std::string kName = "add_" + std::string(Table<R>::kName);
    static const std::string kSql = insert_statement(Table<R>::kName, "", columns<R>());
    return run_prepared(tx, kName, kSql, column_parameters(rows)).affected_rows();
}

// A SELECT put together from constant pieces; "$?" in a condition becomes its parameter's number.
class Select {
 public:
    // `from`: what stands behind FROM, joins included.
    Select(std::string_view name, std::string select, std::string_view from);

    Select& where(std::string_view condition);
    template <typename T>
    Select& where(std::string_view condition, const T& value) {
        return where_cell(condition, Column<T>::encode(value));
    }
    template <typename T>
    Select& where(std::string_view condition, const std::optional<T>& value) {
        if (value) where(condition, *value);
        return *this;
    }
    Select& then(std::string_view tail);  // ORDER BY, LIMIT
    pqxx::result run(Tx& tx) const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::vector<Cell>& parameters() const { return parameters_; }

 private:
    Select& where_cell(std::string_view condition, Cell value);

    std::string name_;
    std::string sql_;
    std::string tail_;
    bool conditions_ = false;
    std::vector<Cell> parameters_;
};

// SELECT of a table's own columns, the table under the alias t.
template <typename R>
Select select_from(std::string_view name) {
    return Select(name, select_list("t", columns<R>()), std::string(Table<R>::kName) + " AS t");
}

template <typename R>
std::vector<R> read_all(const pqxx::result& result) {
    std::vector<R> rows;
    rows.reserve(result.size());
    for (const auto& row : result)
        rows.push_back(RowReader(row).row<R>());
    return rows;
}

template <typename R>
std::optional<R> read_one(const pqxx::result& result) {
    if (result.empty()) return std::nullopt;
    return RowReader(result[0]).row<R>();
}

}  // namespace suanpan::db
