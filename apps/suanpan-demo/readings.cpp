#include "apps/suanpan-demo/readings.hpp"

#include "apps/suanpan-demo/member.hpp"
#include "apps/suanpan-demo/stage.hpp"
#include "base/checked.hpp"
#include "base/time.hpp"

#include <algorithm>

namespace suanpan::demo {
namespace {

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::size_t kBatch = 500;

std::int64_t share_us(Lots lots, Duration duration, std::int64_t ppm) {
    const Int128 exact = Int128(lots.value) * duration.value * kMicro * ppm / kPpm;
    return narrow(exact).value();
}

bool was_accepted(const Json& reading) {
    return text_of(reading, "result").starts_with("accepted") ||
           text_of(reading, "result") == "duplicate";
}

}  // namespace

MeteredLease read_lease(const Json& lease) {
    MeteredLease out;
    out.id = parse_id<LeaseId>(text_of(lease, "id")).value();
    out.provider = text_of(lease, "provider");
    out.lots = Lots(lease.at("lots").get<std::int64_t>());
    out.window = {parse_time(text_of(lease, "active_from")).value(),
                  parse_time(text_of(lease.at("window"), "end")).value()};
    out.sent_until = out.window.start;
    return out;
}

void note_active(client::Api& api, std::string_view side,
                 std::map<std::string, MeteredLease>& leases) {
    const Json active =
        must(api.list("/v1/leases?role=" + std::string(side) + "&state=active"), "active leases");
    for (const Json& lease : active) {
        const std::string id = text_of(lease, "id");
        if (!leases.contains(id)) leases.emplace(id, read_lease(lease));
    }
}

void sign_until(client::Meter& meter, MeteredLease& lease, Time now, const Deliver& deliver,
                Json& envelopes, ReadingCounts& counts) {
    const Time until = std::min(now, lease.window.end);
    if (until <= lease.sent_until) return;
    std::vector<client::Measurement> measured;
    for (const Window& window : client::metering_windows({lease.sent_until, until}, deliver.step)) {
        client::Measurement one;
        one.window = window;
        one.lot_us = share_us(lease.lots, window.length(), deliver.available_ppm);
        one.busy_us = narrow(Int128(one.lot_us) * deliver.busy_ppm / kPpm).value();
        measured.push_back(one);
    }
    counts.sent += static_cast<std::int64_t>(measured.size());
    for (const std::string& envelope : meter.sign(lease.id, measured))
        envelopes.push_back(Json::parse(envelope));
    lease.sent_until = until;
}

void send_readings(client::Api& api, const Json& envelopes, ReadingCounts& counts) {
    for (std::size_t begin = 0; begin < envelopes.size(); begin += kBatch) {
        Json part = Json::array();
        for (std::size_t i = begin; i < std::min(begin + kBatch, envelopes.size()); ++i)
            part.push_back(envelopes[i]);
        const Json answer =
            must(api.post("/v1/readings:batch", {{"envelopes", std::move(part)}}), "readings");
        for (const Json& batch : answer.at("results")) {
            if (!batch.contains("batch")) {
                ++counts.refused;
                continue;
            }
            for (const Json& reading : batch.at("batch").at("readings"))
                ++(was_accepted(reading) ? counts.accepted : counts.refused);
        }
    }
}

}  // namespace suanpan::demo
