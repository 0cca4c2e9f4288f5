#include "db/tuples.hpp"

#include "base/check.hpp"

#include <utility>

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
    put_array_start(out, element_oid(array), elements);
}

void put_array_start(std::string& out, std::int64_t element_type, std::size_t elements) {
    put_number<4>(out, elements == 0 ? 0 : 1);  // dimensions
    put_number<4>(out, 0);                      // without NULLs
    put_number<4>(out, element_type);
    if (elements == 0) return;
    put_number<4>(out, static_cast<std::int64_t>(elements));
    put_number<4>(out, 1);  // the first index
}

CellView TupleReader::next() {
    if (rest_.size() < kLengthBytes) throw BadRow("a stored row has fewer columns");
    const std::int64_t length = read_length(rest_);
    rest_.remove_prefix(kLengthBytes);
    if (length < 0) return std::nullopt;
    const auto size = static_cast<std::size_t>(length);
    if (rest_.size() < size) throw BadRow("a stored row is cut off");
    const std::string_view field = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return field;
}

std::int64_t TupleReader::number(std::string_view field) {
    if (field.size() != sizeof(std::int64_t)) throw BadRow("a stored number is not one");
    std::uint64_t value = 0;
    for (const char c : field)
        value = value << 8 | static_cast<std::uint8_t>(c);
    return static_cast<std::int64_t>(value);
}

void TupleReader::each_element(std::string_view array,
                               const std::function<void(std::string_view)>& read_one) {
    constexpr std::size_t kHead = 20;  // see put_array_head()
    if (array.size() <= kHead) return;
    const std::string_view row = std::exchange(rest_, array.substr(kHead));
    while (!rest_.empty())
        read_one(not_null(next()));
    rest_ = row;
}

void TupleReader::read(const CellView& cell, std::vector<matching::Step>& steps) {
    std::vector<std::int64_t> numbers;
    read(cell, numbers);
    if (numbers.size() % 2 != 0) throw BadRow("stored steps are not pairs");
    steps.clear();
    for (std::size_t i = 0; i < numbers.size(); i += 2)
        steps.push_back({Time(numbers[i]), Lots(numbers[i + 1])});
}

namespace {

template <typename T>
const T& parsed_once(std::unordered_map<std::string, T>& known, std::string_view text) {
    const auto [at, fresh] = known.try_emplace(std::string(text));
    if (fresh) at->second = Column<T>::decode(text);
    return at->second;
}

}  // namespace

void TupleReader::read(const CellView& cell, matching::Profile& value) {
    value = parsed_once(profiles_, json_text(not_null(cell)));
}

void TupleReader::read(const CellView& cell, matching::Requirement& value) {
    value = parsed_once(requirements_, json_text(not_null(cell)));
}

std::vector<std::optional<std::string_view>> Tuples::fields() const {
    std::vector<std::optional<std::string_view>> fields;
    fields.reserve(rows_ * columns_);
    std::string_view rest = data_;
    for (std::size_t i = 0; i < rows_ * columns_; ++i) {
        if (i % columns_ == 0) rest.remove_prefix(kCountBytes);
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
