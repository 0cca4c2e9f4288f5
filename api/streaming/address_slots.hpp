#pragma once

// A bound on the streams that one address has open, so that one machine cannot hold all there are.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace suanpan::api {

// Thread-safe.
class AddressSlots {
 private:
    struct Open {
        std::mutex mutex;
        std::unordered_map<std::string, std::int64_t> counts;  // of those that have any
    };

 public:
    // One stream; its place is free again when this ends, which may outlive the AddressSlots.
    class Slot {
     public:
        // REQUIRES that it is counted.
        Slot(std::shared_ptr<Open> open, std::string name)
            : open_(std::move(open)), name_(std::move(name)) {}
        ~Slot();
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;

     private:
        std::shared_ptr<Open> open_;
        std::string name_;
    };

    explicit AddressSlots(std::int64_t most) : most_(most) {}  // 0: any number

    // Null: the address has as many as it may.
    [[nodiscard]] std::unique_ptr<Slot> take(const std::string& address);

 private:
    std::int64_t most_;
    std::shared_ptr<Open> open_ = std::make_shared<Open>();
};

}  // namespace suanpan::api
