#include "api/streaming/address_slots.hpp"

#include "api/rate_limits.hpp"

namespace suanpan::api {

AddressSlots::Slot::~Slot() {
    const std::scoped_lock lock(open_->mutex);
    const auto count = open_->counts.find(name_);
    if (--count->second == 0) open_->counts.erase(count);
}

std::unique_ptr<AddressSlots::Slot> AddressSlots::take(const std::string& address) {
    std::string name = name_of_address(address);
    {
        const std::scoped_lock lock(open_->mutex);
        std::int64_t& count = open_->counts[name];
        if (most_ > 0 && count >= most_) return nullptr;
        ++count;
    }
    return std::make_unique<Slot>(open_, std::move(name));
}

}  // namespace suanpan::api
