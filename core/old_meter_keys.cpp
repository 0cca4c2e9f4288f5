#include "core/old_meter_keys.hpp"

#include "core/rows.hpp"

#include <algorithm>

namespace suanpan::core {

settlement::MeterKeys meter_keys_of(const MeterRow& meter, const std::vector<MeterKeyRow>& before) {
    std::vector<settlement::MeterKey> keys;
    keys.reserve(before.size() + 1);
    for (const MeterKeyRow& row : before)
        keys.push_back({row.key, row.until, row.revoked});
    keys.push_back({meter.key, std::nullopt});
    return {std::move(keys), meter.revoked};
}

settlement::MeterKeys OldMeterKeys::keys_of(const MeterRow& meter) const {
    static const std::vector<MeterKeyRow> kNone;
    const auto before = by_meter.find(meter.id);
    return meter_keys_of(meter, before == by_meter.end() ? kNone : before->second);
}

void OldMeterKeys::add(const MeterId& meter, const settlement::MeterKey& key, LogIndex index) {
    by_meter[meter].push_back({meter, key.key, key.until.value(), key.revoked, index});
    touched.mark({meter, key.key});
}

void OldMeterKeys::change(const MeterId& meter, const settlement::MeterKey& key) {
    std::vector<MeterKeyRow>& keys = by_meter.at(meter);
    const auto found = std::ranges::find(keys, key.key, &MeterKeyRow::key);
    found->until = key.until.value();
    found->revoked = key.revoked;
    touched.mark({meter, key.key});
}

void OldMeterKeys::mark_changes(Rows& out) const {
    for (const auto& [meter, key] : touched.keys())
        out.meter_keys.push_back(*std::ranges::find(by_meter.at(meter), key, &MeterKeyRow::key));
}

void OldMeterKeys::add_state(Rows& out) const {
    for (const auto& [meter, keys] : by_meter)
        out.meter_keys.insert(out.meter_keys.end(), keys.begin(), keys.end());
}

void OldMeterKeys::load(const Rows& rows) {
    for (const MeterKeyRow& row : rows.meter_keys)
        by_meter[row.meter].push_back(row);
    for (auto& [meter, keys] : by_meter)
        std::ranges::sort(keys, {}, &MeterKeyRow::index);
}

}  // namespace suanpan::core
