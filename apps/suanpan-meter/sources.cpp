#include "apps/suanpan-meter/sources.hpp"

#include "apps/suanpan-meter/kernel_sources.hpp"
#include "apps/suanpan-meter/nvml_source.hpp"
#include "apps/suanpan-meter/probe.hpp"
#include "apps/suanpan-meter/simulated_source.hpp"

namespace suanpan::meter {

Sources make_sources(const Config& config, const LeaseConfig& lease,
                     std::optional<std::uint64_t> simulated) {
    constexpr const char* kProc = "/proc";
    const CpuShare share{lease.lots, lease.cpus};
    Sources out;
    if (simulated || lease.source == SourceKind::kSimulated) {
        out.push_back(std::make_unique<SimulatedSource>(simulated.value_or(0), lease.lots));
        return out;
    }
    if (lease.source == SourceKind::kCgroup)
        out.push_back(std::make_unique<CgroupSource>(lease.cgroup, share));
    if (lease.source == SourceKind::kProc)
        out.push_back(std::make_unique<ProcSource>(kProc, share));
    if (lease.source == SourceKind::kNvml)
        out.push_back(std::make_unique<NvmlSource>(config.nvml_library, lease.gpus));
    if (!lease.interfaces.empty())
        out.push_back(std::make_unique<NetSource>(kProc, lease.interfaces));
    if (!config.probe_host.empty())
        out.push_back(std::make_unique<ProbeSource>(config.probe_host, config.probe_port));
    return out;
}

}  // namespace suanpan::meter
