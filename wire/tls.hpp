#pragma once

// What both ends of a TLS connection are set up with: TLS 1.2 or later, OpenSSL's own choice of
// ciphers at its default security level.

#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace suanpan::wire {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

struct TlsFiles {
    std::filesystem::path certificate;  // PEM: the server's own first, then those that signed it
    std::filesystem::path key;          // PEM
};

// A server's certificate, taken anew from its files when they have changed: a connection has the
// one that was good when it began. Files that cannot be used leave the one in use. Thread-safe.
class ServerTls {
 public:
    // Told why files that changed were not taken.
    using Complain = std::function<void(const std::string&)>;

    // Throws std::runtime_error with a sentence when the files cannot be used.
    explicit ServerTls(TlsFiles files, Complain complain = {});

    [[nodiscard]] TlsContext context();

 private:
    using FileTime = std::filesystem::file_time_type;
    struct Times {
        FileTime certificate;
        FileTime key;
        friend bool operator==(const Times&, const Times&) = default;
    };
    [[nodiscard]] Times times() const;

    TlsFiles files_;
    Complain complain_;
    std::mutex mutex_;
    Times taken_;  // of the files, before they were read
    TlsContext context_;
    std::chrono::steady_clock::time_point look_again_{};
};

// Of a client that trusts who the system trusts (or SSL_CERT_FILE, as OpenSSL reads it).
TlsContext client_context();

}  // namespace suanpan::wire
