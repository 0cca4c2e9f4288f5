#include "apps/suanpan-meter/backoff.hpp"
#include "apps/suanpan-meter/kernel_sources.hpp"
#include "apps/suanpan-meter/nvml_source.hpp"
#include "apps/suanpan-meter/probe.hpp"
#include "apps/suanpan-meter/simulated_source.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"
#include "tests/suanpan-meter/chain_world.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace suanpan::meter {
namespace {

class KernelFiles : public testing::Test {
 protected:
    void write(const std::string& name, const std::string& text) {
        const auto file = dir_.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    template <typename Source>
    static Sample read(Source& source) {
        Sample sample;
        source.read(sample);
        return sample;
    }
    support::TempDir dir_;
};

TEST_F(KernelFiles, ACgroupGivesLotTimeAndMemory) {
    write("cpu.stat", "usage_usec 8000000\nuser_usec 1\n");
    write("memory.current", "100\n");
    write("memory.peak", "900\n");
    CgroupSource source(dir_.path(), {Lots(2), 16});
    Sample sample = read(source);
    EXPECT_EQ(sample.there_ppm, kPpm);
    EXPECT_EQ(sample.raw.busy_us, 1'000'000);
    EXPECT_EQ(sample.gauges.memory_max_b, 100);
    // The peak has grown since: it was reached in between.
    write("memory.peak", "950\n");
    EXPECT_EQ(read(source).gauges.memory_max_b, 950);
    EXPECT_EQ(read(source).gauges.memory_max_b, 100);
    std::filesystem::remove(dir_.path() / "cpu.stat");
    sample = read(source);
    EXPECT_EQ(sample.there_ppm, 0);
    EXPECT_FALSE(sample.raw.busy_us);
    EXPECT_NE(sample.problem.find("cpu.stat"), std::string::npos);
}

TEST_F(KernelFiles, ProcGivesBusyTicksAndMemory) {
    // user nice system idle iowait irq softirq steal guest guest_nice
    write("stat", "cpu  100 20 30 4000 500 6 7 8 90 10\ncpu0 1 2 3 4\n");
    write("meminfo", "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:   400 kB\n");
    ProcSource source(dir_.path(), {Lots(1), 1});
    const Sample sample = read(source);
    EXPECT_EQ(sample.raw.busy_us, 171 * (kMicro / ::sysconf(_SC_CLK_TCK)));
    EXPECT_EQ(sample.gauges.memory_max_b, 600 * 1'024);
    write("stat", "nothing\n");
    EXPECT_EQ(read(source).there_ppm, 0);
}

TEST_F(KernelFiles, InterfacesAreSummedUpOrNotCounted) {
    write("net/dev",
          "Inter-|   Receive            |  Transmit\n"
          " face |bytes packets errs drop fifo frame compressed multicast|bytes packets\n"
          "    lo: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n"
          "  eth0: 100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n"
          "eth1:30 1 0 0 0 0 0 0 40 2 0 0 0 0 0 0\n");
    EXPECT_EQ(list_interfaces(dir_.path()), (std::vector<std::string>{"eth0", "eth1"}));
    NetSource both(dir_.path(), {"eth0", "eth1"});
    const Sample sample = read(both);
    EXPECT_EQ(sample.raw.net_in_b, 130);
    EXPECT_EQ(sample.raw.net_out_b, 240);
    NetSource missing(dir_.path(), {"eth0", "eth7"});
    EXPECT_FALSE(read(missing).raw.net_in_b);
    EXPECT_EQ(read(missing).there_ppm, kPpm);
}

TEST_F(KernelFiles, TheRealMachineIsMeasured) {
    ProcSource source("/proc", {Lots(1), 1});
    const Sample sample = read(source);
    EXPECT_EQ(sample.there_ppm, kPpm) << sample.problem;
    EXPECT_GT(sample.raw.busy_us.value_or(0), 0);
    EXPECT_GT(sample.gauges.memory_max_b.value_or(0), 0);
}

TEST_F(KernelFiles, NvmlIsOpenedByItsPathAndLosesADevice) {
    ::setenv("FAKE_NVML", dir_.path().c_str(), 1);
    const std::string library = support::program_path("libfake-nvidia-ml.so");
    write("gpu0", "50 1000 7000");
    write("gpu1", "100 2000 500");
    const auto nvml = Nvml::open(library);
    ASSERT_TRUE(nvml) << nvml.error().detail();
    const auto gpus = (*nvml)->list();
    ASSERT_TRUE(gpus);
    ASSERT_EQ(gpus->size(), 2U);
    EXPECT_EQ((*gpus)[1].uuid, "GPU-one");
    EXPECT_TRUE((*gpus)[1].counts_energy);

    NvmlSource source(library, {"0", "GPU-one"});
    Sample sample = read(source);
    EXPECT_EQ(sample.there_ppm, kPpm);
    EXPECT_EQ(sample.busy_ppm, 750'000);
    EXPECT_EQ(sample.gauges.memory_max_b, 3'000);
    EXPECT_EQ(sample.raw.energy_mj, 7'500);
    std::filesystem::remove(dir_.path() / "gpu1");
    sample = read(source);
    EXPECT_EQ(sample.there_ppm, kPpm / 2);
    EXPECT_EQ(sample.busy_ppm, 500'000);
    EXPECT_FALSE(sample.raw.energy_mj);
    EXPECT_NE(sample.problem.find("GPU is lost"), std::string::npos);
    std::filesystem::remove(dir_.path() / "gpu0");
    EXPECT_EQ(read(source).there_ppm, 0);
    write("gpu0", "50 1000 7000");
    write("gpu1", "100 2000 500");
    EXPECT_EQ(read(source).there_ppm, kPpm);
}

TEST_F(KernelFiles, AMachineWithoutNvmlSaysSo) {
    EXPECT_EQ(Nvml::open("/nowhere/libnvidia-ml.so.1").error().code(), "no_nvml");
    // A library, but another one.
    EXPECT_EQ(Nvml::open("libm.so.6").error().code(), "no_nvml");
    NvmlSource source("/nowhere/libnvidia-ml.so.1", {"0"});
    EXPECT_EQ(read(source).there_ppm, 0);
}

TEST(Simulated, FollowsFromItsSeedAlone) {
    SimulatedSource a(7, Lots(2));
    SimulatedSource b(7, Lots(2));
    Sample one;
    one.moment = moment_at(1'000);
    Sample other = one;
    a.read(one);
    b.read(other);
    EXPECT_EQ(one.raw, other.raw);
    EXPECT_EQ(one.gauges, other.gauges);
    EXPECT_LE(*one.raw.busy_us, 2'000 * kMicro);
}

TEST(Probe, SumsUpRoundTrips) {
    EXPECT_FALSE(sum_up({}));
    EXPECT_FALSE(sum_up({std::nullopt, std::nullopt}));
    const auto trips = sum_up({100, 300, std::nullopt, 200});
    ASSERT_TRUE(trips);
    EXPECT_EQ(trips->p50_us, 200);
    EXPECT_EQ(trips->p99_us, 300);
    EXPECT_EQ(trips->jitter_us, 150);
    EXPECT_EQ(trips->loss_ppm, 250'000);
}

TEST(Probe, ARefusedConnectionIsARoundTripToo) {
    const std::string port = std::to_string(support::free_port());
    EXPECT_TRUE(connect_us("127.0.0.1", port, 1'000));
    EXPECT_FALSE(connect_us("no address", port, 1'000));
}

TEST(BackoffPauses, DoubleWithJitterAndHeedTheServer) {
    std::uint64_t random = 0;
    Backoff backoff([&random] { return random; });
    EXPECT_EQ(backoff.next_ms(), 250);
    EXPECT_EQ(backoff.next_ms(), 500);
    random = 999;
    EXPECT_EQ(backoff.next_ms(), 1'999);
    EXPECT_EQ(backoff.next_ms(30'000), 30'000);
    for (int i = 0; i < 20; ++i)
        backoff.next_ms();
    random = 0;
    EXPECT_EQ(backoff.next_ms(), Backoff::kLongestMs / 2);
    EXPECT_EQ(backoff.next_ms(86'400'000), Backoff::kLongestAskedMs);
    backoff.reset();
    EXPECT_EQ(backoff.next_ms(), 250);
}

}  // namespace
}  // namespace suanpan::meter
