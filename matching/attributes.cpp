#include "matching/profile.hpp"

#include <algorithm>

namespace suanpan::matching {

const std::vector<AttributeInfo>& attribute_table() {
    using enum AttributeType;
    // market §2, "capability profile". Numbers are scaled by 10^scale. A new attribute shifts the
    // indices, which live in memory only: whatever is stored or sent names the attribute.
    static const std::vector<AttributeInfo> table = {
        {"carbon_kg_per_kwh", kNumber, 4, false, true},  // CUE
        {"compliance", kTextSet, 0, false},              // tags such as "iso-27001", "mlps-3"
        {"confidential", kTextSet, 0, false},          // evidence offered, such as "sev-snp", "tdx"
        {"data_residency", kTextSet, 0, false},        // where data stay, such as "CN", "CN-GZ"
        {"device_kind", kText, 0, false},              // gpu, npu, cpu, fpga, qpu …
        {"device_model", kText, 0, false},             //
        {"device_vendor", kText, 0, false},            //
        {"down_mbit_s", kNumber, 3, false},            //
        {"firm", kFlag, 0, false},                     // no: preemptible with `notice_s`
        {"hub", kText, 0, false},                      //
        {"interconnect", kText, 0, false},             // nvlink, hccs, roce, infiniband …
        {"interconnect_gb_s", kNumber, 3, false},      //
        {"jitter_ms", kNumber, 3, false, true},        //
        {"loss_percent", kNumber, 4, false, true},     // packets lost
        {"memory_bandwidth_gb_s", kNumber, 3, false},  //
        {"memory_gib", kNumber, 3, false},             // of one lot
        {"notice_s", kNumber, 0, false},               // of preemption
        {"pue", kNumber, 3, false, true},              //
        {"rate_cu", kNumber, 3, true},                 // CU of one lot; the place is the class
        {"reliability_percent", kNumber, 3, false},    // delivered ÷ contracted, last 90 days
        {"renewable_percent", kNumber, 2, false},      // share of the energy
        {"rtt_ms", kNumber, 3, true, true},            // measured round-trip to a named place
        {"site", kText, 0, false},                     //
        {"sla_grade", kText, 0, false},                // standard, …
        {"software", kTextSet, 0, false},              // cuda, rocm, cann …
        {"up_mbit_s", kNumber, 3, false},              //
        {"water_l_per_kwh", kNumber, 3, false, true},  // WUE
    };
    return table;
}

std::optional<std::uint16_t> find_attribute(std::string_view name) {
    const auto& table = attribute_table();
    const auto found = std::lower_bound(
        table.begin(), table.end(), name,
        [](const AttributeInfo& info, std::string_view key) { return info.name < key; });
    if (found == table.end() || found->name != name) return std::nullopt;
    return static_cast<std::uint16_t>(found - table.begin());
}

}  // namespace suanpan::matching
