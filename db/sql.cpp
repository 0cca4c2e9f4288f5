#include "db/sql.hpp"

#include <pqxx/connection_base>
#include <pqxx/prepared_statement>

#include <utility>

namespace suanpan::db {
namespace {

// The value of text column `name`, as its own type.
std::string typed(std::string_view name, ColumnType type) {
    const std::string text = "v." + std::string(name);
    switch (type) {
        case ColumnType::kUuid: return text + "::uuid";
        case ColumnType::kText: return text;
        case ColumnType::kBigint: return text + "::bigint";
        case ColumnType::kBoolean: return text + "::boolean";
        case ColumnType::kBytea: return "decode(" + text + ", 'hex')";
        case ColumnType::kUuidArray: return text + "::uuid[]";
        case ColumnType::kTextArray: return text + "::text[]";
        case ColumnType::kBigintArray: return text + "::bigint[]";
        case ColumnType::kJsonb: return text + "::jsonb";
    }
    return text;
}

bool is_key(std::string_view key, std::string_view column) {
    for (std::size_t at = 0; at < key.size();) {
        const std::size_t end = std::min(key.find(", ", at), key.size());
        if (key.substr(at, end - at) == column) return true;
        at = end + 2;
    }
    return false;
}

std::string on_conflict(std::string_view key, const std::vector<ColumnInfo>& columns) {
    if (key.empty()) return "";
    std::string updates;
    for (const ColumnInfo& column : columns) {
        if (is_key(key, column.name)) continue;
        if (!updates.empty()) updates += ", ";
        updates.append(column.name).append(" = excluded.").append(column.name);
    }
    return " ON CONFLICT (" + std::string(key) + ") DO UPDATE SET " + updates;
}

}  // namespace

std::vector<std::string> ColumnWriter::parameters() const {
    std::vector<std::string> out;
    out.reserve(cells_.size());
    for (const auto& column : cells_)
        out.push_back(array_literal(column));
    return out;
}

CellView RowReader::next() {
    const pqxx::field field = row_[at_++];
    if (field.is_null()) return std::nullopt;
    return std::string_view(field.c_str(), field.size());
}

std::string select_list(std::string_view alias, const std::vector<ColumnInfo>& columns) {
    std::string out;
    for (const ColumnInfo& column : columns) {
        if (!out.empty()) out += ", ";
        const std::string name = std::string(alias) + "." + std::string(column.name);
        out += column.type == ColumnType::kBytea ? "encode(" + name + ", 'hex')" : name;
    }
    return out;
}

std::string column_names(const std::vector<ColumnInfo>& columns) {
    std::string out;
    for (const ColumnInfo& column : columns) {
        if (!out.empty()) out += ", ";
        out += column.name;
    }
    return out;
}

std::string insert_statement(std::string_view table, std::string_view key,
                             const std::vector<ColumnInfo>& columns) {
    const std::string names = column_names(columns);
    std::string values;
    std::string arrays;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string separator = i == 0 ? "" : ", ";
        values += separator + typed(columns[i].name, columns[i].type);
        arrays.append(separator).append("$").append(std::to_string(i + 1)).append("::text[]");
    }
    return "INSERT INTO " + std::string(table) + " (" + names + ") SELECT " + values +
           " FROM unnest(" + arrays + ") AS v (" + names + ")" + on_conflict(key, columns);
}

std::string insert_rows_statement(std::string_view table, std::string_view key,
                                  const std::vector<ColumnInfo>& columns) {
    const std::string names = column_names(columns);
    return "INSERT INTO " + std::string(table) + " (" + names + ") SELECT " + names +
           " FROM unnest($1::" + std::string(table) + "[])" + on_conflict(key, columns);
}

pqxx::result run_prepared(Tx& tx, const std::string& name, const std::string& sql,
                          const std::vector<std::string>& parameters) {
    tx.conn().prepare(name, sql);
    return tx.exec_prepared(name, pqxx::prepare::make_dynamic_params(parameters));
}

pqxx::result run_statement(Tx& tx, std::string_view name, const std::string& sql,
                           const std::vector<Cell>& parameters) {
    std::vector<const char*> texts;
    texts.reserve(parameters.size());
    for (const Cell& cell : parameters)
        texts.push_back(cell ? cell->c_str() : nullptr);
    return tx.exec_params("/* " + std::string(name) + " */ " + sql,
                          pqxx::prepare::make_dynamic_params(texts));
}

Select::Select(std::string_view name, std::string select, std::string_view from)
    : name_(name), sql_("SELECT " + std::move(select) + " FROM " + std::string(from)) {}

Select& Select::where(std::string_view condition) {
    sql_ += conditions_ ? " AND " : " WHERE ";
    sql_ += condition;
    conditions_ = true;
    return *this;
}

Select& Select::where_cell(std::string_view condition, Cell value) {
    parameters_.push_back(std::move(value));
    std::string text(condition);
    const std::string number = "$" + std::to_string(parameters_.size());
    for (std::size_t at = text.find("$?"); at != std::string::npos; at = text.find("$?"))
        text.replace(at, 2, number);
    return where(text);
}

Select& Select::then(std::string_view tail) {
    tail_ += " " + std::string(tail);
    return *this;
}

std::string Select::text() const {
    return sql_ + tail_;
}

pqxx::result Select::run(Tx& tx) const {
    return run_statement(tx, name_, text(), parameters_);
}

}  // namespace suanpan::db
