#include "services/trading/commit_figures.hpp"

#include <mutex>
#include <utility>

namespace suanpan::services {

namespace {

struct Listening {
    std::mutex mutex;
    std::function<void(const CommitFigures&)> listener;
};

Listening& listening() {
    static Listening listening;
    return listening;
}

}  // namespace

void measure_commits(std::function<void(const CommitFigures&)> listener) {
    const std::scoped_lock lock(listening().mutex);
    listening().listener = std::move(listener);
}

void tell_commit(const CommitFigures& commit) {
    const std::scoped_lock lock(listening().mutex);
    if (listening().listener) listening().listener(commit);
}

}  // namespace suanpan::services
