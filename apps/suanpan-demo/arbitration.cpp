#include "apps/suanpan-demo/arbitration.hpp"

#include "apps/suanpan-demo/member.hpp"
#include "base/bytes.hpp"
#include "base/crypto.hpp"
#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "settlement/ruling.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace suanpan::demo {
namespace {

constexpr Duration kClaimIsOver{8 * 86'400};  // the schedule's default is seven days

std::int64_t lot_us_of(const Json& delivered) {
    return parse_integer(text_of(delivered, "lot_us")).value();
}

std::string path_of(const Json& dispute, std::string_view what) {
    return "/v1/disputes/" + text_of(dispute, "id") + "/" + std::string(what);
}

client::Api api_of(const Stage& stage, const std::vector<Json>& organisations,
                   const std::string& id) {
    const auto found = std::ranges::find_if(
        organisations, [&](const Json& one) { return text_of(one, "id") == id; });
    return stage.api(text_of(*found, "key"));
}

class Arbiter {
 public:
    Arbiter(Stage& stage, Cast& cast) : key_(random_seed()), api_(stage.api(enter(stage, cast))) {}

    // What the provider claims is right.
    void rule(const Json& dispute) {
        const settlement::Ruling ruling{parse_id<DisputeId>(text_of(dispute, "id")).value(),
                                        parse_id<SigningKeyId>(key_id_).value(),
                                        {lot_us_of(dispute.at("claimed")), Ppm(0)}};
        const DsseEnvelope envelope = make_envelope(settlement::kRulingPayloadType,
                                                    settlement::make_ruling(ruling), key_id_, key_);
        must(api_.post(path_of(dispute, "ruling"),
                       {{"envelope", Json::parse(envelope_json(envelope))}}),
             "ruling");
    }

 private:
    // Its key stays here; the operator says that it counts.
    std::string enter(Stage& stage, Cast& cast) {
        const Json made =
            make_organisation(stage.operator_api(), "Arbitration commission", {"arbiter"});
        cast.names[text_of(made, "id")] = text_of(made, "name");
        const Json key =
            must(stage.operator_api().post(
                     "/v1/arbiter-keys", {{"organisation", made.at("id")},
                                          {"public_key", to_base64(as_chars(key_.public_key()))}}),
                 "arbiter's key");
        key_id_ = text_of(key, "id");
        return text_of(made, "key");
    }

    SigningKey key_;
    std::string key_id_;
    client::Api api_;
};

// Both sides meet in the middle. An agreement takes from each owner of the pool, so each offers it.
void agree(const Stage& stage, const Cast& cast, client::Api& buyer, const Json& dispute) {
    const std::int64_t low = lot_us_of(dispute.at("final"));
    const std::int64_t high = lot_us_of(dispute.at("claimed"));
    const Json offer = {{"lot_us", std::to_string(low + (high - low) / 2)}};
    std::vector<Json> providers = cast.provider_organisations;
    providers.insert(providers.end(), cast.co_owners.begin(), cast.co_owners.end());
    for (const Json& owner : dispute.at("owners")) {
        client::Api api = api_of(stage, providers, owner.get<std::string>());
        must(api.post(path_of(dispute, "offers"), offer), "an owner's offer");
    }
    const Json ended = must(buyer.post(path_of(dispute, "offers"), offer), "the buyer's offer");
    if (text_of(ended, "state") != "agreed")
        throw std::runtime_error("all have offered the same, and the dispute is not agreed");
}

}  // namespace

Json end_disputes(Stage& stage, Cast& cast, Time now) {
    const Json open = must(stage.operator_api().list("/v1/disputes?open=true"), "disputes");
    if (open.empty()) return open;
    client::Api provider =
        api_of(stage, cast.provider_organisations, text_of(open.front(), "provider"));
    client::Api buyer = api_of(stage, cast.buyer_organisations, text_of(open.front(), "buyer"));
    must(provider.post(path_of(open.front(), "claim"), Json::object()), "the provider's claim");
    Arbiter(stage, cast).rule(open.front());
    if (open.size() > 1) agree(stage, cast, buyer, open.at(1));
    stage.set_clock(Time(now.value + kClaimIsOver.value));
    return must(stage.operator_api().list("/v1/disputes"), "disputes");
}

}  // namespace suanpan::demo
