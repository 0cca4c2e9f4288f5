#include "client/catalogue.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

#include <set>

namespace suanpan::client {
namespace {

constexpr std::string_view kHeader =
    "id,device,vendor,class,fp64_tflops,fp32_tflops,bf16_tflops,fp16_tflops,int8_tops,memory_gib,"
    "source\n";

std::vector<Json> bodies_of(std::string_view rows) {
    auto bodies = catalogue_bodies(std::string(kHeader) + std::string(rows));
    EXPECT_TRUE(bodies) << bodies.error().detail();
    return bodies ? std::move(*bodies) : std::vector<Json>();
}

TEST(Catalogue, CutsFiguresToThreeDecimalsAndLeavesOutWhatIsBlank) {
    const auto bodies = bodies_of("t4,T4,NVIDIA,gpu,0.2549,8.1,,65,130,16,sheet\n");
    ASSERT_EQ(bodies.size(), 1U);
    const Json peak = {
        {"HPC-FP64", "0.254"}, {"AI-FP32", "8.100"}, {"AI-FP16", "65.000"}, {"AI-INT8", "130.000"}};
    EXPECT_EQ(bodies[0].at("peak"), peak);
    EXPECT_EQ(bodies[0].at("memory_gib"), 16);
}

TEST(Catalogue, TakesBf16BeforeFp16AndProcessorsAsGeneral) {
    const auto bodies = bodies_of(
        "g3,G3,Intel,npu,,,1677,459,,128,sheet\n"
        "cpu,Xeon,Intel,cpu,2.3,4.6,,,,,sheet\n");
    ASSERT_EQ(bodies.size(), 2U);
    EXPECT_EQ(bodies[0].at("peak").at("AI-FP16"), "1677.000");
    EXPECT_EQ(bodies[1].at("peak").at("GEN-FP32"), "4.600");
    EXPECT_FALSE(bodies[1].at("peak").contains("AI-FP32"));
    EXPECT_FALSE(bodies[1].contains("memory_gib"));
}

TEST(Catalogue, NamesTheDeviceWhoseFigureIsWrong) {
    const auto bodies = catalogue_bodies(std::string(kHeader) + "bad,B,V,gpu,many,,,,,16,sheet\n");
    ASSERT_FALSE(bodies);
    EXPECT_EQ(bodies.error().code(), "bad_catalogue");
    EXPECT_NE(bodies.error().detail().find("'bad'"), std::string::npos);
    EXPECT_EQ(catalogue_bodies("id,device\n").error().code(), "bad_catalogue");
}

TEST(Catalogue, TheProjectsOwnHas63DistinctDevices) {
    const auto bodies =
        catalogue_bodies(support::read_file(SUANPAN_SOURCE_DIR "/seed/device_models.csv"));
    ASSERT_TRUE(bodies) << bodies.error().detail();
    std::set<std::string> ids;
    for (const Json& body : *bodies)
        ids.insert(body.at("id").get<std::string>());
    EXPECT_EQ(bodies->size(), 63U);
    EXPECT_EQ(ids.size(), 63U);
}

}  // namespace
}  // namespace suanpan::client
