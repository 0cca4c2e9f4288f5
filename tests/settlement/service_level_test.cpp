#include "settlement/service_level.hpp"

#include "settlement/lease_meter.hpp"

#include <gtest/gtest.h>

namespace suanpan::settlement {
namespace {

TEST(ServiceLevel, StandardGradeAtAndAroundItsBounds) {
    // 10 lots over 1000 s: 10^10 lot·µs, so a ppm is 10,000 µs.
    const Window window{Time(0), Time(1000)};
    struct Case {
        std::int64_t lot_us;
        std::int64_t credit;
    };
    const Case cases[] = {{10'000'000'000, 0},        {9'950'000'000, 0},
                          {9'949'999'999, 100'000},   {9'900'000'000, 100'000},
                          {9'899'999'999, 250'000},   {9'500'000'000, 250'000},
                          {9'499'999'999, 1'000'000}, {0, 1'000'000}};
    for (const Case& c : cases) {
        EXPECT_EQ(availability_credit(standard_grade(), Lots(10), window, c.lot_us), Ppm(c.credit))
            << c.lot_us;
    }
    EXPECT_EQ(availability_credit(ServiceGrade{"none", {}}, Lots(10), window, 0), Ppm(0));
}

TEST(ServiceLevel, TheStandardGradeIsWhatMeteringComparesBy) {
    EXPECT_TRUE(check_grade(standard_grade()).has_value());
    EXPECT_EQ(availability_steps(standard_grade()), MeteringRules{}.availability_steps);
}

TEST(ServiceLevel, RefusesGradesThatAreNotOrdered) {
    const auto grade = [](std::vector<CreditStep> steps) {
        return check_grade(ServiceGrade{"x", std::move(steps)}).has_value();
    };
    EXPECT_TRUE(grade({}));
    EXPECT_TRUE(grade({{Ppm(1'000'000), Ppm(0)}}));
    EXPECT_FALSE(grade({{Ppm(1'000'001), Ppm(0)}}));
    EXPECT_FALSE(grade({{Ppm(990'000), Ppm(1'000'001)}}));
    EXPECT_FALSE(grade({{Ppm(990'000), Ppm(10)}, {Ppm(990'000), Ppm(20)}}));
    EXPECT_FALSE(grade({{Ppm(990'000), Ppm(10)}, {Ppm(980'000), Ppm(10)}}));
    EXPECT_FALSE(grade({{Ppm(-1), Ppm(10)}}));
    EXPECT_FALSE(grade({{Ppm(990'000), Ppm(-1)}}));
}

}  // namespace
}  // namespace suanpan::settlement
