#pragma once

// A few threads that share out numbered tasks.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace suanpan::audit {

/// One caller at a time.
class Workers {
 public:
    /// `count` workers, the calling thread being the first of them. REQUIRES count ≥ 1.
    explicit Workers(unsigned count);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    [[nodiscard]] unsigned count() const { return static_cast<unsigned>(threads_.size()) + 1; }

    /// Runs task(i, worker) once for each i below `tasks`, in no order, and waits for all. Of
    /// exceptions, that of the lowest task is thrown again; the other tasks run all the same.
    using Task = std::function<void(std::size_t task, unsigned worker)>;
    void run(std::size_t tasks, const Task& task);

 private:
    void serve(unsigned worker);
    void work(unsigned worker);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t round_ = 0;  // under mutex_, as are the next three
    unsigned busy_ = 0;
    bool ending_ = false;
    const Task* task_ = nullptr;
    std::size_t tasks_ = 0;
    std::atomic<std::size_t> next_ = 0;
    std::vector<std::exception_ptr> thrown_;  // one a task; each is written by who runs the task
    std::vector<std::thread> threads_;
};

}  // namespace suanpan::audit
