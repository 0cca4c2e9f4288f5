// The columns of guarantees and of taxes.

#include "db/column.hpp"

#include <nlohmann/json.hpp>

namespace suanpan::db {

using settlement::MissedGuarantee;

template <>
Cell TextColumn<core::Guarantees, ColumnType::kJsonb>::encode(const core::Guarantees& value) {
    Json out = Json::object();
    for (const auto& [grade, guarantees] : value)
        out[grade] = Json::parse(settlement::to_json(guarantees));
    return canonical_json(out);
}
template <>
core::Guarantees TextColumn<core::Guarantees, ColumnType::kJsonb>::decode(const CellView& cell) {
    const Json json = get(parse_json(not_null(cell)));
    core::Guarantees out;
    for (const auto& [grade, guarantees] : json.items())
        out.emplace(grade, get(settlement::parse_guarantees(guarantees.dump())));
    return out;
}

template <>
Cell TextColumn<std::vector<MissedGuarantee>, ColumnType::kJsonb>::encode(
    const std::vector<MissedGuarantee>& value) {
    return settlement::to_json(value);
}
template <>
std::vector<MissedGuarantee> TextColumn<std::vector<MissedGuarantee>, ColumnType::kJsonb>::decode(
    const CellView& cell) {
    return get(settlement::parse_missed(not_null(cell)));
}

template <>
Cell TextColumn<std::vector<settlement::TaxRule>, ColumnType::kJsonb>::encode(
    const std::vector<settlement::TaxRule>& value) {
    return settlement::to_json(value);
}
template <>
std::vector<settlement::TaxRule>
TextColumn<std::vector<settlement::TaxRule>, ColumnType::kJsonb>::decode(const CellView& cell) {
    return get(settlement::parse_tax_rules(not_null(cell)));
}

}  // namespace suanpan::db
