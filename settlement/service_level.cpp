#include "settlement/service_level.hpp"

#include "base/check.hpp"

namespace suanpan::settlement {

ServiceGrade standard_grade() {
    return ServiceGrade{
        std::string(kStandardGrade),
        {CreditStep{Ppm(995'000), Ppm(100'000)}, CreditStep{Ppm(990'000), Ppm(250'000)},
         CreditStep{Ppm(950'000), Ppm(1'000'000)}}};
}

Result<void> check_grade(const ServiceGrade& grade) {
    Ppm below(kPpm + 1);
    Ppm credit(-1);
    for (const CreditStep& step : grade.steps) {
        if (step.below >= below || step.credit <= credit || step.below.value < 0 ||
            step.credit.value > kPpm) {
            return fail("bad_grade",
                        "steps go down in availability and up in credit, within 0 and 1,000,000");
        }
        below = step.below;
        credit = step.credit;
    }
    return {};
}

std::vector<Ppm> availability_steps(const ServiceGrade& grade) {
    std::vector<Ppm> out;
    out.reserve(grade.steps.size());
    for (const CreditStep& step : grade.steps)
        out.push_back(step.below);
    return out;
}

Ppm availability_credit(const ServiceGrade& grade, Lots lots, const Window& window,
                        std::int64_t lot_us) {
    CHECK(lots.value > 0 && window.start < window.end && lot_us >= 0);
    const Int128 whole = Int128{lots.value} * window.length().value * 1'000'000;
    Ppm credit(0);
    for (const CreditStep& step : grade.steps) {
        if (Int128{lot_us} * kPpm < whole * step.below.value) credit = step.credit;
    }
    return credit;
}

}  // namespace suanpan::settlement
