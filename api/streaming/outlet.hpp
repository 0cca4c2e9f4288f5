#pragma once

// One client of the stream, as those see it who have something to tell it.

#include "api/streaming/messages.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace suanpan::api {

// Thread-safe.
class Outlet {
 public:
    // `is_welcome` may read the database.
    Outlet(std::shared_ptr<MessageSink> sink, std::function<bool()> is_welcome)
        : sink_(std::move(sink)), is_welcome_(std::move(is_welcome)) {}

    void tell(std::string text) {
        if (!sink_->send(std::make_shared<const std::string>(std::move(text))))
            return fall_behind();
        told_ = true;
    }
    // It reads too slowly, or more came at once than is kept for it.
    void fall_behind() {
        static const auto last = std::make_shared<const std::string>(
            R"({"type":"resync","detail":"too much waited for this client; connect again and )"
            R"(begin with new snapshots"})");
        sink_->drop(CloseCode::kResync, last);
    }
    // Each second: says that it lives, unless something else has said so.
    void beat() {
        const std::uint64_t counter = ++beats_;
        if (told_.exchange(false)) return;
        tell(R"({"type":"heartbeat","counter":)" + std::to_string(counter) + "}");
        told_ = false;
    }
    void shut_down() {
        tell(R"({"type":"server_shutdown"})");
        sink_->close(CloseCode::kGoingAway);
    }
    void close(CloseCode code) { sink_->close(code); }
    // It may still listen: its key has not been revoked and has not expired.
    [[nodiscard]] bool is_welcome() const { return is_welcome_(); }

 private:
    std::shared_ptr<MessageSink> sink_;
    std::function<bool()> is_welcome_;
    std::atomic<bool> told_{false};
    std::atomic<std::uint64_t> beats_{0};
};

}  // namespace suanpan::api
