#pragma once

#include <filesystem>
#include <string>

namespace suanpan::test {

struct Certificate {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

// Of 127.0.0.1, signed by itself, two days long. Throws when openssl does not make it.
Certificate make_certificate(const std::filesystem::path& folder, const std::string& name);

// What clients of this process trust, as long as it lives.
class Trust {
 public:
    explicit Trust(const std::filesystem::path& certificate);
    ~Trust();
    Trust(const Trust&) = delete;
    Trust& operator=(const Trust&) = delete;
};

}  // namespace suanpan::test
