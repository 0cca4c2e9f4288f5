#include "base/base64url.hpp"

#include <gtest/gtest.h>

namespace suanpan {
namespace {

TEST(Base64Url, HasOneFormForEachText) {
    for (const std::string& bytes : {std::string(), std::string("f"), std::string("fo"),
                                     std::string("foo"), std::string("\xfb\xef\xff\x00z", 5)}) {
        const std::string text = to_base64url(bytes);
        EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
        EXPECT_EQ(from_base64url(text).value(), bytes);
    }
    EXPECT_EQ(to_base64url("\xfb\xef\xff"), "--__");
}

TEST(Base64Url, RefusesOtherForms) {
    for (const char* text : {"Zg==", "Zh", "+/+/", "Z", "Zg\n", "Z g"})
        EXPECT_FALSE(from_base64url(text)) << text;
}

}  // namespace
}  // namespace suanpan
