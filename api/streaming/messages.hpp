#pragma once

// A connection that has become messages of text both ways (WebSocket), without its socket: what
// transport/ and streaming/ know of each other.

#include <cstdint>
#include <memory>
#include <string>

namespace suanpan::api {

using Message = std::shared_ptr<const std::string>;

// Why a connection ends (RFC 6455 §7.4.1, and from 4000 on our own).
enum class CloseCode : std::uint16_t {
    kGoingAway = 1001,  // the server stops
    kBadData = 1007,
    kPolicy = 1008,    // the client asks too much
    kTryAgain = 1013,  // busy
    kResync = 4000     // the client reads too slowly: it begins anew with a snapshot
};

// Where messages go. Thread-safe; does not block.
class MessageSink {
 public:
    virtual ~MessageSink() = default;
    // False: too much waits for the client already, and the message was dropped.
    virtual bool send(Message message) = 0;
    // After what waits already. Once; what is sent later is dropped.
    virtual void close(CloseCode code) = 0;
    // Instead of what waits already: `last`, and the end.
    virtual void drop(CloseCode code, Message last) = 0;
};

// Who talks with the client. Called by one thread at a time, on a network thread: must not block.
class MessagePeer {
 public:
    virtual ~MessagePeer() = default;
    virtual void opened(std::shared_ptr<MessageSink> sink) = 0;
    virtual void received(std::string_view text) = 0;
    virtual void closed() = 0;
};

}  // namespace suanpan::api
