#include "tests/integration/witness_server.hpp"

#include "ledger/policy.hpp"

#include <utility>

namespace suanpan::test {

namespace {

SigningKey key_of(std::uint8_t byte) {
    Seed seed{};
    seed.fill(byte);
    return SigningKey(seed);
}

constexpr std::int64_t kCosignedAt = 1'767'225'600;

}  // namespace

WitnessServer::WitnessServer(std::string name, std::uint8_t seed)
    : name_(std::move(name)),
      key_(key_of(seed)),
      server_({"127.0.0.1", 0}, api::ServerLimits{},
              [this](api::Request request, api::Reply reply) { reply(answer(request)); }) {
    server_.start();
}

WitnessServer::~WitnessServer() {
    server_.stop();
}

std::string WitnessServer::url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/w";
}

ledger::VerifierKey WitnessServer::key() const {
    return ledger::make_verifier_key(name_, ledger::KeyType::kCosignatureV1, key_.public_key());
}

void WitnessServer::trust(const ledger::VerifierKey& log) {
    const std::scoped_lock lock(mutex_);
    logs_.push_back(log);
}

ledger::WitnessState WitnessServer::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

api::Response WitnessServer::answer(const api::Request& request) {
    api::Response response;
    response.status = 500;
    if (!working_) return response;
    if (request.method != "POST" || request.path != "/w/add-checkpoint") {
        response.status = 404;
        return response;
    }
    const auto asked = ledger::parse_add_checkpoint(request.body);
    const std::scoped_lock lock(mutex_);
    const auto decided =
        asked ? ledger::decide(*asked, logs_, state_) : ledger::refuse_request(asked.error());
    response.status = decided.status;
    response.content_type = decided.content_type;
    response.body = decided.body;
    if (decided.status != 200) return response;
    if (lying_) {
        response.content_type = "text/plain; charset=utf-8";
        response.body =
            ledger::cosign_line(decided.text + "more\n", name_, key_, Time(kCosignedAt));
        return response;
    }
    state_ = *decided.next;
    response.content_type = "text/plain; charset=utf-8";
    response.body = ledger::cosign_line(decided.text, name_, key_, Time(kCosignedAt));
    return response;
}

std::string policy_text(const std::vector<WitnessServer*>& witnesses, int quorum) {
    std::string out;
    std::string group = "group enough " + std::to_string(quorum);
    for (std::size_t i = 0; i < witnesses.size(); ++i) {
        const std::string name = "w" + std::to_string(i + 1);
        out += "witness " + name + " " + ledger::to_string(witnesses[i]->key()) + " " +
               witnesses[i]->url() + "\n";
        group += " " + name;
    }
    return out + group + "\nquorum enough\n";
}

}  // namespace suanpan::test
