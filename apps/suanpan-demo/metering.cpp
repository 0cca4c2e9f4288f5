// The meters of one side, providers or buyers: a key pair for each organisation, readings of every
// active lease.

#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/party.hpp"
#include "apps/suanpan-demo/readings.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "base/checked.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "client/meter.hpp"

#include <map>
#include <optional>
#include <stdexcept>

namespace suanpan::demo {
namespace {

constexpr Duration kStep{300};
constexpr std::int64_t kBusyPpm = 850'000;

class Meters {
 public:
    Json handle(const Json& request) {
        const std::string what = text_of(request, "do");
        if (what == "join") return join(request);
        if (what == "meters") return bind(request);
        if (what == "measure") return measure(parse_time(text_of(request, "now")).value());
        throw std::runtime_error("a meter does not know '" + what + "'");
    }

 private:
    struct Device {
        Seed seed{};
        std::optional<client::Meter> meter;
        std::map<std::string, MeteredLease> leases;
    };

    // Keys are made here and never leave this process.
    Json join(const Json& request) {
        side_ = text_of(request, "side");
        short_provider_ = text_of(request, "short_of");
        delivers_ppm_ = request.at("delivers_ppm").get<std::int64_t>();
        doubter_ = text_of(request, "doubter");
        sees_ppm_ = request.value("sees_ppm", kPpm);
        members_ = read_members(request);
        Json keys = Json::array();
        for (const Member& member : members_) {
            Device device;
            device.seed = random_seed();
            const SigningKey key(device.seed);
            keys.push_back({{"organisation", member.id},
                            {"public_key", to_base64(as_chars(key.public_key()))}});
            devices_.push_back(std::move(device));
        }
        return keys;
    }

    Json bind(const Json& request) {
        const auto role = settlement::parse_meter_role(side_).value();
        for (const Json& one : request.at("meters")) {
            for (std::size_t i = 0; i < members_.size(); ++i) {
                if (members_[i].id != text_of(one, "organisation")) continue;
                devices_[i].meter.emplace(parse_id<MeterId>(text_of(one, "meter")).value(), role,
                                          devices_[i].seed);
            }
        }
        return Json::object();
    }

    Json measure(Time now) {
        ReadingCounts counts;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            Device& device = devices_[i];
            note_active(*members_[i].api, side_, device.leases);
            note_doubt(members_[i], device);
            Json envelopes = Json::array();
            for (auto it = device.leases.begin(); it != device.leases.end();) {
                const Deliver deliver{seen_ppm(it->second), kBusyPpm, kStep};
                sign_until(*device.meter, it->second, now, deliver, envelopes, counts);
                it = it->second.sent_until >= it->second.window.end ? device.leases.erase(it)
                                                                    : std::next(it);
            }
            send_readings(*members_[i].api, envelopes, counts);
        }
        return {{"sent", counts.sent}, {"accepted", counts.accepted}, {"refused", counts.refused}};
    }

    // One buyer does not see all of what its first lease has.
    void note_doubt(const Member& member, const Device& device) {
        if (member.id == doubter_ && !doubted_ && !device.leases.empty())
            doubted_ = device.leases.begin()->second.id;
    }

    // The meters of both sides see the same, but for the one lease in doubt.
    [[nodiscard]] std::int64_t seen_ppm(const MeteredLease& lease) const {
        const std::int64_t there = lease.provider == short_provider_ ? delivers_ppm_ : kPpm;
        if (doubted_ != lease.id) return there;
        return narrow(Int128(there) * sees_ppm_ / kPpm).value();
    }

    std::string side_;
    std::string short_provider_;
    std::int64_t delivers_ppm_ = kPpm;
    std::string doubter_;
    std::int64_t sees_ppm_ = kPpm;
    std::optional<LeaseId> doubted_;
    std::vector<Member> members_;
    std::vector<Device> devices_;
};

}  // namespace

PartyHandler make_meter() {
    const auto meters = std::make_shared<Meters>();
    return [meters](const Json& request) { return meters->handle(request); };
}

}  // namespace suanpan::demo
