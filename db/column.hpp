#pragma once

// How one C++ value becomes one column and back. Inside db/ only.

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "core/rows.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::db {

// What is stored cannot be what this program wrote.
class BadRow : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

template <typename T>
T get(Result<T> result) {
    if (!result) throw BadRow("a stored value is not valid: " + result.error().detail());
    return std::move(*result);
}

enum class ColumnType : std::uint8_t {
    kUuid,
    kText,
    kBigint,
    kBoolean,
    kBytea,
    kUuidArray,
    kTextArray,
    kBigintArray,
    kJsonb
};

// The text form of a value; nothing is NULL.
using Cell = std::optional<std::string>;
using CellView = std::optional<std::string_view>;

inline std::string_view not_null(const CellView& cell) {
    if (!cell) throw BadRow("a stored value is missing");
    return *cell;
}

// "{…}" with every element quoted.
std::string array_literal(const std::vector<Cell>& elements);
std::vector<std::string> parse_array(std::string_view literal);
std::int64_t parse_bigint(std::string_view text);

template <typename T>
struct Column;

template <>
struct Column<std::string> {
    static constexpr ColumnType kType = ColumnType::kText;
    static Cell encode(const std::string& value) { return value; }
    static std::string decode(const CellView& cell) { return std::string(not_null(cell)); }
};

template <>
struct Column<bool> {
    static constexpr ColumnType kType = ColumnType::kBoolean;
    static Cell encode(bool value) { return value ? "t" : "f"; }
    static bool decode(const CellView& cell) { return not_null(cell) == "t"; }
};

template <>
struct Column<std::int64_t> {
    static constexpr ColumnType kType = ColumnType::kBigint;
    static Cell encode(std::int64_t value) { return std::to_string(value); }
    static std::int64_t decode(const CellView& cell) { return parse_bigint(not_null(cell)); }
};

template <>
struct Column<int> {
    static constexpr ColumnType kType = ColumnType::kBigint;
    static Cell encode(int value) { return std::to_string(value); }
    static int decode(const CellView& cell) {
        return static_cast<int>(parse_bigint(not_null(cell)));
    }
};

template <typename Tag>
struct Column<StrongInt<Tag>> {
    static constexpr ColumnType kType = ColumnType::kBigint;
    static Cell encode(StrongInt<Tag> value) { return std::to_string(value.value); }
    static StrongInt<Tag> decode(const CellView& cell) {
        return StrongInt<Tag>(parse_bigint(not_null(cell)));
    }
};

// A nil id is NULL.
template <typename Kind>
struct Column<Id<Kind>> {
    static constexpr ColumnType kType = ColumnType::kUuid;
    static Cell encode(const Id<Kind>& id) {
        if (id.is_nil()) return std::nullopt;
        return to_uuid(id.bytes);
    }
    static Id<Kind> decode(const CellView& cell) {
        Id<Kind> id;
        if (cell) id.bytes = get(from_uuid(*cell));
        return id;
    }
};

// Written and read as hexadecimal digits.
template <std::size_t N>
struct Column<std::array<std::uint8_t, N>> {
    static constexpr ColumnType kType = ColumnType::kBytea;
    static Cell encode(const std::array<std::uint8_t, N>& bytes) { return to_hex(as_chars(bytes)); }
    static std::array<std::uint8_t, N> decode(const CellView& cell) {
        const std::string raw = get(from_hex(not_null(cell)));
        if (raw.size() != N) throw BadRow("a stored hash or key has another length");
        std::array<std::uint8_t, N> bytes{};
        for (std::size_t i = 0; i < N; ++i)
            bytes[i] = static_cast<std::uint8_t>(raw[i]);
        return bytes;
    }
};

template <typename T>
struct Column<std::optional<T>> {
    static constexpr ColumnType kType = Column<T>::kType;
    static Cell encode(const std::optional<T>& value) {
        if (!value) return std::nullopt;
        return Column<T>::encode(*value);
    }
    static std::optional<T> decode(const CellView& cell) {
        if (!cell) return std::nullopt;
        return Column<T>::decode(cell);
    }
};

constexpr ColumnType array_of(ColumnType element) {
    if (element == ColumnType::kUuid) return ColumnType::kUuidArray;
    if (element == ColumnType::kText) return ColumnType::kTextArray;
    return ColumnType::kBigintArray;
}

