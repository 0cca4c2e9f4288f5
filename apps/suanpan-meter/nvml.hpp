#pragma once

// NVIDIA's management library, opened while the program runs: a machine without it needs nothing,
// and nothing is linked. The few declarations of its C interface that are used here are our own,
// after the API reference (https://docs.nvidia.com/deploy/nvml-api/).

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan::meter {

inline constexpr std::string_view kNvmlLibrary = "libnvidia-ml.so.1";

struct GpuInfo {
    unsigned index = 0;
    std::string name;
    std::string uuid;  // "GPU-…"
    bool counts_energy = false;
};

struct GpuState {
    std::int64_t busy_ppm = 0;
    std::int64_t memory_b = 0;
    std::optional<std::int64_t> energy_mj;  // since its driver was loaded; not all devices count it
};

class Nvml {
 public:
    // Error `no_nvml`: the library is not there, is none, or finds no driver.
    static Result<std::shared_ptr<Nvml>> open(const std::string& library);
    ~Nvml();
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    // Error `nvml`.
    Result<std::vector<GpuInfo>> list();
    // A device by its index or its UUID, looked up each time: one that has fallen off the bus is
    // found again when it is back. Error `nvml`, with what the library says.
    Result<GpuState> read(const std::string& device);

 private:
    struct Calls;
    explicit Nvml(std::unique_ptr<Calls> calls);

    std::unique_ptr<Calls> calls_;
};

}  // namespace suanpan::meter
