#pragma once

// Submits many commands at once and goes on when the last one is answered.

#include "base/result.hpp"
#include "services/trading/core_loop.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace suanpan::api {

using SubmissionResults = std::vector<Result<services::StoredResponse>>;

// `done` gets a result for each submission, in order; it is called once, on the core's thread or
// (when nothing was taken) on the caller's: hand over, don't work. Where the queue is full, the
// rest gets that error.
void submit_all(services::CoreLoop& core, std::vector<services::Submission> submissions,
                std::function<void(SubmissionResults)> done);

}  // namespace suanpan::api
