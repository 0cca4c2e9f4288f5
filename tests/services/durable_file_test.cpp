#include "services/durable_file.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace suanpan::services {
namespace {

namespace fs = std::filesystem;

TEST(DurableFile, ReplacesWholeContentAndLeavesNoTemporaryFile) {
    const support::TempDir dir;
    const fs::path path = dir.path() / "a" / "b" / "file";
    EXPECT_FALSE(read_file(path, 100));
    write_file_durably(path, "first, the longer one");
    write_file_durably(path, "second");
    EXPECT_EQ(read_file(path, 100), "second");
    EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), {}), 1);
}

TEST(DurableFile, ReadIsBounded) {
    const support::TempDir dir;
    const fs::path path = dir.path() / "file";
    write_file_durably(path, std::string(101, 'x'));
    EXPECT_EQ(read_file(path, 101)->size(), 101U);
    EXPECT_THROW((void)read_file(path, 100), std::system_error);
    EXPECT_THROW((void)read_file(dir.path(), 100), std::system_error);
}

TEST(DurableFile, FailureIsAnException) {
    const support::TempDir dir;
    write_file_durably(dir.path() / "file", "x");
    EXPECT_THROW(write_file_durably(dir.path() / "file" / "below", "x"), std::system_error);
}

}  // namespace
}  // namespace suanpan::services
