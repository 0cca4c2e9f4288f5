#pragma once

#include <set>
#include <string>

namespace suanpan::test {

// Names of the time series that a PromQL expression reads: the words of it that are no function, no
// keyword, no label, no number.
std::set<std::string> series_of(const std::string& expression);

// Names of the samples in a text exposition, `_bucket`, `_sum` and `_count` included.
std::set<std::string> samples_of(const std::string& exposition);

}  // namespace suanpan::test
