#include "wire/expiry.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>

namespace suanpan::wire {

std::chrono::sys_seconds expires(boost::asio::ssl::context& context) {
    std::tm end{};
    const X509* certificate = SSL_CTX_get0_certificate(context.native_handle());
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
        return {};
    return std::chrono::sys_seconds(std::chrono::seconds(timegm(&end)));
}

}  // namespace suanpan::wire
