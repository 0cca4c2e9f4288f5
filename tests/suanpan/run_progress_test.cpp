#include "apps/suanpan/run_progress.hpp"

#include <gtest/gtest.h>

namespace suanpan::cli {
namespace {

std::string cells(int full) {
    std::string bar;
    for (int cell = 0; cell < 30; ++cell)
        bar += cell < full ? "█" : "░";
    return "[" + bar + "]";
}

TEST(ProgressBar, GrowsFromNothingToAll) {
    EXPECT_EQ(progress_bar(0, 1'200), cells(0) + "   0 %  0 of 1,200 leases");
    EXPECT_EQ(progress_bar(599, 1'200), cells(14) + "  49 %  599 of 1,200 leases");
    EXPECT_EQ(progress_bar(1'200, 1'200), cells(30) + " 100 %  1,200 of 1,200 leases");
}

TEST(ProgressBar, NeverLeavesItsFrame) {
    EXPECT_EQ(progress_bar(0, 0), cells(0) + "   0 %  0 of 0 leases");
    EXPECT_EQ(progress_bar(7, 5), cells(30) + " 100 %  5 of 5 leases");
    EXPECT_EQ(progress_bar(INT64_MAX, INT64_MAX).substr(0, cells(30).size()), cells(30));
}

}  // namespace
}  // namespace suanpan::cli
