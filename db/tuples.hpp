#pragma once

// Rows in PostgreSQL's binary form: what COPY takes (documentation, "COPY", "Binary Format") and,
// field by field, what a prepared statement takes. Inside db/ only.

#include "db/column.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace suanpan::db {

// Of the network's byte order.
template <std::size_t Bytes>
void put_number(std::string& out, std::int64_t value) {
    std::array<char, Bytes> bytes{};
    for (std::size_t i = 0; i < Bytes; ++i)
        bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * (Bytes - 1 - i)));
    out.append(bytes.data(), bytes.size());
}
inline constexpr std::size_t kLengthBytes = 4;
inline constexpr std::size_t kCountBytes = 2;  // of a row's fields, before them
inline void put_length(std::string& out, std::size_t length) {
    put_number<kLengthBytes>(out, static_cast<std::int64_t>(length));
}
inline void put_null(std::string& out) {
    put_number<kLengthBytes>(out, -1);
}
inline void put_raw(std::string& out, std::string_view bytes) {
    put_length(out, bytes.size());
    out += bytes;
}
// jsonb is its text behind a version byte.
inline void put_json(std::string& out, std::string_view text) {
    put_length(out, text.size() + 1);
    out += '\1';
    out += text;
}
// The head of an array of one dimension, of elements of that object id; they follow as fields.
void put_array_start(std::string& out, std::int64_t element_type, std::size_t elements);
// Of one of the built-in types.
void put_array_head(std::string& out, ColumnType array, std::size_t elements);

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <typename T>
std::int64_t number_of(const T& value) {
    if constexpr (std::is_integral_v<T>)
        return value;
    else
        return value.value;
}

template <typename T>
void put_field(std::string& out, const T& value);

// What `put` writes, behind its length, which is known then.
template <typename Put>
void put_counted(std::string& out, const Put& put) {
    const std::size_t at = out.size();
    put_length(out, 0);
    put();
    std::string length;
    put_length(length, out.size() - at - kLengthBytes);
    out.replace(at, kLengthBytes, length);
}

template <typename Put>
void put_array(std::string& out, ColumnType array, std::size_t elements, const Put& put) {
    put_counted(out, [&] {
        put_array_head(out, array, elements);
        put();
    });
}

inline void put_field(std::string& out, const std::vector<matching::Step>& steps) {
    put_array(out, ColumnType::kBigintArray, 2 * steps.size(), [&] {
        for (const matching::Step& step : steps) {
            put_field(out, step.from);
            put_field(out, step.lots);
        }
    });
}

template <typename T>
void put_field(std::string& out, const std::vector<T>& values) {
    constexpr ColumnType kType = Column<std::vector<T>>::kType;
    if constexpr (kType == ColumnType::kJsonb) {
        put_json(out, not_null(Column<std::vector<T>>::encode(values)));
    } else {
        put_array(out, kType, values.size(), [&] {
            for (const T& value : values)
                put_field(out, value);
        });
    }
}

