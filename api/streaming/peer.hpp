#pragma once

// Talks with one client of the stream. It sends, as one JSON object a message:
//   {"op":"subscribe","channel":"orders"}          then {"type":"snapshot",…}, {"type":"changes",…}
//   {"op":"unsubscribe","channel":"orders"}
//   {"op":"cancel_on_disconnect","enabled":true}   the orders that its key has placed, when it is
//   gone
// What cannot be done is answered with {"type":"error","code":…,"detail":…} and changes nothing.

#include "api/call.hpp"
#include "api/streaming/address_slots.hpp"
#include "api/streaming/hub.hpp"
#include "api/streaming/messages.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace suanpan::api {

class StreamPeer : public MessagePeer {
 public:
    // `credentials`: the Authorization by which the caller was found. Without a caller only what
    // everybody may see. `context` must outlive it.
    StreamPeer(Context& context, std::optional<services::Caller> caller, std::string credentials,
               std::string remote, std::unique_ptr<AddressSlots::Slot> slot)
        : context_(context),
          caller_(std::move(caller)),
          credentials_(std::move(credentials)),
          remote_(std::move(remote)),
          slot_(std::move(slot)) {}

    void opened(std::shared_ptr<MessageSink> sink) override;
    void received(std::string_view text) override;
    void closed() override;

 private:
    Result<void> obey(const Json& asked);
    Result<void> subscribe(const Channel& channel);
    Result<void> unsubscribe(const Channel& channel);
    Result<void> cancel_on_disconnect(bool enabled);
    [[nodiscard]] bool asks_too_much();
    [[nodiscard]] bool take_turn();

    Context& context_;
    std::optional<services::Caller> caller_;
    std::string credentials_;
    std::string remote_;
    std::unique_ptr<AddressSlots::Slot> slot_;  // until the connection is over
    std::shared_ptr<Outlet> outlet_;
    std::map<std::string, SubscriptionPtr> subscriptions_;  // by channel
    bool cancels_ = false;
    std::chrono::steady_clock::time_point since_{};  // of what is counted
    int asked_ = 0;
};

}  // namespace suanpan::api
