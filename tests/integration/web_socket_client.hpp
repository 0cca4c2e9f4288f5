#pragma once

// A client of /v1/stream.

#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace suanpan::test {

// Not thread-safe. Waits at most some seconds for anything.
class WebSocketClient {
 public:
    // Without a key anonymous. `protocols`: for Sec-WebSocket-Protocol. `forwarded`: the address
    // for which a proxy says that it speaks. Throws std::runtime_error("refused: <status>") when
    // the server does not switch.
    explicit WebSocketClient(const std::string& url, const std::string& key = "",
                             const std::string& protocols = "", const std::string& forwarded = "");
    ~WebSocketClient();
    WebSocketClient(const WebSocketClient&) = delete;
    WebSocketClient& operator=(const WebSocketClient&) = delete;

    void send(const Json& message);
    void send_text(const std::string& text);
    // As they are, past the protocol.
    void send_raw(const std::string& bytes);
    // The next message but heartbeats; nullopt once the connection is closed.
    std::optional<Json> next();
    // The next that `wanted` says is it; others are kept for the next wait. Throws when the
    // connection ends.
    Json wait_for(const std::function<bool(const Json&)>& wanted);
    Json wait_for(const std::string& type, const std::string& channel);
    std::size_t heartbeats() const;
    // Of the close frame; 0 without one.
    std::uint16_t close_code() const;
    // Without a goodbye.
    void cut();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace suanpan::test
