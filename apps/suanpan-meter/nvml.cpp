#include "apps/suanpan-meter/nvml.hpp"

#include "base/decimal.hpp"
#include "base/units.hpp"

#include <dlfcn.h>

#include <array>
#include <utility>

namespace suanpan::meter {
namespace {

using Status = int;  // nvmlReturn_t
constexpr Status kSuccess = 0;
constexpr Status kNotSupported = 3;
constexpr std::int64_t kPpmOfPercent = kPpm / 100;

struct OpaqueDevice;
using Device = OpaqueDevice*;  // nvmlDevice_t

struct Utilization {  // nvmlUtilization_t, in percent
    unsigned gpu;
    unsigned memory;
};
struct Memory {  // nvmlMemory_t, in bytes
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};

template <typename Function>
bool find_symbol(void* library, const char* name, Function*& into) {
    // POSIX has dlsym give functions as data pointers.
    into = reinterpret_cast<Function*>(::dlsym(library, name));
    return into != nullptr;
}

}  // namespace

struct Nvml::Calls {
    void* library = nullptr;
    bool initialised = false;
    Status (*init)() = nullptr;
    Status (*shutdown)() = nullptr;
    const char* (*error_string)(Status) = nullptr;
    Status (*count)(unsigned*) = nullptr;
    Status (*by_index)(unsigned, Device*) = nullptr;
    Status (*by_uuid)(const char*, Device*) = nullptr;
    Status (*name)(Device, char*, unsigned) = nullptr;
    Status (*uuid)(Device, char*, unsigned) = nullptr;
    Status (*utilization)(Device, Utilization*) = nullptr;
    Status (*memory)(Device, Memory*) = nullptr;
    Status (*energy)(Device, unsigned long long*) = nullptr;  // may be missing: older drivers

    Calls() = default;
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;
    ~Calls() {
        if (initialised) shutdown();
        if (library != nullptr) ::dlclose(library);
    }

    bool find_all() {
        find_symbol(library, "nvmlDeviceGetTotalEnergyConsumption", energy);
        return find_symbol(library, "nvmlInit_v2", init) &&
               find_symbol(library, "nvmlShutdown", shutdown) &&
               find_symbol(library, "nvmlErrorString", error_string) &&
               find_symbol(library, "nvmlDeviceGetCount_v2", count) &&
               find_symbol(library, "nvmlDeviceGetHandleByIndex_v2", by_index) &&
               find_symbol(library, "nvmlDeviceGetHandleByUUID", by_uuid) &&
               find_symbol(library, "nvmlDeviceGetName", name) &&
               find_symbol(library, "nvmlDeviceGetUUID", uuid) &&
               find_symbol(library, "nvmlDeviceGetUtilizationRates", utilization) &&
               find_symbol(library, "nvmlDeviceGetMemoryInfo", memory);
    }

    [[nodiscard]] tl::unexpected<Error> failed(const std::string& what, Status status) const {
        return fail("nvml", what + ": " + error_string(status));
    }

    [[nodiscard]] std::optional<std::int64_t> energy_mj(Device device) const {
        unsigned long long value = 0;
        if (energy == nullptr || energy(device, &value) != kSuccess) return std::nullopt;
        return static_cast<std::int64_t>(value);
    }
};

Nvml::Nvml(std::unique_ptr<Calls> calls) : calls_(std::move(calls)) {}
Nvml::~Nvml() = default;

Result<std::shared_ptr<Nvml>> Nvml::open(const std::string& library) {
    auto calls = std::make_unique<Calls>();
    calls->library = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (calls->library == nullptr) {
        const char* reason = ::dlerror();
        return fail("no_nvml", reason != nullptr ? reason : library + " cannot be opened");
    }
    if (!calls->find_all())
        return fail("no_nvml", library + " lacks functions that NVML has had for years");
    const Status status = calls->init();
    if (status != kSuccess) return fail("no_nvml", library + ": " + calls->error_string(status));
    calls->initialised = true;
    return std::shared_ptr<Nvml>(new Nvml(std::move(calls)));
}

Result<std::vector<GpuInfo>> Nvml::list() {
    unsigned count = 0;
    if (const Status status = calls_->count(&count); status != kSuccess)
        return calls_->failed("the number of devices", status);
    std::vector<GpuInfo> out;
    for (unsigned i = 0; i < count; ++i) {
        Device device = nullptr;
        if (const Status status = calls_->by_index(i, &device); status != kSuccess)
            return calls_->failed("device " + std::to_string(i), status);
        std::array<char, 96> text{};
        GpuInfo info;
        info.index = i;
        if (calls_->name(device, text.data(), text.size()) == kSuccess) info.name = text.data();
        if (calls_->uuid(device, text.data(), text.size()) == kSuccess) info.uuid = text.data();
        info.counts_energy = calls_->energy_mj(device).has_value();
        out.push_back(std::move(info));
    }
    return out;
}

Result<GpuState> Nvml::read(const std::string& device) {
    Device handle = nullptr;
    const auto index = parse_integer(device);
    Status status = index && *index >= 0 ? calls_->by_index(static_cast<unsigned>(*index), &handle)
                                         : calls_->by_uuid(device.c_str(), &handle);
    if (status != kSuccess) return calls_->failed("GPU " + device, status);
    GpuState out;
    Memory memory{};
    status = calls_->memory(handle, &memory);
    if (status != kSuccess) return calls_->failed("memory of GPU " + device, status);
    out.memory_b = static_cast<std::int64_t>(memory.used);
    Utilization utilization{};
    status = calls_->utilization(handle, &utilization);
    // A device that is split up (MIG) has no utilisation of its own, and is there all the same.
    if (status != kSuccess && status != kNotSupported)
        return calls_->failed("utilisation of GPU " + device, status);
    out.busy_ppm = static_cast<std::int64_t>(utilization.gpu) * kPpmOfPercent;
    out.energy_mj = calls_->energy_mj(handle);
    return out;
}

}  // namespace suanpan::meter
