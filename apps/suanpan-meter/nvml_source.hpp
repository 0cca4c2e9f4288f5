#pragma once

#include "apps/suanpan-meter/nvml.hpp"
#include "apps/suanpan-meter/source.hpp"

#include <memory>
#include <string>
#include <vector>

namespace suanpan::meter {

// GPUs of one lease, each an equal share of its lots. A library or a driver that is away is looked
// for again at each sample.
class NvmlSource : public Source {
 public:
    // `devices`: indices or UUIDs; at least one.
    NvmlSource(std::string library, std::vector<std::string> devices);
    void read(Sample& sample) override;

 private:
    std::string library_;
    std::vector<std::string> devices_;
    std::shared_ptr<Nvml> nvml_;
};

}  // namespace suanpan::meter
