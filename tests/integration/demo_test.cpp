// The demo as a whole: all its processes, a short day, and nothing left behind.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace suanpan {
namespace {

namespace fs = std::filesystem;

struct DemoRun {
    int status = 0;
    std::string output;
};

DemoRun run_demo(const std::string& work, const std::string& arguments) {
    const char* database = std::getenv("SUANPAN_TEST_PG");
    const char* programs = std::getenv("SUANPAN_BIN");
    if (database == nullptr || programs == nullptr)
        return {-1, "SUANPAN_TEST_PG and SUANPAN_BIN are needed"};
    const std::string command = "SUANPAN_PG='" + std::string(database) + "' SUANPAN_WORK='" + work +
                                "' '" + programs + "/suanpan-demo' " + arguments + " 2>&1";
    DemoRun run;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return {-1, "popen failed"};
    std::array<char, 4'096> chunk{};
    while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe))
        run.output.append(chunk.data(), got);
    run.status = ::pclose(pipe);
    return run;
}

// Command lines of processes that name this folder.
int processes_of(const std::string& work) {
    int found = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::ifstream in(entry.path() / "cmdline", std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        found += text.find(work + "/data") != std::string::npos ? 1 : 0;
    }
    return found;
}

class DemoTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "suanpan-demo-test-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        work_ = pattern;
    }
    void TearDown() override { fs::remove_all(work_); }

    std::string work_;
};

TEST_F(DemoTest, PlaysAShortDayAndTheAuditPasses) {
    const DemoRun run = run_demo(work_, "--small");
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_NE(run.output.find("Verdict: every entry, trade and cent holds"), std::string::npos)
        << run.output;
    EXPECT_NE(run.output.find("nearest on offer"), std::string::npos) << run.output;
    EXPECT_EQ(run.output.find(" 0 accepted"), std::string::npos) << run.output;
    EXPECT_EQ(processes_of(work_), 0);
}

TEST_F(DemoTest, ReplaysATinyTrace) {
    std::ofstream(work_ + "/nodes.csv") << "sn,cpu_milli,memory_mib,gpu,model\n"
                                           "a,96000,1,2,T4\nb,8000,1,0,\n";
    std::ofstream(work_ + "/tasks.csv")
        << "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
           "deletion_time,scheduled_time\n"
           "one,1000,1,1,500,,LS,Running,0,4000,0\n"
           "many,1000,1,8,1000,,LS,Running,0,4000,0\n"
           "cpu,2500,1,0,0,,BE,Succeeded,12000,12100,0\n";
    const DemoRun run = run_demo(work_, "--trace '" + work_ + "'");
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_NE(run.output.find("Tasks: 3 entered, 2 cleared, 1 refused"), std::string::npos)
        << run.output;
    EXPECT_NE(run.output.find("too few lots of the models it accepts"), std::string::npos)
        << run.output;
    EXPECT_EQ(processes_of(work_), 0);
}

}  // namespace
}  // namespace suanpan
