#include "api/accept.hpp"

#include <gtest/gtest.h>

#include <array>

namespace suanpan::api {
namespace {

constexpr std::array<std::string_view, 3> kOffered = {"application/json", "text/csv", "text/html"};

std::string chosen(std::string_view header) {
    return std::string(choose_media_type(header, kOffered).value_or("none"));
}

TEST(Accept, ChoosesWhatIsLikedBest) {
    EXPECT_EQ(chosen(""), "application/json");
    EXPECT_EQ(chosen("*/*"), "application/json");
    EXPECT_EQ(chosen("text/csv"), "text/csv");
    EXPECT_EQ(chosen("text/*"), "text/csv");
    EXPECT_EQ(chosen("text/csv;q=0.5, text/html"), "text/html");
    EXPECT_EQ(chosen("text/csv;q=0.500,application/json; q=0.501"), "application/json");
    EXPECT_EQ(chosen("text/html;level=1, text/csv"), "text/html");
    EXPECT_EQ(chosen("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
              "text/html");
    EXPECT_EQ(chosen("application/pdf, */*;q=0.1"), "application/json");
}

TEST(Accept, RefusesWhatIsNotOnOffer) {
    for (const char* header : {"application/pdf", "text/csv;q=0", "image/*", ";;,,", "text"})
        EXPECT_EQ(chosen(header), "none") << header;
}

}  // namespace
}  // namespace suanpan::api
