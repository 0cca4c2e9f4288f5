#include "services/trading/core_loop.hpp"

#include "base/thread_name.hpp"
#include "services/clock.hpp"
#include "services/trading/commit_figures.hpp"
#include "services/trading/sequencer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace suanpan::services {
namespace {

using Monotonic = std::chrono::steady_clock;
constexpr std::chrono::seconds kTickAfter{1};  // without a command

// A read or a wish for the present time, and who waits for it.
struct Task {
    const std::function<void(const core::Market&)>* read = nullptr;  // null: only the time
    std::exception_ptr failure;
    bool finished = false;
};

}  // namespace

struct CoreLoop::Impl {
    Impl(db::Pool& pool, const Clock& clock, const Options& chosen)
        : options(chosen),
          sequencer(pool, clock, chosen,
                    {[this](db::Batch& written, const CommitFigures& commit) {
                         committed(written, commit);
                     },
                     [this] { line_failed(); }, [this] { return outage(); }}) {}

    void loop();
    void guarded(const std::function<void()>& what);
    bool take(std::vector<Submission>& batch, std::vector<Task*>& due);
    void step(std::vector<Submission>& batch, const std::vector<Task*>& due);
    void run_task(Task& task);
    void finish(const std::vector<Task*>& done);
    void wait_for(Task& task);
    void committed(db::Batch& written, const CommitFigures& commit);
    void line_failed();
    bool outage();
    void drain(const Error& error);

    Options options;
    Sequencer sequencer;
    std::function<void(db::Batch&)> listener;
    std::thread thread;

    std::mutex mutex;
    std::condition_variable work;      // for the loop
    std::condition_variable finished;  // for who waits for a task
    std::deque<Submission> queue;
    std::vector<Task*> tasks;
    bool running = false;
    bool failed = false;  // what is under way; the loop sees to it
    bool stopping = false;
    bool away = false;  // the database
    bool deposed = false;
    CoreFigures figures;
    Monotonic::time_point last_command = Monotonic::now();  // the loop's own
};

CoreLoop::CoreLoop(db::Pool& pool, const Clock& clock, const Options& options)
    : impl_(std::make_unique<Impl>(pool, clock, options)) {}

CoreLoop::~CoreLoop() {
    stop();
}

void CoreLoop::start() {
    impl_->sequencer.start();
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->running = true;
        impl_->figures.epoch = impl_->sequencer.epoch();
    }
    impl_->thread = std::thread([this] { impl_->loop(); });
}

void CoreLoop::stop() {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->work.notify_all();
    if (impl_->thread.joinable()) impl_->thread.join();
}

Result<void> CoreLoop::submit(Submission submission) {
    {
        const std::scoped_lock lock(impl_->mutex);
        if (impl_->stopping) return fail("stopping", "the server takes no more requests");
        if (!impl_->running)
            return fail("unavailable", "the market is not run by this server: /readyz says why");
        if (impl_->deposed)
            return fail("not_leader", "another server leads: send the request there");
        if (impl_->away)
            return fail("unavailable", "the database is away: try again in some seconds");
        if (impl_->queue.size() >= impl_->options.queue_limit)
            return fail("overloaded", "too many requests are waiting: try again in a second");
        impl_->queue.push_back(std::move(submission));
    }
    impl_->work.notify_one();
    return {};
}

void CoreLoop::inspect(const std::function<void(const core::Market&)>& read) {
    Task task;
    task.read = &read;
    impl_->wait_for(task);
}

void CoreLoop::wake_for_time() {
    Task task;
    impl_->wait_for(task);
}

CoreFigures CoreLoop::figures() const {
    const std::scoped_lock lock(impl_->mutex);
    CoreFigures figures = impl_->figures;
    figures.queue_depth = static_cast<std::int64_t>(impl_->queue.size());
    figures.leading = impl_->running && !impl_->deposed;
    return figures;
}

void CoreLoop::on_commit(std::function<void(db::Batch&)> listener) {
    impl_->listener = std::move(listener);
}

void CoreLoop::Impl::wait_for(Task& task) {
    std::unique_lock lock(mutex);
    if (!running || deposed) throw std::runtime_error("the market is not run by this server");
    tasks.push_back(&task);
    work.notify_one();
    finished.wait(lock, [&task] { return task.finished; });
    if (task.failure) std::rethrow_exception(task.failure);
}

