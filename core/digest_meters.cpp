#include "base/bytes.hpp"
#include "core/digest_lines.hpp"

#include <fmt/format.h>

namespace suanpan::core {

std::string line(const MeterRow& row) {
    std::string pools;
    for (const PoolId& pool : row.pools)
        pools += to_string(pool) + ",";
    return fmt::format("meter {} {} {} {} {} {} {}", to_string(row.id), to_string(row.organisation),
                       settlement::to_string(row.role), to_hex(as_chars(row.key)), pools,
                       row.revoked, row.index.value);
}

std::string line(const MeterKeyRow& row) {
    return fmt::format("meter_key {} {} {} {} {}", to_string(row.meter), to_hex(as_chars(row.key)),
                       row.until.value, row.revoked, row.index.value);
}

}  // namespace suanpan::core
