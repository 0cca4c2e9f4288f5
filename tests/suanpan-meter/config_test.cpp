#include "apps/suanpan-meter/config.hpp"

#include "apps/suanpan-meter/key_files.hpp"
#include "apps/suanpan-meter/text_file.hpp"
#include "support/temp_dir.hpp"
#include "tests/suanpan-meter/chain_world.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

namespace suanpan::meter {
namespace {

std::string good() {
    return R"([server]
url = "http://127.0.0.1:8080"
api_key_file = "api.key"
[meter]
id = ")" + to_string(some_meter()) +
           R"("
role = "provider"
key_file = "meter.key"
[[lease]]
id = ")" + to_string(some_lease()) +
           R"("
lots = 2
source = "nvml"
gpus = [0, "GPU-1"]
)";
}

std::vector<std::string> faults_of(const std::string& toml) {
    const auto config = parse_config(toml, "meter.toml");
    std::vector<std::string> out;
    if (config) return out;
    for (const Fault& fault : config.error().faults())
        out.push_back(fault.pointer);
    return out;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

TEST(MeterConfig, ReadsWhatIsThereAndKnowsTheRest) {
    const auto config = parse_config(good(), "meter.toml");
    ASSERT_TRUE(config) << describe(config.error());
    EXPECT_EQ(config->meter, some_meter());
    EXPECT_EQ(config->window, Duration(300));
    EXPECT_EQ(config->sample, Duration(10));
    ASSERT_EQ(config->leases.size(), 1U);
    EXPECT_EQ(config->leases[0].gpus, (std::vector<std::string>{"0", "GPU-1"}));
    EXPECT_FALSE(config->leases[0].window);
}

TEST(MeterConfig, NamesEveryFaultAtOnce) {
    EXPECT_EQ(faults_of(with(good(), "127.0.0.1:8080", "")),
              (std::vector<std::string>{"server.url"}));
    EXPECT_EQ(faults_of(with(good(), "lots = 2", "lot = 2")),
              (std::vector<std::string>{"lease[0].lots", "lease[0].lot"}));
    EXPECT_EQ(faults_of(with(good(), "role = \"provider\"", "role = \"seller\"\nwindow_s = 0")),
              (std::vector<std::string>{"meter.role", "meter.window_s"}));
    EXPECT_EQ(faults_of(with(good(), "\"nvml\"", "\"cgroup\"")),
              (std::vector<std::string>{"lease[0].cgroup", "lease[0].gpus"}));
    EXPECT_EQ(faults_of(with(good(), "lots = 2", "lots = 2\nstart = \"2026-01-01T00:00:00Z\"")),
              (std::vector<std::string>{"lease[0].start"}));
    EXPECT_EQ(faults_of(with(good(), "[meter]", "[probe]\naddress = \"a.example\"\n[meter]")),
              (std::vector<std::string>{"probe.address"}));
    EXPECT_EQ(faults_of(with(good(), "key_file = \"meter.key\"",
                             "key_file = \"meter.key\"\nwindow_s = 5\nsample_s = 6")),
              (std::vector<std::string>{"meter.sample_s"}));
    const auto all = faults_of("");
    EXPECT_EQ(std::ranges::count(all, "server"), 1);
    EXPECT_EQ(std::ranges::count(all, "meter.id"), 1);
    EXPECT_EQ(std::ranges::count(all, "lease"), 1);
    const auto broken = parse_config("[server", "meter.toml");
    ASSERT_FALSE(broken);
    EXPECT_NE(describe(broken.error()).find("line 1"), std::string::npos);
    EXPECT_NE(load_config("/nowhere/meter.toml").error().detail().find("--config"),
              std::string::npos);
}

TEST(MeterConfig, TheExampleIsGood) {
    const auto config =
        load_config(std::string(SUANPAN_SOURCE_DIR) + "/deploy/suanpan-meter.example.toml");
    ASSERT_TRUE(config) << describe(config.error());
    EXPECT_FALSE(config->leases.empty());
}

TEST(MeterConfig, ANextKeyIsAnotherFile) {
    const std::string key = "key_file = \"meter.key\"";
    const auto config =
        parse_config(with(good(), key, key + "\nnext_key_file = \"next.key\""), "meter.toml");
    ASSERT_TRUE(config) << describe(config.error());
    EXPECT_EQ(config->next_key_file, "next.key");
    EXPECT_EQ(faults_of(with(good(), key, key + "\nnext_key_file = \"meter.key\"")),
              (std::vector<std::string>{"meter.next_key_file"}));
}

TEST(MeterKeys, TheNextOneIsLoadedBesideTheFirst) {
    const support::TempDir dir;
    Config config;
    config.key_file = dir.path() / "meter.key";
    config.next_key_file = dir.path() / "next.key";
    const auto first = make_meter_key(config.key_file);
    EXPECT_EQ(load_meter_keys(config).error().code(), "no_key");
    const auto next = make_meter_key(config.next_key_file);
    const auto keys = load_meter_keys(config);
    ASSERT_TRUE(keys);
    ASSERT_EQ(keys->size(), 2U);
    EXPECT_EQ(keys->front().public_key(), *first);
    EXPECT_EQ(keys->back().public_key(), *next);
}

TEST(MeterKeys, AreMadeOnceAndKeptFromOthers) {
    const support::TempDir dir;
    const auto file = dir.path() / "meter.key";
    const auto made = make_meter_key(file);
    ASSERT_TRUE(made);
    const auto loaded = load_meter_key(file);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->public_key(), *made);
    EXPECT_NE(make_meter_key(file).error().detail().find("never overwritten"), std::string::npos);
    ::chmod(file.c_str(), 0640);
    EXPECT_EQ(load_meter_key(file).error().code(), "open_secret");
    ::chmod(file.c_str(), 0600);
    std::ofstream(file) << "something else\n";
    EXPECT_EQ(load_meter_key(file).error().code(), "no_key");
    EXPECT_NE(load_meter_key(dir.path() / "none").error().detail().find("keygen"),
              std::string::npos);
    const auto api = dir.path() / "api.key";
    std::ofstream(api) << "sk_abc\n";
    ::chmod(api.c_str(), 0600);
    EXPECT_EQ(*load_api_key(api), "sk_abc");
    std::ofstream(api) << "abc\n";
    EXPECT_EQ(load_api_key(api).error().code(), "no_key");
}

}  // namespace
}  // namespace suanpan::meter
