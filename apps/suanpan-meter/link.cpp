#include "apps/suanpan-meter/link.hpp"

#include "apps/suanpan-meter/key_files.hpp"
#include "base/decimal.hpp"
#include "base/time.hpp"
#include "client/api.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace suanpan::meter {
namespace {

constexpr JsonLimits kAnswerLimits{16U << 20U, 32};
// Sampling waits for an answer, and a window is cut to its microsecond all the same.
constexpr client::HttpOptions kHttp{3'000, 15'000, 16U << 20U};

std::int64_t asked_pause_ms(const client::HttpResponse& response) {
    const auto seconds = parse_integer(response.header("Retry-After"));
    constexpr std::int64_t kMost = 86'400;
    return seconds && *seconds > 0 ? std::min(*seconds, kMost) * 1'000 : 0;
}

tl::unexpected<LinkError> failed(Error error, int status = 0, std::int64_t retry_after_ms = 0) {
    return tl::unexpected<LinkError>(LinkError{std::move(error), status, retry_after_ms});
}

std::optional<Time> find_time(const Json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    const auto time = parse_time(found->get_ref<const std::string&>());
    return time ? std::optional<Time>(*time) : std::nullopt;
}

}  // namespace

Link::Link(const client::Url& server, std::filesystem::path api_key_file)
    : http_(server, kHttp), base_(server.path), api_key_file_(std::move(api_key_file)) {}

Linked<Json> Link::get(const std::string& target) {
    client::HttpRequest request;
    request.target = base_ + target;
    return send(std::move(request));
}

Linked<Json> Link::post(const std::string& target, std::string body) {
    client::HttpRequest request;
    request.method = "POST";
    request.target = base_ + target;
    request.body = std::move(body);
    request.headers.emplace_back("Content-Type", "application/json");
    return send(std::move(request));
}

Linked<Json> Link::send(client::HttpRequest request) {
    const auto key = load_api_key(api_key_file_);
    if (!key) return failed(key.error(), 401);
    request.headers.emplace_back("Authorization", "Bearer " + *key);
    client::HttpResponse response;
    try {
        response = http_.send(request);
    } catch (const client::TransportError& error) {
        return failed(Error("unreachable", error.what()));
    }
    if (response.status >= 400) {
        return failed(client::problem_error(response.status, response.body), response.status,
                      asked_pause_ms(response));
    }
    auto json = parse_json(response.body, kAnswerLimits);
    if (!json || !json->is_object())
        return failed(Error("unreachable", "what answers there is no suanpand"));
    return std::move(*json);
}

Linked<LeaseTime> read_lease_time(Link& link, const LeaseId& lease) {
    const auto json = link.get("/v1/leases/" + to_string(lease));
    if (!json) return tl::unexpected<LinkError>(json.error());
    LeaseTime out;
    const auto state = json->find("state");
    if (state != json->end() && state->is_string()) out.state = state->get<std::string>();
    const auto window = json->find("window");
    const auto from = find_time(*json, "active_from");
    auto until = find_time(*json, "active_until");
    out.over = json->contains("end_reason");
    if (!until && window != json->end() && window->is_object()) until = find_time(*window, "end");
    if (from && until) out.active = Window{*from, std::max(*from, *until)};
    return out;
}

}  // namespace suanpan::meter
