#include "apps/suanpand/identity.hpp"

#include "client/http_client.hpp"
#include "client/url.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace suanpan::suanpand {

namespace {

constexpr std::size_t kMostBytes = 262'144;
constexpr std::int64_t kPatienceMs = 5'000;

std::string read_address(const std::string& address) {
    const auto url = client::parse_url(address);
    if (!url) throw std::runtime_error(url.error().detail());
    client::HttpOptions options;
    options.connect_timeout_ms = kPatienceMs;
    options.timeout_ms = kPatienceMs;
    options.max_response_bytes = kMostBytes;
    client::HttpRequest request;
    request.target = url->path.empty() ? "/" : url->path;
    const auto response = client::HttpClient(*url, options).send(request);
    if (response.status == 200) return response.body;
    throw std::runtime_error(address + " answered " + std::to_string(response.status));
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(path + " cannot be read");
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

}  // namespace

std::unique_ptr<services::TokenVerifier> make_token_verifier(const Config& config,
                                                             const services::Clock& real_time) {
    if (config.oidc_issuer.empty()) return nullptr;
    services::TokenRules rules{config.oidc_issuer, config.oidc_audience,
                               config.oidc_organisation_claim, config.oidc_roles_claim,
                               config.oidc_person_claim};
    const bool remote = config.oidc_jwks.find("://") != std::string::npos;
    return std::make_unique<services::TokenVerifier>(
        std::move(rules),
        [source = config.oidc_jwks, remote] {
            return remote ? read_address(source) : read_file(source);
        },
        real_time);
}

}  // namespace suanpan::suanpand
