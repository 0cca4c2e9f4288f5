#include "apps/suanpan-audit/workers.hpp"

namespace suanpan::audit {

Workers::Workers(unsigned count) {
    for (unsigned worker = 1; worker < count; ++worker)
        threads_.emplace_back([this, worker] { serve(worker); });
}

Workers::~Workers() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void Workers::run(std::size_t tasks, const Task& task) {
    {
        const std::lock_guard lock(mutex_);
        task_ = &task;
        tasks_ = tasks;
        next_ = 0;
        thrown_.assign(tasks, nullptr);
        busy_ = static_cast<unsigned>(threads_.size());
        ++round_;
    }
    changed_.notify_all();
    work(0);
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return busy_ == 0; });
    }
    for (const std::exception_ptr& thrown : thrown_) {
        if (thrown) std::rethrow_exception(thrown);
    }
}

void Workers::serve(unsigned worker) {
    std::uint64_t seen = 0;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return ending_ || round_ != seen; });
            if (ending_) return;
            seen = round_;
        }
        work(worker);
        const std::lock_guard lock(mutex_);
        if (--busy_ == 0) changed_.notify_all();
    }
}

void Workers::work(unsigned worker) {
    for (std::size_t i = next_++; i < tasks_; i = next_++) {
        try {
            (*task_)(i, worker);
        } catch (...) {
            thrown_[i] = std::current_exception();
        }
    }
}

}  // namespace suanpan::audit
