#include "tests/suanpan-meter/meter_server.hpp"

#include "base/dsse.hpp"
#include "base/time.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace suanpan::meter {
namespace {

constexpr std::array<std::string_view, 4> kResults = {"accepted", "accepted_with_gap", "duplicate",
                                                      "refused"};

struct Request {
    std::string head;
    std::string body;
};

std::size_t content_length(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

// An empty head when the client has closed.
Request read_request(int socket) {
    std::string text;
    std::array<char, 65'536> chunk{};
    while (true) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end != std::string::npos && text.size() >= end + 4 + content_length(text))
            return {text.substr(0, end), text.substr(end + 4)};
        const ::ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (got <= 0) return {};
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

std::string http(const std::string& status, const std::string& body, const std::string& more = "") {
    return "HTTP/1.1 " + status + " Word\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + more + "\r\n" + body;
}

std::string problem(int status, const std::string& code) {
    return Json{{"code", code}, {"status", status}, {"detail", "detail of " + code}}.dump();
}

}  // namespace

MeterServer::MeterServer(const settlement::MeteredLease& lease, const PublicKey& key)
    : lease_(lease), key_(key), judge_(lease, settlement::MeteringRules{}) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* any = reinterpret_cast<::sockaddr*>(&address);
    ::socklen_t size = sizeof(address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, any, &size) != 0)
        throw std::runtime_error("no loopback socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

MeterServer::~MeterServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

void MeterServer::set_now(Time now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
}

void MeterServer::activate(const Window& active) {
    const std::lock_guard lock(mutex_);
    if (!judge_.active()) judge_.activate(active.start);
    judge_.end_active(active.end);
}

void MeterServer::set_key(const PublicKey& key) {
    const std::lock_guard lock(mutex_);
    key_ = key;
}

void MeterServer::set_refusal(const std::string& code) {
    const std::lock_guard lock(mutex_);
    refusal_ = code;
}

void MeterServer::push_trouble(std::vector<std::string> troubles) {
    const std::lock_guard lock(mutex_);
    troubles_.insert(troubles_.end(), troubles.begin(), troubles.end());
}

std::vector<MeterServer::Taken> MeterServer::taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
}

void MeterServer::serve() {
    while (true) {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        serve_connection(socket);
        ::close(socket);
    }
}

// One request a connection: the next client is never kept waiting by an idle one.
void MeterServer::serve_connection(int socket) {
    const Request request = read_request(socket);
    if (request.head.empty() || away_) return;
    ++requests_;
    const std::string text = answer(request.head, request.body);
    ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

std::string MeterServer::answer(const std::string& head, const std::string& body) {
    const std::lock_guard lock(mutex_);
    const std::string close = "Connection: close\r\n";
    if (head.starts_with("GET /v1/leases/")) return http("200", lease_answer(), close);
    if (!troubles_.empty()) {
        const std::string trouble = troubles_.front();
        troubles_.pop_front();
        if (trouble == "close") return {};
        const std::string wait =
            trouble.size() > 4 ? "Retry-After: " + trouble.substr(4) + "\r\n" : "";
        return http(trouble.substr(0, 3), problem(std::stoi(trouble), "trouble"), wait + close);
    }
    return http("200", batch_answer(body), close);
}

std::string MeterServer::lease_answer() {
    Json json{
        {"state", judge_.active() ? "active" : "scheduled"},
        {"window",
         {{"start", to_string(lease_.contract.start)}, {"end", to_string(lease_.contract.end)}}}};
    if (const auto active = judge_.active()) {
        json["active_from"] = to_string(active->start);
        json["window"]["end"] = to_string(active->end);
    }
    return json.dump();
}

std::string MeterServer::batch_answer(const std::string& body) {
    const auto json = parse_json(body, JsonLimits{16U << 20U, 16});
    std::string out = R"({"results":[)";
    int index = 0;
    for (const Json& envelope : json->at("envelopes")) {
        if (index > 0) out += ",";
        out += R"({"index":)" + std::to_string(index++) + "," +
               envelope_answer(canonical_json(envelope)) + "}";
    }
    return out + "]}";
}

std::string MeterServer::envelope_answer(const std::string& text) {
    const auto refused = [](int status, const std::string& code) {
        return R"("status":)" + std::to_string(status) + R"(,"error":)" + problem(status, code);
    };
    const auto envelope = parse_envelope(text);
    if (!envelope) return refused(422, envelope.error().code());
    if (!verify(*envelope, key_)) return refused(422, refusal_);
    const auto batch = settlement::parse_batch(envelope->payload);
    if (!batch)
        return refused(batch.error().code() == "batch_too_large" ? 413 : 422, batch.error().code());
    if (batch->readings.size() > most_readings_) return refused(413, "batch_too_large");
    if (!judge_.active()) return refused(409, "lease_not_active");
    Json readings = Json::array();
    const auto verdicts = judge_.accept(*batch, now_, LogIndex(++index_));
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const auto& verdict = verdicts[i];
        const std::string result(kResults.at(static_cast<std::size_t>(verdict.verdict)));
        taken_.push_back({batch->readings[i], result});
        readings.push_back({{"epoch", std::to_string(verdict.epoch)},
                            {"seq", std::to_string(verdict.seq)},
                            {"result", result},
                            {"code", verdict.code},
                            {"detail", verdict.detail}});
    }
    return R"("status":200,"batch":)" + Json{{"readings", readings}}.dump();
}

}  // namespace suanpan::meter
