#pragma once

// A client of the stream that keeps what it was told.

#include "api/streaming/outlet.hpp"
#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace suanpan::test {

class Told : public api::MessageSink {
 public:
    bool send(api::Message message) override {
        messages.push_back(Json::parse(*message));
        return true;
    }
    void close(api::CloseCode code) override { closed = code; }
    void drop(api::CloseCode code, api::Message last) override {
        send(std::move(last));
        closed = code;
    }

    std::vector<Json> messages;
    std::optional<api::CloseCode> closed;
};

inline std::shared_ptr<api::Outlet> outlet_to(const std::shared_ptr<Told>& told) {
    return std::make_shared<api::Outlet>(told, [] { return true; });
}

}  // namespace suanpan::test