template <typename T>
struct Column<std::vector<T>> {
    static constexpr ColumnType kType = array_of(Column<T>::kType);
    static Cell encode(const std::vector<T>& values) {
        std::vector<Cell> cells;
        cells.reserve(values.size());
        for (const T& value : values)
            cells.push_back(Column<T>::encode(value));
        return array_literal(cells);
    }
    static std::vector<T> decode(const CellView& cell) {
        std::vector<T> values;
        for (const std::string& element : parse_array(not_null(cell)))
            values.push_back(Column<T>::decode(element));
        return values;
    }
};

// from_s, lots, from_s, lots, …
template <>
struct Column<std::vector<matching::Step>> {
    static constexpr ColumnType kType = ColumnType::kBigintArray;
    static Cell encode(const std::vector<matching::Step>& steps);
    static std::vector<matching::Step> decode(const CellView& cell);
};

template <typename Enum>
Enum parse_word(std::string_view text);

using matching::to_string;  // of Side and Unit, which live in suanpan

// Words of an enumeration, as everywhere else.
template <typename Enum>
    requires std::is_enum_v<Enum>
struct Column<Enum> {
    static constexpr ColumnType kType = ColumnType::kText;
    static Cell encode(Enum value) { return std::string(to_string(value)); }
    static Enum decode(const CellView& cell) { return parse_word<Enum>(not_null(cell)); }
};

// Values with a text form and a parser of their own.
template <typename T, ColumnType Type>
struct TextColumn {
    static constexpr ColumnType kType = Type;
    static Cell encode(const T& value);
    static T decode(const CellView& cell);
};
template <>
struct Column<matching::MarketKey> : TextColumn<matching::MarketKey, ColumnType::kText> {};
template <>
struct Column<matching::Profile> : TextColumn<matching::Profile, ColumnType::kJsonb> {};
template <>
struct Column<matching::Requirement> : TextColumn<matching::Requirement, ColumnType::kJsonb> {};
template <>
struct Column<std::map<std::string, Ppm>>
    : TextColumn<std::map<std::string, Ppm>, ColumnType::kJsonb> {};
template <>
struct Column<std::map<std::string, Rate>>
    : TextColumn<std::map<std::string, Rate>, ColumnType::kJsonb> {};
template <>
struct Column<std::map<std::string, core::ClassRate>>
    : TextColumn<std::map<std::string, core::ClassRate>, ColumnType::kJsonb> {};
template <>
struct Column<std::map<std::string, core::RunTotals>>
    : TextColumn<std::map<std::string, core::RunTotals>, ColumnType::kJsonb> {};
template <>
struct Column<core::Grades> : TextColumn<core::Grades, ColumnType::kJsonb> {};
template <>
struct Column<core::Guarantees> : TextColumn<core::Guarantees, ColumnType::kJsonb> {};
template <>
struct Column<std::vector<settlement::TaxRule>>
    : TextColumn<std::vector<settlement::TaxRule>, ColumnType::kJsonb> {};
template <>
struct Column<std::vector<settlement::MissedGuarantee>>
    : TextColumn<std::vector<settlement::MissedGuarantee>, ColumnType::kJsonb> {};
template <>
struct Column<settlement::DiscountAgreement>
    : TextColumn<settlement::DiscountAgreement, ColumnType::kJsonb> {};
template <>
struct Column<settlement::AppliedDiscount>
    : TextColumn<settlement::AppliedDiscount, ColumnType::kText> {};
template <>
struct Column<settlement::Programme> : TextColumn<settlement::Programme, ColumnType::kJsonb> {};
template <>
struct Column<core::OrderVoucher> : TextColumn<core::OrderVoucher, ColumnType::kJsonb> {};
template <>
struct Column<core::LeaseVoucher> : TextColumn<core::LeaseVoucher, ColumnType::kJsonb> {};
template <>
struct Column<settlement::Delivered> : TextColumn<settlement::Delivered, ColumnType::kJsonb> {};
template <>
struct Column<std::vector<settlement::OwnerOffer>>
    : TextColumn<std::vector<settlement::OwnerOffer>, ColumnType::kJsonb> {};
template <>
struct Column<settlement::WaterfallDifference>
    : TextColumn<settlement::WaterfallDifference, ColumnType::kJsonb> {};

}  // namespace suanpan::db
