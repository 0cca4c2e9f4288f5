#include "apps/suanpan-meter/journal.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

namespace suanpan::meter {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
}
void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

class JournalFile : public testing::Test {
 protected:
    support::TempDir dir_;
    fs::path file_ = dir_.path() / "j";
};

TEST_F(JournalFile, GivesItsLinesBack) {
    {
        Journal journal(file_);
        ASSERT_TRUE(journal.append("one"));
        ASSERT_TRUE(journal.append(R"({"two":2})"));
    }
    Journal journal(file_);
    ASSERT_TRUE(journal.append(""));
    const auto text = read_journal(file_);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->lines, (std::vector<std::string>{"one", R"({"two":2})", ""}));
    EXPECT_EQ(text->good_bytes, journal.bytes());
    EXPECT_FALSE(text->torn || text->damaged);
    EXPECT_EQ(read_journal(dir_.path() / "none").error().code(), "no_file");
}

TEST_F(JournalFile, CutsATornLineWhereverItWasTorn) {
    std::uint64_t first = 0;
    {
        Journal journal(file_);
        ASSERT_TRUE(journal.append("the first line"));
        first = journal.bytes();
        ASSERT_TRUE(journal.append("the second line"));
    }
    const std::string whole = bytes_of(file_);
    for (std::size_t size = first; size < whole.size(); ++size) {
        write(file_, whole.substr(0, size));
        Journal journal(file_);
        EXPECT_EQ(journal.bytes(), first);
        ASSERT_TRUE(journal.append("another"));
        const auto text = read_journal(file_);
        EXPECT_EQ(text->lines, (std::vector<std::string>{"the first line", "another"})) << size;
    }
}

TEST_F(JournalFile, TellsADamagedLineFromATornOne) {
    {
        Journal journal(file_);
        ASSERT_TRUE(journal.append("the first line"));
        ASSERT_TRUE(journal.append("the second line"));
    }
    const std::string whole = bytes_of(file_);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string bad = whole;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        write(file_, bad);
        const auto text = read_journal(file_);
        EXPECT_LT(text->lines.size(), 2U) << i;
        // Only what has no end was never finished.
        EXPECT_EQ(text->torn, i + 1 == whole.size()) << i;
        EXPECT_EQ(text->damaged, i + 1 < whole.size()) << i;
    }
}

TEST_F(JournalFile, ADiskThatIsFullChangesNothing) {
    Journal journal(file_);
    ASSERT_TRUE(journal.append("before"));
    const std::uint64_t bytes = journal.bytes();
    // The next line is written in part only.
    std::signal(SIGXFSZ, SIG_IGN);
    ::rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    ::rlimit small = before;
    small.rlim_cur = bytes + 5;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto failed = journal.append("does not fit");
    const auto again = journal.rewrite({std::string(1'000, 'x')});
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), "disk");
    EXPECT_EQ(again.error().code(), "disk");
    EXPECT_EQ(journal.bytes(), bytes);
    EXPECT_EQ(fs::file_size(file_), bytes);
    ASSERT_TRUE(journal.append("after"));
    EXPECT_EQ(read_journal(file_)->lines, (std::vector<std::string>{"before", "after"}));
}

TEST_F(JournalFile, IsReplacedAsAWhole) {
    Journal journal(file_);
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(journal.append("line " + std::to_string(i)));
    ASSERT_TRUE(journal.rewrite({"all", "of it"}));
    ASSERT_TRUE(journal.append("and more"));
    const auto text = read_journal(file_);
    EXPECT_EQ(text->lines, (std::vector<std::string>{"all", "of it", "and more"}));
    EXPECT_EQ(text->good_bytes, journal.bytes());
}

}  // namespace
}  // namespace suanpan::meter
