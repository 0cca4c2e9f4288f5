#include "apps/suanpan-demo/trace_input.hpp"

#include "base/decimal.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace suanpan::demo {
namespace {

constexpr std::string_view kTaskHeader =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
    "deletion_time,scheduled_time\n";

class TraceInputTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "suanpan-trace-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        std::string nodes = "sn,cpu_milli,memory_mib,gpu,model\n";
        for (int i = 0; i < 9; ++i)
            nodes += "gpu,96000,1,8,G2\n";
        for (int i = 0; i < 8; ++i)
            nodes += "cpu,32500,1,0,\n";
        write("nodes.csv", nodes);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, std::string_view text) const {
        std::ofstream(folder_ + "/" + name) << text;
    }
    [[nodiscard]] TraceInput read(std::string_view tasks) const {
        write("tasks.csv", std::string(kTaskHeader) + std::string(tasks));
        return read_trace(folder_);
    }

    std::string folder_;
};

TEST_F(TraceInputTest, TakesEveryEighthNode) {
    const TraceInput input = read("t,1000,1,1,1000,,LS,Running,0,60,0\n");
    EXPECT_EQ(input.gpu_nodes, 2);
    EXPECT_EQ(input.cpu_nodes, 1);
    ASSERT_EQ(input.pools.size(), 2U);
    EXPECT_EQ(input.pools[0].lots.value, 16);
    EXPECT_EQ(input.pools[1].lots.value, 32);
}

TEST_F(TraceInputTest, CompressesCreationAndKeepsDurations) {
    const TraceInput input = read(
        "late,1000,1,1,460,,BE,Running,12345,12406,0\n"
        "early,8500,1,0,0,,LS,Running,100,100,0\n");
    ASSERT_EQ(input.tasks.size(), 2U);
    EXPECT_EQ(input.tasks[0].name, "early");
    EXPECT_EQ(input.tasks[0].lots.value, 9);  // vCPUs, rounded up
    EXPECT_EQ(input.tasks[0].duration.value, 60);
    EXPECT_EQ(input.tasks[1].lots.value, 1);  // a fraction orders one lot
    EXPECT_EQ(input.tasks[1].created_s, 123);
    EXPECT_EQ(input.tasks[1].duration.value, 120);
}

TEST_F(TraceInputTest, KeepsModelConstraintsAndPricesByClass) {
    const TraceInput input = read(
        "a,1,1,8,1000,G2|T4|T4,LS,Running,0,60,0\n"
        "b,1,1,1,1000,T4,BE,Running,0,60,0\n");
    const TraceTask& a = input.tasks.at(0);
    EXPECT_EQ(a.models, (std::vector<std::string>{"openb-g2", "t4"}));
    EXPECT_GT(a.limit, input.tasks.at(1).limit);
    const Json order = order_of(a, Time(1'781'481'660));
    EXPECT_EQ(order.at("quantity"), 8);
    EXPECT_EQ(order.at("window").at("end"), "2026-06-15T00:02:00Z");
    EXPECT_FALSE(order.contains("same_site"));
    EXPECT_EQ(order.at("requirement").dump(), R"({"device_model":{"one_of":["openb-g2","t4"]}})");
    EXPECT_FALSE(order_of(read("c,1,1,1,1,,LS,Running,0,9,0\n").tasks.at(0), Time(0))
                     .contains("requirement"));
}

TEST_F(TraceInputTest, RefusesWhatItDoesNotKnow) {
    EXPECT_THROW((void)read("a,1,1,1,1000,G9,LS,Running,0,60,0\n"), std::runtime_error);
    EXPECT_THROW((void)read("a,1,1,1,1000,,XX,Running,0,60,0\n"), std::runtime_error);
    EXPECT_THROW((void)read("a,1,1,-1,1000,,LS,Running,0,60,0\n"), std::runtime_error);
    EXPECT_THROW((void)read("a,1,1\n"), std::runtime_error);
    EXPECT_THROW((void)read_trace(folder_ + "/nothing"), std::runtime_error);
}

}  // namespace
}  // namespace suanpan::demo
