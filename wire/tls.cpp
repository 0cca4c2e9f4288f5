#include "wire/tls.hpp"

#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>
#include <system_error>
#include <utility>

namespace suanpan::wire {

namespace {

namespace ssl = boost::asio::ssl;

constexpr std::chrono::seconds kLookEvery{2};

TlsContext load(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_options(ssl::context::no_compression | SSL_OP_NO_RENEGOTIATION);
    boost::system::error_code problem;
    context->use_certificate_chain_file(files.certificate.string(), problem);
    if (problem) {
        throw std::runtime_error("the certificate " + files.certificate.string() +
                                 " cannot be used: " + problem.message());
    }
    context->use_private_key_file(files.key.string(), ssl::context::pem, problem);
    if (!problem && SSL_CTX_check_private_key(context->native_handle()) != 1)
        problem = boost::system::error_code(static_cast<int>(ERR_get_error()),
                                            boost::asio::error::get_ssl_category());
    if (problem) {
        throw std::runtime_error("the key " + files.key.string() +
                                 " is not that of the certificate: " + problem.message());
    }
    return context;
}

}  // namespace

ServerTls::ServerTls(TlsFiles files, Complain complain)
    : files_(std::move(files)),
      complain_(std::move(complain)),
      taken_(times()),
      context_(load(files_)) {}

ServerTls::Times ServerTls::times() const {
    std::error_code error;
    Times out;
    out.certificate = std::filesystem::last_write_time(files_.certificate, error);
    out.key = std::filesystem::last_write_time(files_.key, error);
    return out;
}

TlsContext ServerTls::context() {
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < look_again_) return context_;
    look_again_ = now + kLookEvery;
    const Times seen = times();
    if (seen == taken_) return context_;
    try {
        context_ = load(files_);
        taken_ = seen;
    } catch (const std::runtime_error& failure) {
        // One of the two may be written already and the other not yet.
        if (complain_) complain_(failure.what());
    }
    return context_;
}

TlsContext client_context() {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_default_verify_paths();
    context->set_verify_mode(ssl::verify_peer);
    return context;
}

}  // namespace suanpan::wire
