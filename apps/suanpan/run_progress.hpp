#pragma once

// How far a settlement run is, on a terminal, while its command waits for the answer.

#include "apps/suanpan/session.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>

namespace suanpan::cli {

class RunProgress {
 public:
    // Asks first what there is to settle. Shows nothing where nobody looks, or to `--json`.
    RunProgress(const Session& session, std::string range_query);
    ~RunProgress();
    RunProgress(const RunProgress&) = delete;
    RunProgress& operator=(const RunProgress&) = delete;

 private:
    void watch(const std::stop_token& stop, const Session& session, const std::string& query) const;

    std::jthread watcher_;
};

// "[████░░░░]  40 %  1,234 of 3,085 leases".
std::string progress_bar(std::int64_t done, std::int64_t all);

}  // namespace suanpan::cli
