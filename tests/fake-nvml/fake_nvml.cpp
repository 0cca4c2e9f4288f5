// A libnvidia-ml.so with two GPUs, of which the second can be lost: what it says is in the files
// that FAKE_NVML names. Built as a library of its own, which the test opens by its path.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr int kSuccess = 0;
constexpr int kNotFound = 6;
constexpr int kLost = 15;

struct FakeDevice {
    unsigned index;
};
FakeDevice devices[2] = {{0}, {1}};

// "busy memory energy", or nothing for a GPU that is lost.
bool read_state(const FakeDevice* device, unsigned long long (&values)[3]) {
    const char* folder = std::getenv("FAKE_NVML");
    if (folder == nullptr) return false;
    const std::string path = std::string(folder) + "/gpu" + std::to_string(device->index);
    std::FILE* file = std::fopen(path.c_str(), "r");
    if (file == nullptr) return false;
    const bool good = std::fscanf(file, "%llu %llu %llu", &values[0], &values[1], &values[2]) == 3;
    std::fclose(file);
    return good;
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the library's names
extern "C" {

int nvmlInit_v2() {
    return kSuccess;
}
int nvmlShutdown() {
    return kSuccess;
}
const char* nvmlErrorString(int status) {
    return status == kLost ? "GPU is lost" : "Not Found";
}
int nvmlDeviceGetCount_v2(unsigned* count) {
    *count = 2;
    return kSuccess;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, FakeDevice** device) {
    if (index > 1) return kNotFound;
    *device = &devices[index];
    return kSuccess;
}
int nvmlDeviceGetHandleByUUID(const char* uuid, FakeDevice** device) {
    if (std::strcmp(uuid, "GPU-one") != 0) return kNotFound;
    *device = &devices[1];
    return kSuccess;
}
int nvmlDeviceGetName(FakeDevice*, char* name, unsigned size) {
    std::snprintf(name, size, "Fake GPU");
    return kSuccess;
}
int nvmlDeviceGetUUID(FakeDevice* device, char* uuid, unsigned size) {
    std::snprintf(uuid, size, "%s", device->index == 0 ? "GPU-zero" : "GPU-one");
    return kSuccess;
}
int nvmlDeviceGetUtilizationRates(FakeDevice* device, unsigned* rates) {
    unsigned long long values[3];
    if (!read_state(device, values)) return kLost;
    rates[0] = static_cast<unsigned>(values[0]);
    rates[1] = 0;
    return kSuccess;
}
int nvmlDeviceGetMemoryInfo(FakeDevice* device, unsigned long long* memory) {
    unsigned long long values[3];
    if (!read_state(device, values)) return kLost;
    memory[0] = 80ULL << 30U;
    memory[2] = values[1];
    memory[1] = memory[0] - values[1];
    return kSuccess;
}
int nvmlDeviceGetTotalEnergyConsumption(FakeDevice* device, unsigned long long* energy) {
    unsigned long long values[3];
    if (!read_state(device, values)) return kLost;
    *energy = values[2];
    return kSuccess;
}
}
// NOLINTEND(readability-identifier-naming)