void CoreLoop::Impl::loop() {
    name_thread("core");
    std::vector<Submission> batch;
    std::vector<Task*> due;
    while (true) {
        // What waits for room grows the batch.
        guarded([this] { sequencer.make_room(); });
        if (!take(batch, due)) break;
        step(batch, due);
        batch.clear();
        due.clear();
    }
    guarded([this] { sequencer.settle(); });
    drain(Error("stopping", "the server has stopped"));
}

// The sequencer at work; afterwards what all may know of it.
void CoreLoop::Impl::guarded(const std::function<void()>& what) {
    try {
        what();
    } catch (const std::exception& problem) {
        spdlog::critical("the market's thread goes on after: {}", problem.what());
    }
    const std::scoped_lock lock(mutex);
    figures.rebuilds = sequencer.rebuilds();
    figures.epoch = sequencer.epoch();
    deposed = sequencer.deposed();
    away = false;
}

// False: the end. Waits for work, at most until a tick may be wanted.
bool CoreLoop::Impl::take(std::vector<Submission>& batch, std::vector<Task*>& due) {
    std::unique_lock lock(mutex);
    work.wait_for(lock, kTickAfter,
                  [this] { return stopping || failed || !queue.empty() || !tasks.empty(); });
    failed = false;
    if (stopping && queue.empty() && tasks.empty()) {
        running = false;
        return false;
    }
    const auto count = static_cast<std::ptrdiff_t>(std::min(queue.size(), options.batch_limit));
    std::move(queue.begin(), queue.begin() + count, std::back_inserter(batch));
    queue.erase(queue.begin(), queue.begin() + count);
    due.swap(tasks);
    return true;
}

void CoreLoop::Impl::step(std::vector<Submission>& batch, const std::vector<Task*>& due) {
    guarded([&] {
        if (!batch.empty()) {
            const auto came = Monotonic::now();
            if (sequencer.run(std::move(batch))) last_command = came;
        }
        const bool wanted = std::ranges::any_of(due, [](const Task* t) { return !t->read; });
        if (wanted || Monotonic::now() - last_command >= kTickAfter) sequencer.run_due();
        if (!due.empty()) sequencer.settle();
    });
    for (Task* task : due)
        run_task(*task);
    finish(due);
    if (sequencer.deposed()) drain(Error("not_leader", "another server leads"));
}

void CoreLoop::Impl::run_task(Task& task) {
    try {
        if (sequencer.deposed())
            throw std::runtime_error("the market is not run by this server any more");
        if (task.read) (*task.read)(sequencer.market());
    } catch (...) {
        task.failure = std::current_exception();
    }
}

void CoreLoop::Impl::finish(const std::vector<Task*>& done) {
    if (done.empty()) return;
    {
        const std::scoped_lock lock(mutex);
        for (Task* task : done)
            task->finished = true;
    }
    finished.notify_all();
}

void CoreLoop::Impl::committed(db::Batch& written, const CommitFigures& commit) {
    {
        const std::scoped_lock lock(mutex);
        figures.commands += commit.commands;
        figures.batches += 1;
        figures.largest_batch = std::max(figures.largest_batch, commit.commands);
    }
    if (options.measured) options.measured(commit);
    if (listener) listener(written);
}

void CoreLoop::Impl::line_failed() {
    {
        const std::scoped_lock lock(mutex);
        failed = true;
    }
    work.notify_one();
}

// Called while the market cannot be rebuilt. True: give up, since the server stops.
bool CoreLoop::Impl::outage() {
    {
        const std::scoped_lock lock(mutex);
        away = true;
        if (stopping) return true;
    }
    drain(Error(std::string(core::kCommitFailed),
                "the database is away; send the request again with the same Idempotency-Key"));
    return false;
}

// Answers all that waits with `error`.
void CoreLoop::Impl::drain(const Error& error) {
    std::deque<Submission> waiting;
    std::vector<Task*> unread;
    {
        const std::scoped_lock lock(mutex);
        waiting.swap(queue);
        unread.swap(tasks);
    }
    for (Submission& submission : waiting)
        submission.done(fail(error));
    for (Task* task : unread)
        task->failure = std::make_exception_ptr(std::runtime_error(error.detail()));
    finish(unread);
}

}  // namespace suanpan::services
