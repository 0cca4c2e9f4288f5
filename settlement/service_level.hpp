#pragma once

// Service credits (metering-settlement "The waterfall", service level): the availability of a
// billing window is its lot-time ÷ (lots × time), and its grade says which part of the sale is
// credited below which availability.

#include "base/result.hpp"
#include "base/units.hpp"

#include <string>
#include <vector>

namespace suanpan::settlement {

struct CreditStep {
    Ppm below;   // availability under this …
    Ppm credit;  // … credits this part of the window's sale
    friend bool operator==(const CreditStep&, const CreditStep&) = default;
};

// Versioned schedule data.
struct ServiceGrade {
    std::string name;
    std::vector<CreditStep> steps;  // `below` falls, `credit` rises
    friend bool operator==(const ServiceGrade&, const ServiceGrade&) = default;
};

inline constexpr std::string_view kStandardGrade = "standard";
// `standard`: under 99.5 % 10 %, under 99 % 25 %, under 95 % all.
ServiceGrade standard_grade();

// Error `bad_grade`: a step out of 0 to 1,000,000, or steps out of order.
Result<void> check_grade(const ServiceGrade& grade);

// The bounds at which the credit changes, for MeteringRules::availability_steps.
std::vector<Ppm> availability_steps(const ServiceGrade& grade);

// ppm of the sale. Exact: a window at a bound is not below it.
// REQUIRES lots > 0, a window that is not empty, lot_us ≥ 0.
Ppm availability_credit(const ServiceGrade& grade, Lots lots, const Window& window,
                        std::int64_t lot_us);

}  // namespace suanpan::settlement
