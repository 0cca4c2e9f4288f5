#include "api/gather.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace suanpan::api {

namespace {

class Gather {
 public:
    Gather(std::size_t count, std::function<void(SubmissionResults)> done)
        : results_(count, fail("commit_failed", "no answer")),
          left_(count),
          done_(std::move(done)) {}

    void set(std::size_t at, Result<services::StoredResponse> result) {
        {
            const std::lock_guard lock(mutex_);
            results_[at] = std::move(result);
            if (--left_ > 0) return;
        }
        done_(std::move(results_));
    }

 private:
    std::mutex mutex_;
    SubmissionResults results_;
    std::size_t left_;
    std::function<void(SubmissionResults)> done_;
};

}  // namespace

void submit_all(services::CoreLoop& core, std::vector<services::Submission> submissions,
                std::function<void(SubmissionResults)> done) {
    if (submissions.empty()) {
        done({});
        return;
    }
    auto gather = std::make_shared<Gather>(submissions.size(), std::move(done));
    for (std::size_t i = 0; i < submissions.size(); ++i) {
        submissions[i].done = [gather, i](Result<services::StoredResponse> result) {
            gather->set(i, std::move(result));
        };
        const auto taken = core.submit(std::move(submissions[i]));
        if (!taken) gather->set(i, fail(taken.error()));
    }
}

}  // namespace suanpan::api
