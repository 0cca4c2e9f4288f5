#pragma once

// Canonical texts of rows for the state's digest; digest.cpp has the others.

#include "core/meter_rows.hpp"

#include <string>

namespace suanpan::core {

std::string line(const MeterRow& row);
std::string line(const MeterKeyRow& row);

}  // namespace suanpan::core
