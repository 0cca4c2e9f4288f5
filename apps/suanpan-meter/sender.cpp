#include "apps/suanpan-meter/sender.hpp"

#include "base/decimal.hpp"
#include "base/dsse.hpp"
#include "client/api.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace suanpan::meter {
namespace {

using settlement::Reading;

// What becomes of a reading whose refusal has this code.
enum class Fate : std::uint8_t {
    kRefused,  // it is what the server says
    kLater,    // time, or the meter's owner, can change it
    kSmaller,  // with fewer others in one envelope it may be taken
};

Fate fate_of(const std::string& code) {
    static constexpr auto kLater = std::to_array<std::string_view>(
        {"lease_not_active", "window_in_future", "organisation_suspended", "unknown_meter",
         "bad_signature", "superseded_key", "revoked_key", "wrong_role", "not_allowed",
         "role_missing", "forbidden"});
    static constexpr auto kSmaller = std::to_array<std::string_view>(
        {"batch_too_large", "envelope_too_large", "entry_too_large", "bad_batch"});
    if (std::ranges::find(kLater, code) != kLater.end()) return Fate::kLater;
    if (std::ranges::find(kSmaller, code) != kSmaller.end()) return Fate::kSmaller;
    return Fate::kRefused;
}

std::string text_of(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<ReadingAnswer> parse_verdict(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    const auto epoch = parse_integer(text_of(json, "epoch"));
    const auto seq = parse_integer(text_of(json, "seq"));
    ReadingAnswer out{{}, text_of(json, "result"), text_of(json, "code"), text_of(json, "detail")};
    if (!epoch || !seq || out.result.empty()) return std::nullopt;
    out.key = {*epoch, *seq};
    return out;
}

ReadingKey key_of(const Reading& reading) {
    return {reading.epoch, reading.seq};
}

}  // namespace

// Fewer readings when they do not fit one entry of the log.
std::string Sender::envelope(const ChainId& id, std::vector<Reading>& readings) const {
    while (true) {
        const std::string payload = settlement::make_batch({id.lease, id.meter, id.role, readings});
        if (payload.size() <= settlement::kMaxBatchBytes || readings.size() == 1) {
            const std::string keyid = to_string(meter_);
            DsseEnvelope out =
                make_envelope(settlement::kReadingsPayloadType, payload, keyid, keys_.front());
            for (std::size_t i = 1; i < keys_.size(); ++i)
                add_signature(out, keyid, keys_[i]);
            return envelope_json(out);
        }
        readings.resize(readings.size() - std::max<std::size_t>(readings.size() / 8, 1));
    }
}

// False when the request is full.
bool Sender::add_batches(ChainSpool& chain, std::vector<Batch>& out, std::string& body) {
    const SpoolContent& content = chain.content();
    const std::size_t most = paces_[&chain].most_readings;
    for (auto next = content.waiting.begin(); next != content.waiting.end();) {
        Batch batch{&chain, {}};
        for (auto it = next; it != content.waiting.end() && batch.readings.size() < most; ++it)
            batch.readings.push_back(it->second);
        const std::string text = envelope(content.id, batch.readings);
        const bool full = out.size() == kMostEnvelopes || body.size() + text.size() > most_bytes_;
        if (full && !out.empty()) return false;
        body += (out.empty() ? "" : ",") + text;
        std::advance(next, static_cast<std::ptrdiff_t>(batch.readings.size()));
        out.push_back(std::move(batch));
    }
    return true;
}

std::vector<Sender::Batch> Sender::choose(const std::vector<std::unique_ptr<ChainSpool>>& chains,
                                          const Moment& now, std::string& body) {
    std::vector<Batch> out;
    // Each chain comes first in its turn, so that none waits behind another's long queue.
    for (std::size_t i = 0; i < chains.size(); ++i) {
        ChainSpool& chain = *chains[(first_ + i) % chains.size()];
        if (paces_[&chain].held_until_us > now.awake_us) continue;
        if (!add_batches(chain, out, body)) break;
    }
    ++first_;
    return out;
}

Delivery Sender::send(Link& link, const std::vector<std::unique_ptr<ChainSpool>>& chains,
                      const Moment& now) {
    Delivery out;
    std::string body = R"({"envelopes":[)";
    const std::vector<Batch> batches = choose(chains, now, body);
    if (batches.empty()) return out;
    const auto answer = link.post("/v1/readings:batch", body + "]}");
    if (!answer) {
        const LinkError& failure = answer.error();
        if (failure.status == 413) make_smaller(batches);
        out.kind = Delivery::Kind::kFailed;
        out.problem = failure.error.code() + ": " + failure.error.detail();
        // What its owner has to mend is not mended in a second.
        out.retry_after_ms =
            failure.may_pass() || failure.status == 413 ? failure.retry_after_ms : kHoldUs / 1'000;
        return out;
    }
    const auto results = answer->find("results");
    if (results == answer->end() || !results->is_array() || results->size() != batches.size()) {
        out.kind = Delivery::Kind::kFailed;
        out.problem = "the answer is not one of suanpand";
        return out;
    }
    out.kind = Delivery::Kind::kAnswered;
    for (std::size_t i = 0; i < batches.size(); ++i)
        take_answer(batches[i], (*results)[i], now, out);
    return out;
}

void Sender::take_answer(const Batch& batch, const Json& result, const Moment& now, Delivery& out) {
    const auto number = result.is_object() ? result.find("status") : result.end();
    const bool known = result.is_object() && number != result.end() && number->is_number_integer();
    const int status = known ? number->get<int>() : 500;
    const auto body = known ? result.find(status < 400 ? "batch" : "error") : result.end();
    if (!known || body == result.end()) {
        out.kind = Delivery::Kind::kFailed;
        out.problem = "the answer is not one of suanpand";
    } else if (status < 400) {
        take_verdicts(batch, *body, now, out);
    } else {
        take_refusal(batch, status, client::problem_error(status, body->dump()), now, out);
    }
}

void Sender::take_verdicts(const Batch& batch, const Json& body, const Moment& now, Delivery& out) {
    std::vector<ReadingAnswer> answers;
    std::optional<Error> later;
    const auto list = body.find("readings");
    if (list != body.end() && list->is_array()) {
        for (const Json& one : *list) {
            auto answer = parse_verdict(one);
            if (!answer || !batch.chain->content().waiting.contains(answer->key)) continue;
            if (answer->result != "refused") {
                ++out.accepted;
            } else if (fate_of(answer->code) == Fate::kLater) {
                later = Error(answer->code, answer->detail);
                continue;
            } else {
                out.refused.push_back(*answer);
                if (answer->code == "equivocation")
                    out.taken_ids.push_back(batch.chain->content().id.lease);
            }
            answers.push_back(std::move(*answer));
        }
    }
    if (answers.empty() && !later) {
        out.kind = Delivery::Kind::kFailed;
        out.problem = "the answer says nothing of the readings that were sent";
        return;
    }
    std::size_t& most = paces_[batch.chain].most_readings;
    most = std::min(most + 1, kMostReadings);
    batch.chain->answer(answers);
    if (later) hold(batch, *later, now, out);
}

void Sender::take_refusal(const Batch& batch, int status, const Error& error, const Moment& now,
                          Delivery& out) {
    out.problem = error.code() + ": " + error.detail();
    if (status == 429 || status >= 500) {
        out.kind = Delivery::Kind::kFailed;
        return;
    }
    const Fate fate = fate_of(error.code());
    if (fate == Fate::kSmaller && batch.readings.size() > 1) {
        paces_[batch.chain].most_readings = std::max<std::size_t>(batch.readings.size() / 2, 1);
        return;
    }
    if (fate == Fate::kLater) {
        hold(batch, error, now, out);
        return;
    }
    std::vector<ReadingAnswer> answers;
    answers.reserve(batch.readings.size());
    for (const Reading& reading : batch.readings)
        answers.push_back({key_of(reading), "refused", error.code(), error.detail()});
    batch.chain->answer(answers);
    out.refused.insert(out.refused.end(), answers.begin(), answers.end());
}

void Sender::hold(const Batch& batch, const Error& error, const Moment& now, Delivery& out) {
    out.problem = error.code() + ": " + error.detail();
    paces_[batch.chain].held_until_us = now.awake_us + kHoldUs;
    std::vector<ReadingAnswer> answers;
    for (const Reading& reading : batch.readings) {
        const bool waits = batch.chain->content().waiting.contains(key_of(reading));
        if (waits && now.wall_us / kMicro - reading.window.end.value > kGiveUpS)
            answers.push_back({key_of(reading), "refused", error.code(), error.detail()});
    }
    batch.chain->answer(answers);
    out.refused.insert(out.refused.end(), answers.begin(), answers.end());
}

// The whole request was too large for somebody on the way.
void Sender::make_smaller(const std::vector<Batch>& batches) {
    if (batches.size() > 1) {
        most_bytes_ = std::max<std::size_t>(most_bytes_ / 2, 1);
        return;
    }
    std::size_t& most = paces_[batches.front().chain].most_readings;
    most = std::max<std::size_t>(batches.front().readings.size() / 2, 1);
}

}  // namespace suanpan::meter
