#pragma once

// One witness: what it was asked, what it said, and the thread that talks to it. Inside
// services/publishing only.

#include "services/publishing/witnesses.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace suanpan::services {

/// What all workers of a round share.
struct WitnessBoard {
    std::mutex mutex;
    std::condition_variable changed;
};

struct WitnessJob {
    std::uint64_t round = 0;
    WitnessRequest request;  // its `prove` is empty when only the size is asked for
    [[nodiscard]] bool asks_size() const { return !request.prove; }
};

class WitnessWorker {
 public:
    WitnessWorker(ledger::PolicyWitness witness, WitnessPost post, WitnessBoard& board);
    ~WitnessWorker();
    WitnessWorker(const WitnessWorker&) = delete;
    WitnessWorker& operator=(const WitnessWorker&) = delete;

    // REQUIRES the board's mutex, all of these.
    void give(std::shared_ptr<const WitnessJob> job);
    [[nodiscard]] bool is_done(std::uint64_t round) const { return done_round_ >= round; }
    [[nodiscard]] bool answered(std::uint64_t round) const;
    /// Its cosignature of that checkpoint text; empty: none yet.
    [[nodiscard]] const std::string& line_for(const std::string& text) const;
    [[nodiscard]] std::uint64_t known_size() const { return known_size_; }
    [[nodiscard]] const ledger::VerifierKey& key() const { return witness_.key; }
    [[nodiscard]] WitnessStatus status() const;

 private:
    struct Outcome {
        std::optional<std::uint64_t> size;  // what the witness says it has seen
        std::string text;                   // of the checkpoint that it cosigned
        std::string line;
        std::optional<Time> time;
        std::string failure;
    };
    void run();
    Outcome talk(const WitnessJob& job, std::uint64_t old_size) const;
    Outcome ask_size(const WitnessJob& job) const;
    Outcome ask_cosignature(const WitnessJob& job, std::uint64_t old_size) const;
    Outcome take_lines(const WitnessRequest& request, const WitnessReply& reply) const;
    void keep(const WitnessJob& job, Outcome outcome);  // REQUIRES the board's mutex

    const ledger::PolicyWitness witness_;
    const WitnessPost post_;
    WitnessBoard& board_;

    // Under the board's mutex.
    std::shared_ptr<const WitnessJob> job_;
    std::uint64_t done_round_ = 0;
    std::uint64_t answered_round_ = 0;
    std::uint64_t known_size_ = 0;
    std::uint64_t cosigned_size_ = 0;
    std::string cosigned_text_;
    std::string line_;
    std::optional<Time> time_;
    std::string failure_;
    std::atomic<bool> stopping_ = false;  // read between two posts without the mutex

    std::thread thread_;
};

}  // namespace suanpan::services
