#include "tests/integration/certificate.hpp"

#include "support/child_process.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace suanpan::test {

Certificate make_certificate(const std::filesystem::path& folder, const std::string& name) {
    const Certificate made{folder / (name + ".crt"), folder / (name + ".key")};
    support::ChildProcess::Options options;
    options.program = "/usr/bin/openssl";
    options.arguments = {"req",
                         "-x509",
                         "-newkey",
                         "ec",
                         "-pkeyopt",
                         "ec_paramgen_curve:P-256",
                         "-nodes",
                         "-days",
                         "2",
                         "-subj",
                         "/CN=" + name,
                         "-addext",
                         "subjectAltName=IP:127.0.0.1",
                         "-keyout",
                         made.key.string(),
                         "-out",
                         made.certificate.string()};
    options.output = folder / (name + ".log");
    support::ChildProcess process(options);
    if (process.wait(std::chrono::seconds(30)) != 0)
        throw std::runtime_error("openssl: " + process.output());
    return made;
}

Trust::Trust(const std::filesystem::path& certificate) {
    ::setenv("SSL_CERT_FILE", certificate.c_str(), 1);
}

Trust::~Trust() {
    ::unsetenv("SSL_CERT_FILE");
}

}  // namespace suanpan::test
