#include "api/streaming/peer.hpp"

#include "api/fields.hpp"
#include "api/gate.hpp"
#include "base/random.hpp"
#include "services/clock.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace suanpan::api {

namespace {

constexpr std::size_t kMostChannels = 64;
constexpr int kMostAsked = 100;  // messages of a client in so long:
constexpr std::chrono::seconds kSpell{10};
constexpr JsonLimits kLimits = [] {
    JsonLimits limits;
    limits.max_bytes = 4'096;
    limits.max_depth = 4;
    return limits;
}();

enum class Op : std::uint8_t { kSubscribe, kUnsubscribe, kCancelOnDisconnect };

Result<Op> parse_op(std::string_view text) {
    if (text == "subscribe") return Op::kSubscribe;
    if (text == "unsubscribe") return Op::kUnsubscribe;
    if (text == "cancel_on_disconnect") return Op::kCancelOnDisconnect;
    return fail("unknown_op", "an op is subscribe, unsubscribe or cancel_on_disconnect");
}

// With what was asked, as far as it was said, since answers of several questions may cross.
std::string error_message(const Error& error, const Json& asked) {
    Json out{{"type", "error"}, {"code", error.code()}, {"detail", error.detail()}};
    for (const char* name : {"op", "channel"}) {
        if (asked.is_object() && asked.contains(name) && asked[name].is_string())
            out[name] = asked[name];
    }
    if (!error.faults().empty()) {
        Json faults = Json::array();
        for (const Fault& fault : error.faults()) {
            faults.push_back(
                {{"pointer", fault.pointer}, {"code", fault.code}, {"detail", fault.detail}});
        }
        out["errors"] = std::move(faults);
    }
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void log_cancelled(const Result<services::StoredResponse>& result, const OrganisationId& whose) {
    if (result) return;
    spdlog::error("the orders of {}, whose client is gone, were not cancelled: {}",
                  to_string(whose), result.error().detail());
}

}  // namespace

void StreamPeer::opened(std::shared_ptr<MessageSink> sink) {
    auto is_welcome = [&context = context_, known = caller_.has_value(), credentials = credentials_,
                       remote = remote_] {
        if (!known) return true;
        try {
            return context.authenticator.authenticate(credentials, remote).has_value();
        } catch (const std::exception&) {
            return true;  // the database is away, which is no fault of the client's
        }
    };
    outlet_ = std::make_shared<Outlet>(std::move(sink), std::move(is_welcome));
    context_.streams.add(outlet_);
}

void StreamPeer::received(std::string_view text) {
    if (asks_too_much()) return outlet_->close(CloseCode::kPolicy);
    const auto asked = parse_json(text, kLimits);
    if (!asked) return outlet_->tell(error_message(asked.error(), Json()));
    const auto done =
        take_turn() ? obey(*asked) : fail("too_many_requests", "too many calls: nothing was done");
    if (!done) outlet_->tell(error_message(done.error(), *asked));
}

bool StreamPeer::asks_too_much() {
    const auto now = std::chrono::steady_clock::now();
    if (now - since_ > kSpell) {
        since_ = now;
        asked_ = 0;
    }
    return ++asked_ > kMostAsked;
}

// What is asked here counts as calls do.
bool StreamPeer::take_turn() {
    const auto now = std::chrono::steady_clock::now();
    if (caller_) return context_.gate.keys.take(to_string(caller_->key), now).allowed;
    return context_.gate.addresses.take(name_of_address(remote_), now).allowed;
}

Result<void> StreamPeer::obey(const Json& asked) {
    Faults faults;
    Fields fields(asked, faults);
    const auto op = fields.need("op", parse_op);
    std::optional<Channel> channel;
    std::optional<bool> enabled;
    if (op == Op::kCancelOnDisconnect) {
        enabled = fields.find_flag("enabled");
        if (!enabled && faults.empty()) fields.fault("enabled", "missing", "say true or false");
    } else {
        channel = fields.need("channel", parse_channel);
    }
    fields.finish();
    if (!faults.empty()) return fail(invalid_request(std::move(faults)));
    switch (*op) {
        case Op::kSubscribe: return subscribe(*channel);
        case Op::kUnsubscribe: return unsubscribe(*channel);
        case Op::kCancelOnDisconnect: return cancel_on_disconnect(*enabled);
    }
    return {};
}

Result<void> StreamPeer::subscribe(const Channel& channel) {
    const std::string name = to_string(channel);
    if (channel.is_private() && !caller_) {
        return fail("unauthorized",
                    "the channel " + name + " is an organisation's own: connect with an API key");
    }
    if (subscriptions_.contains(name))
        return fail("subscribed_already", "this connection listens to " + name + " already");
    if (subscriptions_.size() >= kMostChannels)
        return fail("too_many_channels", "a connection listens to at most 64 channels");
    subscriptions_[name] = context_.streams.subscribe(
        outlet_, channel, caller_ ? caller_->organisation : OrganisationId());
    return {};
}

Result<void> StreamPeer::unsubscribe(const Channel& channel) {
    const auto found = subscriptions_.find(to_string(channel));
    if (found == subscriptions_.end())
        return fail("not_subscribed", "this connection does not listen to " + to_string(channel));
    context_.streams.unsubscribe(found->second);
    subscriptions_.erase(found);
    return {};
}

Result<void> StreamPeer::cancel_on_disconnect(bool enabled) {
    if (!caller_ || !(caller_->has(core::Role::kBuyer) || caller_->has(core::Role::kProvider)))
        return fail("forbidden", "only a buyer's or a provider's key has orders to cancel");
    cancels_ = enabled;
    outlet_->tell(Json{{"type", "cancel_on_disconnect"}, {"enabled", enabled}}.dump());
    return {};
}

void StreamPeer::closed() {
    context_.streams.remove(outlet_);
    for (const auto& [name, subscription] : subscriptions_)
        context_.streams.unsubscribe(subscription);
    subscriptions_.clear();
    outlet_.reset();  // which keeps the connection
    if (!cancels_) return;
    matching::OrderFilter filter;
    filter.organisation = caller_->organisation;
    filter.key = caller_->key;
    context_.streams.insist([&context = context_, filter, whose = caller_->organisation] {
        services::Submission submission{
            {random_id<CommandId>(context.clock.now()), whose, core::Auth::kApiKey,
             core::CancelAll{filter}},
            std::nullopt,
            {},
            [](const core::CommandOutcome&) { return services::StoredResponse(); },
            [whose](const Result<services::StoredResponse>& result) {
                log_cancelled(result, whose);
            }};
        return context.core.submit(std::move(submission)).has_value();
    });
}

}  // namespace suanpan::api
