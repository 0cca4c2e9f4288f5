#pragma once

// A witness in memory that does what witnesses do, and, when told, what they should not.

#include "ledger/witness.hpp"
#include "services/publishing/witnesses.hpp"
#include "tests/services/publishing_fixture.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan::services {

enum class Mood : std::uint8_t {
    kHonest,
    kDead,          // cannot be reached
    kSlow,          // answers after the round is over
    kGarbage,       // 200 with no signature lines
    kBadSignature,  // 200 with a line of its name that does not verify
    kOtherTree,     // 200 with a good signature, of another size
    kTooLarge,      // says that it has seen more than there is
    kRestless,      // names another size each time
    kRefuses,       // does not know the log
};

class FakeWitness {
 public:
    FakeWitness(std::string name, std::uint8_t seed, ledger::VerifierKey log)
        : name_(std::move(name)), key_(seed_of(seed)), log_(std::move(log)) {}

    WitnessReply post(const std::string& body) {
        const Mood mood = mood_;
        if (++asked_; on_ask_) std::exchange(on_ask_, nullptr)();
        if (mood == Mood::kSlow) std::this_thread::sleep_for(std::chrono::milliseconds(400));
        const std::scoped_lock lock(mutex_);
        switch (mood) {
            case Mood::kDead: throw std::runtime_error("connection refused");
            case Mood::kGarbage: return {200, "text/plain", "who knows\n"};
            case Mood::kTooLarge: return {409, "text/x.tlog.size", "1000000000\n"};
            case Mood::kRestless:
                return {409, "text/x.tlog.size", std::to_string(asked_ % 7) + "\n"};
            case Mood::kRefuses: return {404, "text/plain", "unknown origin\n"};
            default: return answer(body, mood);
        }
    }

    [[nodiscard]] ledger::VerifierKey verifier() const {
        return ledger::make_verifier_key(name_, ledger::KeyType::kCosignatureV1, key_.public_key());
    }

    std::atomic<Mood> mood_ = Mood::kHonest;
    std::atomic<int> asked_ = 0;
    std::function<void()> on_ask_;  // once, before it answers
    ledger::WitnessState state_;    // the test's hands on its memory, while nobody asks

 private:
    static SigningKey seed_of(std::uint8_t byte) {
        Seed seed{};
        seed.fill(byte);
        return SigningKey(seed);
    }

    WitnessReply answer(const std::string& body, Mood mood) {
        const auto request = ledger::parse_add_checkpoint(body);
        if (!request) return {400, "text/plain", request.error().detail()};
        const std::array logs{log_};
        const auto answer = ledger::decide(*request, logs, state_);
        if (answer.status != 200) return {answer.status, answer.content_type, answer.body};
        state_ = *answer.next;
        std::string text = answer.text;
        if (mood == Mood::kOtherTree) {
            const ledger::Checkpoint other{std::string(kTestOrigin), 7, ledger::empty_root(), ""};
            text = ledger::to_string(other);
        }
        if (mood == Mood::kBadSignature) text += "x\n";
        return {200, "text/plain", ledger::cosign_line(text, name_, key_, kTestTime)};
    }

    std::string name_;
    SigningKey key_;
    ledger::VerifierKey log_;
    std::mutex mutex_;
};

/// A published log with witnesses w1 … wn, of which `quorum` must cosign.
struct WitnessedLog : PublishedLog {
    std::vector<std::unique_ptr<FakeWitness>> fakes;
    std::unique_ptr<Witnesses> witnesses;
    int threshold = 0;

    WitnessedLog(int count, int quorum) : threshold(quorum) {
        for (int i = 1; i <= count; ++i) {
            fakes.push_back(std::make_unique<FakeWitness>("w" + std::to_string(i) + ".example",
                                                          static_cast<std::uint8_t>(20 + i),
                                                          verifier()));
        }
        forget();
    }
    /// As after a restart: what is known of the witnesses is gone.
    void forget() {
        witnesses.reset();
        Witnesses::Options options;
        options.wait_ms = 250;
        options.grace_ms = 20;
        witnesses = std::make_unique<Witnesses>(
            policy(),
            [this](const std::string& url) -> WitnessPost {
                FakeWitness* fake = fakes.at(std::stoul(url.substr(url.find("//w") + 3)) - 1).get();
                return [fake](const std::string& body) { return fake->post(body); };
            },
            options);
    }
    [[nodiscard]] ledger::Policy policy() const {
        std::string text;
        std::string group = "group all-of-them " + std::to_string(threshold);
        for (std::size_t i = 0; i < fakes.size(); ++i) {
            const std::string name = "w" + std::to_string(i + 1);
            text += "witness " + name + " " + ledger::to_string(fakes[i]->verifier()) + " http://" +
                    name + ".example/suanpan/\n";
            group += " " + name;
        }
        if (threshold == 0) return ledger::parse_policy(text + "quorum none\n").value();
        return ledger::parse_policy(text + group + "\nquorum all-of-them\n").value();
    }
    [[nodiscard]] PublisherOptions options() const {
        PublisherOptions out = PublishedLog::options();
        out.witnesses = witnesses.get();
        return out;
    }
    std::unique_ptr<Publisher> publisher(Publisher::FaultPoint fault = {}) {
        return std::make_unique<Publisher>(options(), key, store, std::move(fault));
    }
    /// Opened with every witness's key: a bad signature among them would be an error.
    [[nodiscard]] Result<ledger::SignedCheckpoint> published() const {
        const auto note = TileStore(tiles()).read_checkpoint();
        if (!note) return fail("not_published", "");
        return ledger::open_checkpoint(*note, verifier(), ledger::witness_keys(policy()));
    }
};

}  // namespace suanpan::services
