#pragma once

// The keys that meters had before the one in force; inside of core/ only. Who may change them is in
// market_impl.hpp's handlers (core/meters.cpp).

#include "core/meter_rows.hpp"
#include "core/touched.hpp"

#include <map>
#include <utility>
#include <vector>

namespace suanpan::core {

struct Rows;

struct OldMeterKeys {
    std::map<MeterId, std::vector<MeterKeyRow>> by_meter;  // in the order of their rotations
    Touched<std::pair<MeterId, PublicKey>> touched;

    [[nodiscard]] settlement::MeterKeys keys_of(const MeterRow& meter) const;
    // REQUIRE a key that has its end: the first, a new one; the other, one that is here.
    void add(const MeterId& meter, const settlement::MeterKey& key, LogIndex index);
    void change(const MeterId& meter, const settlement::MeterKey& key);
    void mark_changes(Rows& out) const;
    void add_state(Rows& out) const;
    void load(const Rows& rows);
};

}  // namespace suanpan::core