template <typename T>
void put_field(std::string& out, const T& value) {
    constexpr ColumnType kType = Column<T>::kType;
    if constexpr (kIsOptional<T>) {
        value ? put_field(out, *value) : put_null(out);
    } else if constexpr (kType == ColumnType::kBigint) {
        put_length(out, 8);
        put_number<8>(out, number_of(value));
    } else if constexpr (kType == ColumnType::kBoolean) {
        put_raw(out, value ? std::string_view("\1", 1) : std::string_view("\0", 1));
    } else if constexpr (kType == ColumnType::kUuid) {
        value.is_nil() ? put_null(out) : put_raw(out, as_chars(value.bytes));
    } else if constexpr (kType == ColumnType::kBytea) {
        put_raw(out, as_chars(value));
    } else if constexpr (std::is_enum_v<T>) {
        put_raw(out, to_string(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
        put_raw(out, value);
    } else if constexpr (kType == ColumnType::kJsonb) {
        put_json(out, not_null(Column<T>::encode(value)));
    } else {
        put_raw(out, not_null(Column<T>::encode(value)));
    }
}

template <std::size_t N>
void copy_bytes(std::string_view field, std::array<std::uint8_t, N>& bytes) {
    if (field.size() != N) throw BadRow("a stored id, hash or key has another length");
    std::ranges::copy(field, bytes.begin());
}

// The text of a jsonb.
inline std::string_view json_text(std::string_view field) {
    if (field.empty()) throw BadRow("a stored document is not one");
    return field.substr(1);
}

// Rows of one table, by its fields().
class Tuples {
 public:
    explicit Tuples(std::size_t columns) : columns_(columns) {}

    void begin_row() {
        ++rows_;
        put_number<kCountBytes>(data_, static_cast<std::int64_t>(columns_));
    }
    template <typename T>
    void operator()(std::string_view, const T& value) {
        put_field(data_, value);
    }
    void bytes(std::string_view, const std::string& value) { put_raw(data_, value); }

    [[nodiscard]] std::size_t size() const { return rows_; }
    [[nodiscard]] std::string_view data() const { return data_; }
    // Of all rows, one after the other; NULL is nothing.
    [[nodiscard]] std::vector<std::optional<std::string_view>> fields() const;

 private:
    std::size_t columns_;
    std::size_t rows_ = 0;
    std::string data_;
};

// Reads a row that COPY gave, field by field; requirements and profiles come again and again, so
// those that were parsed are remembered by their text. Throws BadRow.
class TupleReader {
 public:
    void begin_row(std::string_view row) { rest_ = row; }
    template <typename T>
    void operator()(std::string_view, T& value) {
        read(next(), value);
    }
    void bytes(std::string_view, std::string& value) { value = not_null(next()); }

 private:
    CellView next();
    static std::int64_t number(std::string_view field);
    // The elements of an array, each by `read_one`.
    void each_element(std::string_view array,
                      const std::function<void(std::string_view)>& read_one);

    template <typename T>
    void read(const CellView& cell, T& value);
    template <typename T>
    void read(const CellView& cell, std::vector<T>& values);
    void read(const CellView& cell, std::vector<matching::Step>& steps);
    void read(const CellView& cell, matching::Profile& value);
    void read(const CellView& cell, matching::Requirement& value);

    std::string_view rest_;
    std::unordered_map<std::string, matching::Profile> profiles_;
    std::unordered_map<std::string, matching::Requirement> requirements_;
};

template <typename T>
void TupleReader::read(const CellView& cell, T& value) {
    constexpr ColumnType kType = Column<T>::kType;
    if constexpr (kIsOptional<T>) {
        if (cell)
            read(cell, value.emplace());
        else
            value.reset();
    } else if constexpr (kType == ColumnType::kBigint) {
        value = static_cast<T>(number(not_null(cell)));
    } else if constexpr (kType == ColumnType::kBoolean) {
        value = not_null(cell) == std::string_view("\1", 1);
    } else if constexpr (kType == ColumnType::kUuid) {
        value = T{};
        if (cell) copy_bytes(*cell, value.bytes);
    } else if constexpr (kType == ColumnType::kBytea) {
        copy_bytes(not_null(cell), value);
    } else if constexpr (kType == ColumnType::kJsonb) {
        value = Column<T>::decode(json_text(not_null(cell)));
    } else {
        value = Column<T>::decode(cell);
    }
}

template <typename T>
void TupleReader::read(const CellView& cell, std::vector<T>& values) {
    if constexpr (Column<std::vector<T>>::kType == ColumnType::kJsonb) {
        values = Column<std::vector<T>>::decode(json_text(not_null(cell)));
    } else {
        values.clear();
        each_element(not_null(cell), [&](std::string_view element) {
            read(CellView(element), values.emplace_back());
        });
    }
}

}  // namespace suanpan::db
