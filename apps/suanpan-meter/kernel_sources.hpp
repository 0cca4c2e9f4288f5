#pragma once

// Counters of the Linux kernel: cgroup v2 and /proc. All paths begin at a folder, so that a test
// can make one.

#include "apps/suanpan-meter/source.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::meter {

// CPU time becomes lot-time: all `cpus` busy is all `lots` busy.
struct CpuShare {
    Lots lots{1};
    std::int64_t cpus = 1;
};

// A cgroup (v2): cpu.stat, memory.current, memory.peak. The lots are there while it is.
class CgroupSource : public Source {
 public:
    CgroupSource(std::filesystem::path folder, CpuShare share);
    void read(Sample& sample) override;

 private:
    std::filesystem::path folder_;
    CpuShare share_;
    std::optional<std::int64_t> peak_b_;
};

// The whole machine: stat, meminfo below `proc`.
class ProcSource : public Source {
 public:
    ProcSource(std::filesystem::path proc, CpuShare share);
    void read(Sample& sample) override;

 private:
    std::filesystem::path proc_;
    CpuShare share_;
};

// Bytes of network interfaces: net/dev below `proc`. Says nothing of the lots.
class NetSource : public Source {
 public:
    NetSource(std::filesystem::path proc, std::vector<std::string> interfaces);
    void read(Sample& sample) override;

 private:
    std::filesystem::path proc_;
    std::vector<std::string> interfaces_;
};

// Names in net/dev, without the loopback.
std::vector<std::string> list_interfaces(const std::filesystem::path& proc);

}  // namespace suanpan::meter
