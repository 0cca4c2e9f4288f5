#include "apps/suanpan-meter/nvml_source.hpp"

#include <utility>

namespace suanpan::meter {

NvmlSource::NvmlSource(std::string library, std::vector<std::string> devices)
    : library_(std::move(library)), devices_(std::move(devices)) {}

void NvmlSource::read(Sample& sample) {
    if (!nvml_) {
        auto opened = Nvml::open(library_);
        if (!opened) {
            set_gone(sample, opened.error().detail());
            return;
        }
        nvml_ = std::move(*opened);
    }
    const auto count = static_cast<std::int64_t>(devices_.size());
    std::int64_t there = 0;
    std::int64_t busy_ppm = 0;
    std::int64_t memory_b = 0;
    std::int64_t energy_mj = 0;
    bool all_count = true;
    for (const std::string& device : devices_) {
        const auto state = nvml_->read(device);
        if (!state) {
            sample.problem = state.error().detail();
            all_count = false;
            continue;
        }
        ++there;
        busy_ppm += state->busy_ppm;
        memory_b += state->memory_b;
        all_count = all_count && state->energy_mj;
        energy_mj += state->energy_mj.value_or(0);
    }
    sample.there_ppm = kPpm * there / count;
    if (there > 0) sample.busy_ppm = busy_ppm / there;
    if (there > 0) sample.gauges.memory_max_b = memory_b;
    // A sum over fewer devices would fall: no counter is better than a wrong one.
    if (all_count) sample.raw.energy_mj = energy_mj;
    // A driver that was loaded anew needs the library initialised anew.
    if (there == 0) nvml_.reset();
}

}  // namespace suanpan::meter
