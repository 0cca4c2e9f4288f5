#include "apps/suanpand/tls.hpp"

#include <spdlog/spdlog.h>

#include <string>

namespace suanpan::suanpand {

std::shared_ptr<wire::ServerTls> make_tls(const Config& config) {
    if (config.tls_certificate.empty()) return nullptr;
    return std::make_shared<wire::ServerTls>(
        wire::TlsFiles{config.tls_certificate, config.tls_key}, [](const std::string& why) {
            spdlog::error("the certificate in use stays in use: {}", why);
        });
}

}  // namespace suanpan::suanpand
